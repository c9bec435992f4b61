import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import {
  type Sale,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../testing/engine-process.ts';
import { openSocket, type RawSocket } from '../../testing/raw-socket.ts';

setDefaultTimeout(240_000);

const folders = [temporaryFolder(), temporaryFolder()];
const sockets: RawSocket[] = [];
let engine: TestEngine;
let hasty: TestEngine;
let sale: Sale;

beforeAll(async () => {
  [engine, hasty] = await Promise.all([
    startTestEngine({ dataDir: folders[0]!.path }),
    startTestEngine({ dataDir: folders[1]!.path, env: { IDLE_TIMEOUT_SECONDS: '1' } }),
  ]);
  sale = await engine.sale({ stock: 100 });
});

afterAll(async () => {
  for (const socket of sockets) socket.hangUp();
  await Promise.all([engine.stop(), hasty.stop()]);
  for (const folder of folders) folder.remove();
});

function open(port = engine.port): RawSocket {
  const socket = openSocket(port);
  sockets.push(socket);
  return socket;
}

const get = 'GET /api/time HTTP/1.1\r\nhost: a\r\n\r\n';
const head = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'host: a', 'content-type: application/json', ...headers, '', ''].join(
    '\r\n',
  );

function withBody(line: string, body: unknown): string {
  const text = JSON.stringify(body);
  return head(line, `content-length: ${text.length}`) + text;
}

const answersIn = (socket: RawSocket) => socket.heard().match(/HTTP\/1\.1 \d+ /g)?.length ?? 0;

/** Sends requests one after another on a connection of their own, and leaves it open. */
async function keptAfter(port: number, ...requests: string[]): Promise<RawSocket> {
  const socket = open(port);
  for (const [index, request] of requests.entries()) {
    await socket.write(request);
    await waitUntil('it is answered', () => answersIn(socket) === index + 1);
  }
  return socket;
}

/** Begins a request, and goes on with a little every now and then. */
function dripping(begin: string, drop: string, socket = open()): RawSocket {
  void socket.write(begin);
  const timer = setInterval(() => {
    if (socket.closed()) clearInterval(timer);
    else void socket.write(drop);
  }, 500);
  timer.unref();
  return socket;
}

describe('a connection', () => {
  test('that is kept is served after longer than a request may take to arrive, and those who drip are ended by then', async () => {
    const one = () => ({ token: tokenFor(sale, 1), amount: 1 });
    const order = () => withBody('POST /api/orders', one());
    const batch = () => withBody('POST /api/orders/batch', { orders: [one(), one()] });
    const kept = {
      read: await keptAfter(engine.port, get),
      headOnly: await keptAfter(engine.port, get.replace('GET', 'HEAD')),
      order: await keptAfter(engine.port, order()),
      batch: await keptAfter(engine.port, batch(), order(), batch()),
      refusedBatch: await keptAfter(engine.port, withBody('POST /api/orders/batch', {})),
      refusedOrder: await keptAfter(engine.port, withBody('POST /api/orders', { token: 'x' })),
      unreadBody: await keptAfter(engine.port, withBody('POST /api/promos/1/publish', {})),
      wrongLogIn: await keptAfter(engine.port, withBody('POST /api/sessions', { telephone: '1' })),
      noBody: await keptAfter(engine.port, head('DELETE /api/sessions')),
      nothingThere: await keptAfter(engine.port, withBody('POST /nowhere', {})),
      several: await keptAfter(engine.port, order(), get, order()),
    };
    const keptAt = Date.now();
    const ended = {
      silent: open(),
      beginsAndStops: dripping('GET / HTTP/1.1\r\nhost: a\r\n', ''),
      head: dripping('GET / HTTP/1.1\r\nhost: a\r\nx: ', 'y'),
      headers: dripping('GET / HTTP/1.1\r\nhost: a\r\n', 'x: y\r\n'),
      order: dripping(head('POST /api/orders', 'content-length: 60000'), ' '),
      orderInChunks: dripping(head('POST /api/orders', 'transfer-encoding: chunked'), '1\r\n \r\n'),
      batch: dripping(head('POST /api/orders/batch', 'content-length: 60000'), ' '),
      logIn: dripping(head('POST /api/sessions', 'content-length: 60000'), ' '),
      tooLarge: dripping(head('POST /api/orders', 'content-length: 99999999'), ' '),
      form: dripping(
        head('POST /admin/login', 'content-length: 60000').replace('json', 'x-www-form-urlencoded'),
        'a',
      ),
      afterAnother: dripping(
        head('POST /api/orders', 'content-length: 60000'),
        ' ',
        await keptAfter(engine.port, order()),
      ),
    };
    await waitUntil('those who drip are ended', () =>
      Object.values(ended).every((each) => each.closed()),
    );
    // The time that a balancer may leave between two requests is longer than what ended the others.
    await Bun.sleep(Math.max(0, keptAt + 15_000 - Date.now()));
    for (const [name, socket] of Object.entries(kept)) {
      const before = answersIn(socket);
      expect([name, socket.closed()]).toEqual([name, false]);
      await socket.write(get);
      await waitUntil(`${name} is answered again`, () => answersIn(socket) > before);
    }
  });

  test('that is kept is ended when IDLE_TIMEOUT_SECONDS are over, and not before', async () => {
    const body = withBody('POST /api/orders', { token: 'x', amount: 1 });
    const kept = await Promise.all([keptAfter(hasty.port, get), keptAfter(hasty.port, body)]);
    await Bun.sleep(900);
    expect(kept.map((socket) => socket.closed())).toEqual([false, false]);
    await waitUntil('both are ended', () => kept.every((socket) => socket.closed()));
  });
});
