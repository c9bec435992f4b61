import { describe, expect, test } from 'bun:test';
import { Departure } from './departure.ts';

const url = 'http://127.0.0.1:3000';
const order = new Request(`${url}/api/orders`);
const probe = new Request(`${url}/readyz?from=balancer`);

/** A departure, and a clock to set. Milliseconds. */
function departure() {
  const clock = { now: 50_000 };
  return { clock, leaving: new Departure(() => clock.now) };
}

describe('an engine that leaves', () => {
  test('asks with each answer for another connection', async () => {
    const { leaving } = departure();
    expect([leaving.isLeaving, leaving.isQuiet]).toEqual([false, false]);
    leaving.begin();
    const answered = await leaving.closing(order, new Response('{}', { status: 201 }));
    expect([answered.status, answered.headers.get('connection')]).toEqual([201, 'close']);
  });

  test('waits until nothing has been asked for a second, by whoever is no probe', async () => {
    const { leaving, clock } = departure();
    leaving.begin();
    clock.now += 900;
    await leaving.closing(order, new Response());
    clock.now += 999;
    await leaving.closing(probe, new Response());
    expect(leaving.isQuiet).toBe(false);
    clock.now += 1;
    expect(leaving.isQuiet).toBe(true);
  });

  test('answers a balancer whose probe names no host, and takes it for a probe', async () => {
    const { leaving, clock } = departure();
    leaving.begin();
    clock.now += 1_000;
    // What Bun makes of `GET /readyz HTTP/1.0`: a Request by itself would refuse such a URL.
    const nameless = Object.defineProperty(new Request(url), 'url', {
      value: '/readyz?from=balancer',
    });
    const answered = await leaving.closing(nameless, new Response(null, { status: 503 }));
    expect([answered.status, leaving.isQuiet]).toEqual([503, true]);
  });

  test('does not wait for ever', async () => {
    const { leaving, clock } = departure();
    leaving.begin();
    for (let ms = 0; ms < 5_000; ms += 500) {
      expect(leaving.isQuiet).toBe(false);
      clock.now += 500;
      await leaving.closing(order, new Response());
    }
    expect(leaving.isQuiet).toBe(true);
  });
});
