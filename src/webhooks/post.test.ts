import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { createServer } from 'node:net';
import { aMessage } from '../testing/webhook-journal.ts';
import { type Answering, WebhookReceiver } from '../testing/webhook-receiver.ts';
import { Poster } from './post.ts';
import { receiverAddress } from './receiver-address.ts';

let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await WebhookReceiver.start();
});
afterAll(() => receiver.stop());
beforeEach(() => {
  receiver.requests.length = 0;
});

const message = { ...aMessage, body: '{"type":"order.placed","data":{"orderId":"ü"}}' };

function posterTo(url: string, tryMs = 5_000): Poster {
  return new Poster(receiverAddress(url), receiver.env.WEBHOOK_SECRET!, tryMs);
}

async function answered(answering: Answering, tryMs?: number) {
  receiver.answering = () => answering;
  const { tookMs: _, ...answer } = await posterTo(receiver.env.WEBHOOK_URL!, tryMs).post(message);
  return answer;
}

test('what the receiver takes is delivered; its answer is not kept', async () => {
  expect(await answered({ status: 201, body: 'thanks' })).toEqual({
    ...{ outcome: 'delivered', status: 201, text: '', retryAfterMs: 0 },
  });
  expect(receiver.requests[0]).toMatchObject({ id: message.id, data: { orderId: 'ü' } });
});

test('what it says against an event is kept, as far as it fits a line', async () => {
  const body = `no\u0000 "stock"\r\n${'x'.repeat(500)}`;
  const { outcome, text } = await answered({ status: 422, body });
  expect(outcome).toBe('refused');
  expect(text).toHaveLength(200);
  expect(text).toStartWith('no "stock" xxx');
});

test('every status means what a merchant would expect', async () => {
  const outcomes = [];
  for (const status of [200, 204, 302, 400, 401, 404, 409, 410, 413, 422, 429, 500, 503])
    outcomes.push((await answered({ status, headers: { location: '/elsewhere' } })).outcome);
  expect(outcomes.join(' ')).toBe(
    'delivered delivered failed refused failed failed refused gone refused refused busy failed busy',
  );
  expect(receiver.requests).toHaveLength(13);
});

test('Retry-After is read as seconds and as a date', async () => {
  const asked = async (text: string) =>
    (await answered({ status: 429, headers: { 'retry-after': text } })).retryAfterMs;
  expect(await asked('120')).toBe(120_000);
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  expect(Math.round((await asked(date)) / 600_000)).toBe(6);
  expect(await asked('soon')).toBe(0);
  expect(await asked('-5')).toBe(0);
});

test('no answer, a broken connection and nobody there are told apart, and never with the address', async () => {
  expect(await answered('hang', 100)).toMatchObject({
    ...{ outcome: 'timeout', status: null, text: 'no whole answer within 100 ms' },
  });
  expect(await answered('close')).toMatchObject({ outcome: 'unreachable', status: null });
  const nobody = await posterTo('http://user:hunter2@127.0.0.1:1/hunter2').post(message);
  expect(nobody).toMatchObject({ outcome: 'unreachable', status: null });
  expect(JSON.stringify(nobody)).not.toContain('hunter2');
});

test('an answer without end is left, and one that never ends is timed out', async () => {
  const endless = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write('HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n');
      socket.write(`1000\r\n${'y'.repeat(4_096)}\r\n`);
      const more = setInterval(() => socket.write('1\r\ny\r\n'), 20);
      socket.once('close', () => clearInterval(more));
    });
  });
  const listening = Promise.withResolvers<void>();
  endless.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const address = endless.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const answer = await posterTo(`http://127.0.0.1:${port}/`, 60_000).post(message);
  expect([answer.outcome, answer.text.length]).toEqual(['failed', 200]);
  endless.close();
});

test('a user and a password in the address are sent as a header, byte by byte', async () => {
  const [scheme, rest] = receiver.env.WEBHOOK_URL!.split('//');
  receiver.answering = () => ({ status: 204 });
  await posterTo(`${scheme}//caf%C3%A9:p%40ss%FF@${rest}?key=1#part`).post(message);
  const { authorization } = receiver.requests[0]!.headers;
  const bytes = Buffer.from(authorization!.replace('Basic ', ''), 'base64');
  expect(bytes.toString('latin1')).toBe('cafÃ©:p@ssÿ');
  const { host, url, name } = receiverAddress('https://u:p@shop.example:8443/x?key=1');
  expect([host, url]).toEqual(['shop.example:8443', 'https://shop.example:8443/x?key=1']);
  expect(name).not.toContain('shop');
});
