import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { bodyBytesMax } from '../../../actors/limits.ts';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { inParallel } from '../../testing/crowd.ts';
import {
  answerOf,
  mustSucceed,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../testing/engine-process.ts';
import { openSocket, type RawSocket } from '../../testing/raw-socket.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
const sockets: RawSocket[] = [];
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path });
});

afterAll(async () => {
  for (const socket of sockets) socket.hangUp();
  expect(await engine.stop()).toBe(0);
  folder.remove();
});

function open(): RawSocket {
  const socket = openSocket(engine.port);
  sockets.push(socket);
  return socket;
}

const head = (...headers: string[]) =>
  ['POST /api/orders HTTP/1.1', 'host: test', 'content-type: application/json', ...headers]
    .map((line) => `${line}\r\n`)
    .join('')
    .concat('\r\n');

const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${' '.repeat(bytes)}\r\n`;

/** The answer to the only request of a socket, in the envelope. */
async function answer(socket: RawSocket) {
  const whole = /^HTTP\/1\.1 (\d+)[\s\S]*?\r\n\r\n(\{.*\})/;
  await waitUntil('the answer comes', () => whole.test(socket.heard()));
  const [, status, body] = whole.exec(socket.heard())!;
  const headers = new Headers({ 'content-type': 'application/json' });
  return answerOf(Number(status), headers, body!);
}

function residentMib(): number {
  const status = readFileSync(`/proc/${engine.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1024;
}

describe('a body that is too large', () => {
  test('is refused as soon as its length is known, before it is sent: 10006', async () => {
    for (const length of [bodyBytesMax + 1, 10 ** 6, 10 ** 9, Number.MAX_SAFE_INTEGER]) {
      const socket = open();
      await socket.write(head(`content-length: ${length}`));
      const { status, errCode } = await answer(socket);
      expect([length, status, errCode]).toEqual([length, 413, 10006]);
      socket.hangUp();
    }
  });

  test('is refused while it arrives, when its length was not declared: 10006', async () => {
    const socket = open();
    await socket.write(head('transfer-encoding: chunked'));
    await socket.write(chunk(bodyBytesMax));
    await Bun.sleep(50);
    expect(socket.heard()).toBe('');
    await socket.write(chunk(1));
    const { status, errCode } = await answer(socket);
    expect([status, errCode]).toEqual([413, 10006]);
    socket.hangUp();
  });

  test('never piles up in memory, and the connection is good for the next request', async () => {
    const before = residentMib();
    const mebibyte = ' '.repeat(1024 * 1024);
    const results = await inParallel(8, 8, async (n) => {
      const announced = n % 2 === 0;
      const socket = open();
      const length = announced ? 'content-length: 67108864' : 'transfer-encoding: chunked';
      await socket.write(head(length));
      for (let sent = 0; sent < 64; sent++) {
        await socket.write(announced ? mebibyte : chunk(mebibyte.length));
      }
      await socket.write(announced ? '' : '0\r\n\r\n');
      await socket.write('GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n');
      await waitUntil('the next answer comes', () => socket.heard().includes('"alive":true'));
      return (await answer(socket)).errCode;
    });
    expect(results).toEqual(results.map(() => 10006));
    expect(residentMib() - before).toBeLessThan(100);
  });

  test('is read in full when it is short and comes in chunks', async () => {
    const sale = await engine.sale();
    const body = JSON.stringify({ token: tokenFor(sale, 1), amount: 1 });
    const socket = open();
    await socket.write(head('transfer-encoding: chunked'));
    for (const part of body.match(/.{1,7}/g)!) {
      await socket.write(`${part.length.toString(16)}\r\n${part}\r\n`);
    }
    await socket.write('0\r\n\r\n');
    expect((await answer(socket)).status).toBe(201);
    socket.hangUp();
  });
});

describe('a request that is not HTTP', () => {
  test('is refused with 400, and the connection ends', async () => {
    const requests = [
      'garbage\r\n\r\n',
      'POST /api/orders HTTP/1.1\r\n\r\n',
      head('content-length: -5'),
      head('content-length: 5', 'content-length: 6'),
      head('content-length: 5', 'transfer-encoding: chunked'),
      `${head('transfer-encoding: chunked')}ZZ\r\n`,
      head('content-length: 99999999999999999999999'),
    ];
    for (const text of requests) {
      const socket = open();
      await socket.write(text);
      await waitUntil('the connection ends', () => socket.closed());
      expect(socket.heard()).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(socket.heard()).not.toMatch(/\.ts:|at </);
    }
  });
});

describe('many sockets that buy nothing', () => {
  test('keep no one else from buying, and are closed in the end', async () => {
    const sale = await engine.sale({ stock: 300 });
    const idle = Array.from({ length: 100 }, open);
    const dripping = Array.from({ length: 100 }, open);
    await Promise.all(dripping.map((socket) => socket.write(head('content-length: 60000'))));
    let dripped = 0;
    const drip = setInterval(() => {
      dripped++;
      for (const socket of dripping) if (!socket.closed()) void socket.write(' ');
    }, 20);
    const slowest = { ms: 0 };
    const answers = await inParallel(300, 16, async (userId) => {
      const startedAt = performance.now();
      const placed = await engine.place(tokenFor(sale, userId + 1));
      slowest.ms = Math.max(slowest.ms, performance.now() - startedAt);
      return placed.status;
    });
    clearInterval(drip);
    expect(dripped).toBeGreaterThan(0);
    expect(answers).toEqual(answers.map(() => 201));
    // Not a matter of speed: those who buy must not wait for those who do not.
    expect(slowest.ms).toBeLessThan(5_000);
    await waitUntil(
      'the silent ones are hung up on',
      () => [...idle, ...dripping].every((socket) => socket.closed()),
      30_000,
    );
    // On a connection of its own: the kept ones have been idle for just as long, and may be closing.
    const last = open();
    const body = JSON.stringify({ token: tokenFor(sale, 999), amount: 1 });
    await last.write(head(`content-length: ${body.length}`) + body);
    expect((await answer(last)).errCode).toBe(30001);
  });
});

describe('a client that hangs up', () => {
  test('while its order is in flight finds it by its token: 200, or 201 when it was too early', async () => {
    const sale = await engine.sale({ stock: 200 });
    const tokens = Array.from({ length: 200 }, (_, index) => tokenFor(sale, index + 1));
    await inParallel(200, 32, async (index) => {
      const body = JSON.stringify({ token: tokens[index], amount: 1 });
      const socket = open();
      await socket.write(head(`content-length: ${body.length}`) + body);
      if (index % 2 === 0) await Bun.sleep(index % 5);
      socket.hangUp();
    });
    const answers = await inParallel(200, 32, (index) => engine.place(tokens[index]!));
    expect(new Set(answers.map((each) => mustSucceed(each).orderId)).size).toBe(200);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    expect((await engine.api('GET', `/api/items/${sale.itemId}`)).data.stock).toBe(0);
  });

  test('in the middle of its body loses nothing but its request', async () => {
    const sale = await engine.sale({ stock: 1 });
    const body = JSON.stringify({ token: tokenFor(sale, 1), amount: 1 });
    for (const headers of [`content-length: ${body.length}`, 'transfer-encoding: chunked']) {
      for (let n = 0; n < 20; n++) {
        const socket = open();
        await socket.write(head(headers) + body.slice(0, n));
        socket.hangUp();
      }
    }
    expect((await engine.place(tokenFor(sale, 2))).status).toBe(201);
    // Clients do this all the time: it is not an error of the engine.
    expect(engine.process.output()).toBe(engine.process.stdout());
  });
});
