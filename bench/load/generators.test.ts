import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { postAll } from './autocannon.ts';
import { writeBodies } from './bodies.ts';
import { generators } from './generators.ts';

const connections = 8;
/** Fewer than any machine serves in a second. */
const few = Array.from({ length: 400 }, (_, number) => `{"number":${number}}`);

/** How often each body arrived. */
const came = new Map<string, number>();
let server: ReturnType<typeof Bun.serve>;
let folder: TemporaryFolder;

beforeAll(() => {
  folder = temporaryFolder();
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      if (request.method === 'GET') return new Response('the page');
      const body = await request.text();
      came.set(body, (came.get(body) ?? 0) + 1);
      return new Response(body, { status: came.get(body) === 1 ? 201 : 409 });
    },
  });
});

afterAll(async () => {
  await server.stop(true);
  folder.remove();
});

function filesOf(bodies: readonly string[]): string[] {
  came.clear();
  return writeBodies(folder.file('bodies'), bodies);
}

describe.each(generators())('$name', (generator) => {
  test('reports that it ran out where it could have posted more', async () => {
    const bodies = { files: filesOf(few), again: false };
    const result = await generator.run({ url: `${server.url}`, connections, seconds: 1, bodies });
    expect(result.exhausted).toBe(true);
    expect(result.requests).toBeGreaterThan(0);
    // Another thread may have had some left.
    expect(few).toEqual(expect.arrayContaining([...came.keys()]));
  });

  test('posts the same bodies again where the server accepts that', async () => {
    const bodies = { files: filesOf(few), again: true };
    const result = await generator.run({ url: `${server.url}`, connections, seconds: 1, bodies });
    expect(result.exhausted).toBe(false);
    expect(result.requests).toBeGreaterThan(few.length);
    expect(result.refused).toBeGreaterThan(0);
    expect(result.unanswered).toBe(0);
  });

  test('gets a page, and reports what CPU that took', async () => {
    const page = { url: `${server.url}`, connections, seconds: 1, bodies: null };
    const result = await generator.run(page);
    expect(result).toMatchObject({ exhausted: false, refused: 0, unanswered: 0 });
    expect(result.requests).toBeGreaterThan(0);
    expect(result.cpuSeconds).toBeGreaterThan(0);
    expect(result.threads).toBeGreaterThan(0);
  });
});

test('all bodies can be posted, once each', async () => {
  const posted = await postAll({ url: `${server.url}`, connections, files: filesOf(few) });
  expect(posted).toMatchObject({ requests: few.length, exhausted: false, unanswered: 0 });
  expect(posted.statuses).toEqual({ 201: few.length });
});
