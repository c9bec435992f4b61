/** Hashes keyed with a secret, so that a reader of the store can neither use nor guess what it holds. */

/** HMAC-SHA-256 of texts as hex; the same texts give a different hash for each purpose. */
export type KeyedHash = (...texts: string[]) => string;

/** @param purpose - separates the hashes of one part of Stampede from those of the others. */
export function keyedHash(secret: string, purpose: string): KeyedHash {
  const key = new Bun.CryptoHasher('sha256', secret).update(purpose).digest();
  const keyed = new Bun.CryptoHasher('sha256', key);
  return (...texts) => keyed.copy().update(JSON.stringify(texts)).digest('hex');
}
