/** What `.deploy/haproxy.cfg` does where an engine leaves, dies or is silent: before doubles of engines. */
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitUntil } from '../../../actors/testing/process.ts';
import { type Haproxy, startHaproxy } from '../haproxy.ts';

/** An engine's double: it notes what it is asked, and answers as it is told to. */
class EngineDouble {
  readonly asked: string[] = [];
  headers: IncomingMessage['headers'] = {};
  ready = true;
  /** What comes of a request other than those for `/readyz`. */
  answer: (response: ServerResponse) => void = (response) => response.end('{}');

  readonly #server: Server = createServer((request, response) => {
    if (request.url === '/readyz') {
      response.statusCode = this.ready ? 200 : 503;
      response.end();
      return;
    }
    this.asked.push(`${request.method} ${request.url}`);
    this.headers = request.headers;
    request.resume().once('end', () => this.answer(response));
  });

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    // It listens on a port.
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** As an engine that dies between a request and its answer. */
const dies = (response: ServerResponse) => void response.socket?.destroy();

let doubles: EngineDouble[];
let haproxy: Haproxy;

beforeEach(async () => {
  doubles = [new EngineDouble(), new EngineDouble(), new EngineDouble()];
  haproxy = await startHaproxy(await Promise.all(doubles.map((double) => double.start())));
});

afterEach(async () => {
  await haproxy.stop();
  for (const double of doubles) double.stop();
});

const askedOf = (path: string) =>
  doubles.flatMap(({ asked }) => asked).filter((each) => each === path);

/** Resolves with the status of the answer, or with null where the connection was ended without one. */
async function post(path: string): Promise<number | null> {
  try {
    const response = await fetch(haproxy.url + path, { method: 'POST', body: '{}' });
    await response.text();
    return response.status;
  } catch {
    return null;
  }
}

test('an order that an engine dies over is sent to another', async () => {
  for (const double of doubles.slice(0, 2)) double.answer = dies;
  for (let order = 0; order < 9; order++) expect(await post('/api/orders')).toBe(200);
  expect(askedOf('POST /api/orders').length).toBeGreaterThan(9);
});

test('anything else that changes something is sent once', async () => {
  for (const double of doubles) double.answer = dies;
  expect([null, 502]).toContain(await post('/api/orders/20261126-1-1/pay'));
  expect(askedOf('POST /api/orders/20261126-1-1/pay')).toHaveLength(1);
});

test('what an engine is silent over for too long is asked of another, if it is an order or only reads', async () => {
  const [silent] = doubles;
  silent!.answer = () => undefined;
  const orders: Promise<number | null>[] = [];
  await waitUntil('it is asked', () => {
    orders.push(post('/api/orders'));
    return silent!.asked.length > 0;
  });
  expect(new Set(await Promise.all(orders))).toEqual(new Set([200]));
}, 240_000);

test('an engine that says that it leaves is asked no more, and ends what it has begun', async () => {
  const [leaving] = doubles;
  const begun: ServerResponse[] = [];
  leaving!.answer = (response) => void begun.push(response);
  const slow: Promise<number | null>[] = [];
  await waitUntil('it has begun something', () => {
    slow.push(post('/api/sessions'));
    return begun.length > 0;
  });
  leaving!.ready = false;
  leaving!.answer = (response) => response.end('{}');
  await waitUntil('it is asked no more', async () => {
    const before = leaving!.asked.length;
    for (let order = 0; order < 6; order++) await post('/api/orders');
    return leaving!.asked.length === before;
  });
  for (const response of begun) response.end('{}');
  expect(new Set(await Promise.all(slow))).toEqual(new Set([200]));
});

test('engines are told of the client and the scheme', async () => {
  for (const double of doubles) {
    double.answer = (response) => response.end(JSON.stringify(double.headers));
  }
  const response = await fetch(haproxy.url, { headers: { 'x-forwarded-proto': 'https' } });
  const { host } = new URL(haproxy.url);
  expect(await response.json()).toMatchObject({
    host,
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
  });
});
