/** SHA-256, the same everywhere: a function of its text, which is why even items may use it. */

/** The hash of a text, in hex. */
export function sha256(text: string): string {
  return Bun.SHA256.hash(text, 'hex');
}

/** 53 bits of the hash of a text: a safe integer from 1. */
export function sha256Number(text: string): number {
  const hash = Buffer.from(sha256(text), 'hex');
  return (hash.readUInt32BE(0) & 0x1f_ffff) * 0x1_0000_0000 + hash.readUInt32BE(4) || 1;
}

const beginning = new Uint32Array(32 / Uint32Array.BYTES_PER_ELEMENT);
const beginningView = new DataView(beginning.buffer);

/** The first 32 bits of the hash of a text. */
export function sha256Beginning(text: string): number {
  Bun.SHA256.hash(text, beginning);
  return beginningView.getUint32(0);
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
