/** The numbers of all promos that the journal knows, a bit each, in shared memory. */
import { promoIdMax } from '../limits.ts';

const wordBits = 32;

export class PromoNumbers {
  static readonly bytes = (promoIdMax + 1) / 8;
  readonly #bits: Int32Array;

  constructor(memory: SharedArrayBuffer, offset: number) {
    this.#bits = new Int32Array(memory, offset, PromoNumbers.bytes / Int32Array.BYTES_PER_ELEMENT);
  }

  /** Records a promo; one beyond the limit is none that this shop has numbered. */
  add(promo: number): void {
    if (promo <= promoIdMax) Atomics.or(this.#bits, promo >>> 5, 1 << (promo & 31));
  }

  /** Whether the promo is known; none beyond the limit is. */
  has(promo: number): boolean {
    if (promo > promoIdMax) return false;
    return (Atomics.load(this.#bits, promo >>> 5) & (1 << (promo & 31))) !== 0;
  }

  /** The highest number; 0 without one. */
  get last(): number {
    const word = this.#bits.findLastIndex((bits) => bits !== 0);
    return word < 0 ? 0 : word * wordBits + 31 - Math.clz32(this.#bits[word]!);
  }

  /** By number. */
  *[Symbol.iterator](): Generator<number> {
    for (const [word, bits] of this.#bits.entries()) {
      if (bits === 0) continue;
      for (let bit = 0; bit < wordBits; bit++) {
        if ((bits & (1 << bit)) !== 0) yield word * wordBits + bit;
      }
    }
  }
}
