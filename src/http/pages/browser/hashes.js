// SHA-256 of texts, in hex: by the browser's own cryptography, or by a library where plain http withholds that.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { nextTurn, sliceMs } from './next-turn.js';

const encoder = new TextEncoder();

/** Texts that are hashed at once: the browser answers each in a turn of its own, which this many share. */
export const hashesPerBatch = 1_000;

/** Bytes that the library hashes between two looks at the clock. */
const bytesPerLook = 65_536;

/** The hash of one text, however long. */
export async function hashOf(text) {
  const bytes = encoder.encode(text);
  if (globalThis.crypto?.subtle !== undefined) return byBrowser(bytes);
  const hash = sha256.create();
  let pauseAt = performance.now() + sliceMs;
  for (let from = 0; from < bytes.length; from += bytesPerLook) {
    hash.update(bytes.subarray(from, from + bytesPerLook));
    if (performance.now() < pauseAt) continue;
    await nextTurn();
    pauseAt = performance.now() + sliceMs;
  }
  return bytesToHex(hash.digest());
}

/** The hashes of a batch of texts. Batch after batch the browser's answers alone would leave the page no turn. */
export async function hashesOf(texts) {
  await nextTurn();
  if (globalThis.crypto?.subtle !== undefined) {
    return Promise.all(texts.map((text) => byBrowser(encoder.encode(text))));
  }
  return texts.map((text) => bytesToHex(sha256(encoder.encode(text))));
}

async function byBrowser(bytes) {
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}
