/** SHA-256, the same everywhere: a function of its text, which is why even items may use it. */

/** The hash of a text, in hex. */
export function sha256(text: string): string {
  return Bun.SHA256.hash(text, 'hex');
}

/** Of the text that was hashed last, as bytes: to make texts of them, or an array each time, takes longer than the hash. */
const hashed = new Uint32Array(32 / Uint32Array.BYTES_PER_ELEMENT);
const hashedView = new DataView(hashed.buffer);

/** 53 bits of the hash of a text: a safe integer from 1. */
export function sha256Number(text: string): number {
  Bun.SHA256.hash(text, hashed);
  return (hashedView.getUint32(0) & 0x1f_ffff) * 0x1_0000_0000 + hashedView.getUint32(4) || 1;
}

/** The first 32 bits of the hash of a text. */
export function sha256Beginning(text: string): number {
  Bun.SHA256.hash(text, hashed);
  return hashedView.getUint32(0);
}

/** The hash of a text that grows; `hash` may be asked for at any time. */
export class GrowingHash {
  readonly #hasher = new Bun.CryptoHasher('sha256');

  add(text: string): void {
    this.#hasher.update(text);
  }

  /** Of all that was added, in hex. */
  get hash(): string {
    return this.#hasher.copy().digest('hex');
  }
}
