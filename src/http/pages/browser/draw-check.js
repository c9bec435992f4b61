// A draw, done again by whoever doubts it. Every hash is text of 64 hex digits:
// commitment = SHA-256(secret), label = SHA-256("promo:user:nonce"),
// seed = SHA-256(secret + ":" + SHA-256(labels, joined by ",")), and the order is by SHA-256(seed + ":" + label).
import { hashesOf, hashesPerBatch, hashOf } from './hashes.js';

const isHash = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const areHashes = (value) => Array.isArray(value) && value.every(isHash);

/** Whether an answer has all that a draw that was held consists of. */
export function isDraw(value) {
  const { commitment, secret, seed, labels, order } = value ?? {};
  return [commitment, secret, seed].every(isHash) && areHashes(labels) && areHashes(order);
}

/**
 * Checks a draw step by step, and tells of each step `ok`, `wrong` or `unknown`, with what is known beside.
 * `shown` is the commitment on the page, `kept` the one seen before the draw or null, `own` how the visitor
 * takes part, `{ promo, user, nonce, label, place }`, or null. Nothing but the labels is taken from the answer
 * unchecked. Returns whether nothing was wrong.
 */
export async function checkDraw({ draw, shown, kept, own }, tell, progress = () => undefined) {
  let fits = true;
  const say = (step, state, beside = {}) => {
    if (state === 'wrong') fits = false;
    tell(step, state, beside);
  };
  const judge = (step, isRight, beside) => say(step, isRight ? 'ok' : 'wrong', beside);

  const commitment = await hashOf(draw.secret);
  judge('commitment', commitment === draw.commitment && commitment === shown);
  if (kept === null) say('remembered', 'unknown');
  else judge('remembered', kept === commitment, { seen: kept });
  const label = own === null ? null : await hashOf(`${own.promo}:${own.user}:${own.nonce}`);
  if (own !== null) {
    judge('label', label === own.label);
    judge('among', draw.labels.includes(label));
  }
  const seed = await hashOf(`${draw.secret}:${await hashOf(draw.labels.join())}`);
  judge('seed', seed === draw.seed);
  const wrong = await wrongInOrder(draw, seed, progress);
  judge('order', wrong === null, wrong ?? {});
  if (own !== null) judge('place', wrong === null && draw.order.indexOf(label) + 1 === own.place);
  return fits;
}

/** What is wrong with the order, by a seed; null where nothing is. */
async function wrongInOrder({ labels, order }, seed, progress) {
  const open = new Set(labels);
  if (order.length !== labels.length) return { place: null };
  let last = '';
  for (let from = 0; from < order.length; from += hashesPerBatch) {
    const batch = order.slice(from, from + hashesPerBatch);
    const hashes = await hashesOf(batch.map((label) => `${seed}:${label}`));
    for (const [index, hash] of hashes.entries()) {
      if (!open.delete(batch[index])) return { place: null };
      if (hash <= last) return { place: from + index + 1 };
      last = hash;
    }
    progress((from + batch.length) / order.length);
  }
  return null;
}
