/**
 * Takes webhooks and counts what was paid for, each event once, however often it comes and whatever is killed.
 *
 *   WEBHOOK_SECRET=whsec_… node receive-webhooks.mjs webhooks.jsonl 4000
 *
 * The file is its memory: a line for each event, on the disk before the engine is told that it was taken. A shop with
 * a database keeps the ids there instead, and acts in the same transaction, as receive_webhooks.py does.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

const [path, port] = process.argv.slice(2);
const secret = process.env.WEBHOOK_SECRET;
if (port === undefined || !secret?.startsWith('whsec_')) {
  console.error('usage: WEBHOOK_SECRET=whsec_… node receive-webhooks.mjs FILE PORT');
  process.exit(2);
}
const hmacKey = Buffer.from(secret.slice('whsec_'.length), 'base64');
const toleranceSeconds = 300;
const bodyBytesMax = 65_536;

const seen = new Set();
let units = 0;

/** What a shop does with an event goes here. */
function count({ id, type, data }) {
  seen.add(id);
  if (type === 'order.paid') units += data.amount;
  if (type === 'order.refunded') units -= data.amount;
}

const file = openSync(path, 'a+');
const kept = readFileSync(path);
// A line that a crash has cut short was never taken: the event comes again.
const wholeBytes = kept.lastIndexOf('\n') + 1;
ftruncateSync(file, wholeBytes);
for (const line of kept.subarray(0, wholeBytes).toString().split('\n')) {
  if (line !== '') count(JSON.parse(line));
}

/** Takes an event, unless it was taken before. Nothing comes in between: all of it is one turn. */
function take(event) {
  if (seen.has(event.id)) return;
  // In a busy shop: many lines, then one sync for all of them.
  writeSync(file, `${JSON.stringify(event)}\n`);
  fdatasyncSync(file);
  count(event);
  console.log(`${event.type} ${event.data.orderId ?? ''}: ${units} units are paid for`);
}

/** Whether the engine has signed it, within five minutes of now. */
function isTheEngines(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signatures } = headers;
  if (!id || !signatures || !/^\d+$/.test(time ?? '')) return false;
  if (Math.abs(Date.now() / 1_000 - Number(time)) > toleranceSeconds) return false;
  const mac = createHmac('sha256', hmacKey).update(`${id}.${time}.`).update(body).digest();
  return signatures.split(' ').some((signature) => {
    const [version, base64 = ''] = signature.split(',');
    const given = Buffer.from(base64, 'base64');
    return version === 'v1' && given.length === mac.length && timingSafeEqual(given, mac);
  });
}

/** The body as it came, byte for byte; null where it is longer than any of the engine's, or breaks off. */
async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += chunk.length;
      if (bytes > bodyBytesMax) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

const server = createServer(async (request, response) => {
  const body = await bodyOf(request);
  if (request.method !== 'POST' || body === null || !isTheEngines(request.headers, body)) {
    response.writeHead(400, { connection: 'close' }).end();
    return;
  }
  // Where the disk refuses, the process ends without an answer, and the event comes again.
  take({ id: request.headers['webhook-id'], ...JSON.parse(body.toString()) });
  response.writeHead(204).end();
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`listening on port ${server.address().port}: ${units} units are paid for`);
});
