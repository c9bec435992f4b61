import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { writeBodies } from './bodies.ts';
import { openLoop, steadyPerSecond } from './open-loop.ts';

describe('the steady rate', () => {
  const acceptedPerTenth = [0, 10, 20, 100, 110, 90, 100, 7];

  test('leaves out the start of a load, and what came after its end', () => {
    expect(steadyPerSecond({ acceptedPerTenth }, 0.3, 0.4)).toBe(1_000);
  });

  test('counts a span without an answer', () => {
    expect(steadyPerSecond({ acceptedPerTenth }, 0.3, 1)).toBe(407);
  });
});

describe('open-loop load', () => {
  let folder: TemporaryFolder;
  let server: ReturnType<typeof Bun.serve>;
  let came: string[] = [];

  beforeAll(() => {
    folder = temporaryFolder();
    server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        came.push(await request.text());
        return new Response('{}', { status: 201 });
      },
    });
  });

  afterAll(async () => {
    await server.stop(true);
    folder.remove();
  });

  const bodies = Array.from({ length: 200 }, (_, number) => `{"number":${number}}`);
  const load = { connections: 4, patienceMs: 5_000 };

  test('ends when its bodies run out, and says so', async () => {
    came = [];
    const files = writeBodies(folder.file('bodies'), bodies);
    const url = `${server.url}`;
    const result = await openLoop({ ...load, url, ratePerSecond: null, seconds: 60, files });
    expect(result).toMatchObject({ exhausted: true, sent: bodies.length, broken: 0 });
    expect(result.seconds).toBeLessThan(60);
    expect(came.toSorted()).toEqual(bodies.toSorted());
  });

  test('ends in its time where the server ends every connection at once', async () => {
    let ended = 0;
    const socket = {
      open(each: { end(): void }) {
        ended++;
        each.end();
      },
      data: () => undefined,
    };
    const rude = Bun.listen({ hostname: '127.0.0.1', port: 0, socket });
    const files = writeBodies(folder.file('bodies'), bodies);
    const url = `http://127.0.0.1:${rude.port}`;
    const result = await openLoop({ ...load, url, ratePerSecond: 100, seconds: 0.5, files });
    rude.stop(true);
    expect(result.accepted + result.refused).toBe(0);
    // Lost ones are replaced.
    expect(ended).toBeGreaterThan(load.connections);
  }, 240_000);

  test('sends no more than arrive, and reports what CPU that took', async () => {
    const files = writeBodies(folder.file('bodies'), bodies);
    const url = `${server.url}`;
    const result = await openLoop({ ...load, url, ratePerSecond: 100, seconds: 0.5, files });
    expect(result.exhausted).toBe(false);
    expect(result.arrivals).toBeLessThanOrEqual(100 * result.seconds);
    expect(result.sent).toBeLessThanOrEqual(result.arrivals);
    expect(result.accepted).toBeGreaterThan(0);
    expect(result.cpuSeconds).toBeGreaterThan(0);
  });

  describe('where all wait', () => {
    let slow: ReturnType<typeof Bun.serve>;
    const waitMs = 150;

    beforeAll(() => {
      slow = Bun.serve({
        hostname: '127.0.0.1',
        port: 0,
        async fetch() {
          await Bun.sleep(waitMs);
          return new Response('{}', { status: 201 });
        },
      });
    });

    afterAll(() => slow.stop(true));

    const slowly = { ...load, connections: 1, ratePerSecond: 41, seconds: 0.5 };

    test('who comes while every connection is busy is answered later, and counts from when they came', async () => {
      const files = writeBodies(folder.file('bodies'), bodies, 1);
      const url = `${slow.url}`;
      const result = await openLoop({ ...slowly, url, files, allWait: true });
      expect(result).toMatchObject({ accepted: 20, sent: 20, arrivals: 20, unanswered: 0 });
      // One connection answers one after the other, each of whom waits for all before them.
      expect(result.acceptedP50Ms).toBeGreaterThan(5 * waitMs);
      expect(result.acceptedP999Ms).toBeGreaterThan(result.acceptedP50Ms);
      expect(result.lateP50Ms).toBeGreaterThan(0);
    });

    test('what begins in the lead is answered, but not counted', async () => {
      const files = writeBodies(folder.file('bodies'), bodies, 1);
      const url = `${slow.url}`;
      const result = await openLoop({ ...slowly, url, files, allWait: true, leadSeconds: 1 });
      expect(result).toMatchObject({ accepted: 20, acceptedP999Ms: 0 });
    });
  });
});
