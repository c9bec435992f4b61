/**
 * What Stampede tells you of orders, where WEBHOOK_URL says: whether a request is the engine's, and what is in it. It
 * needs Web Crypto alone.
 *
 *     const event = await webhookEvent(process.env.WEBHOOK_SECRET, request.headers, body);
 *     if (!(await isNew(event.id))) return; // An event may come again, under the same id.
 *     if (event.type === 'order.paid') await ship(event.data.orderId);
 *
 * Give it the body as it came, byte for byte, and not what a framework has made of it. Answer 2xx when the event is
 * safely yours; anything else, and it comes again. Pass over types that you do not know: there may be more.
 */
import type { OrderEvent, RefundDueEvent, TestEvent } from './api.ts';

/** `id` is the same whenever the event is sent, and no other event has it. */
export type WebhookEvent = (OrderEvent | RefundDueEvent | TestEvent) & { id: string };

/** It is not from the engine, or too old to be believed: answer 400. */
export class NotTheEngines extends Error {
  override readonly name = 'NotTheEngines';
}

/** As `fetch` has them, or Node. */
export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>;

/** How far the time of sending may be off: what somebody has overheard is of no use later. */
const toleranceMs = 5 * 60_000;

/**
 * The event in a request. @throws NotTheEngines
 * @param secret - `whsec_` and the key in base64; several while you change it.
 * @param nowMs - your clock; the real time when not given.
 */
export async function webhookEvent(
  secret: string | readonly string[],
  headers: WebhookHeaders,
  body: string | Uint8Array,
  nowMs: number = Date.now(),
): Promise<WebhookEvent> {
  const [id, time, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) => headerOf(headers, name),
  );
  if (!id || !time || !signatures) throw new NotTheEngines('it is not signed');
  const aheadMs = Number(time) * 1_000 - nowMs;
  if (!/^\d{1,12}$/.test(time) || Math.abs(aheadMs) > toleranceMs) {
    throw new NotTheEngines('it was not sent within five minutes of now');
  }
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const said = bytesOf(`${id}.${time}.`, body);
  for (const each of typeof secret === 'string' ? [secret] : secret) {
    if (await isSigned(each, said, signatures)) return { id, ...JSON.parse(text) };
  }
  throw new NotTheEngines('its signature is wrong');
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

type Bytes = ReturnType<typeof bytesOf>;

function bytesOf(before: string, body: string | Uint8Array) {
  const encoder = new TextEncoder();
  const [first, second] = [
    encoder.encode(before),
    typeof body === 'string' ? encoder.encode(body) : body,
  ];
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** There may be several signatures, while a secret is changed. Web Crypto compares in constant time. */
async function isSigned(secret: string, said: Bytes, signatures: string): Promise<boolean> {
  const subtle = await webCrypto();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const bytes = decoded(secret.replace(/^whsec_/, ''));
  if (bytes === null) throw new Error('a secret of webhooks is whsec_ and base64');
  const key = await subtle.importKey('raw', bytes, algorithm, false, ['verify']);
  for (const signature of signatures.split(' ')) {
    const [version, base64 = ''] = signature.split(',');
    const mac = version === 'v1' ? decoded(base64) : null;
    if (mac !== null && (await subtle.verify('HMAC', key, mac, said))) return true;
  }
  return false;
}

function decoded(base64: string) {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Node 18 has it in a module alone. */
async function webCrypto(): Promise<SubtleCrypto> {
  if (globalThis.crypto !== undefined) return globalThis.crypto.subtle;
  const module: string = 'node:crypto';
  return (await import(module)).webcrypto.subtle;
}
