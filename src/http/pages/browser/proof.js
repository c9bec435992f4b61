// Proof of work: finds the number that a challenge of ALTCHA asks for (altcha.org, version 2, SHA-256
// once a guess). Hashes are made here and not by `crypto.subtle`: that is missing on plain http, and for
// inputs as short as these it is several times slower, because it answers each in a turn of its own.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { nextTurn, sliceMs } from './next-turn.js';

/** Few enough that a slice ends in time on a slow device: its clock costs more than a hash. */
const hashesPerLook = 50;

/** The answer to a challenge, as text; the page stays alive while it is looked for. */
export async function proofOf(challenge) {
  const { nonce, salt, keyPrefix } = challenge.parameters;
  const search = searchFor(hexToBytes(salt + nonce), hexToBytes(keyPrefix));
  const startedAt = performance.now();
  for (let counter = 0; ; await nextTurn()) {
    const pauseAt = performance.now() + sliceMs;
    while (performance.now() < pauseAt) {
      const key = search(counter, counter + hashesPerLook);
      if (key !== null) {
        const time = Math.round(performance.now() - startedAt);
        return btoa(JSON.stringify({ challenge, solution: { ...key, time } }));
      }
      counter += hashesPerLook;
    }
  }
}

/** Tries the numbers of a range, the first inclusive: `{ counter, derivedKey }`, or null. */
function searchFor(beginning, keyPrefix) {
  const begun = sha256.create().update(beginning);
  const bytes = new Uint8Array(4);
  const number = new DataView(bytes.buffer);
  const key = new Uint8Array(begun.outputLen);
  let hash;
  return (from, to) => {
    for (let counter = from; counter < to; counter++) {
      number.setUint32(0, counter);
      hash = begun._cloneInto(hash);
      hash.update(bytes).digestInto(key);
      if (keyPrefix.every((byte, index) => byte === key[index])) {
        return { counter, derivedKey: bytesToHex(key) };
      }
    }
    return null;
  };
}
