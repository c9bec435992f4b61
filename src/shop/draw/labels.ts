/** The labels of a draw's entrants, in order of joining, at 32 bytes each: `actors/item/draw.ts` says what they are. */
import { GrowingHash } from '../../../actors/sha256.ts';

const labelBytes = 32;

export class Labels {
  count = 0;
  #bytes = Buffer.alloc(0);
  readonly #joined = new GrowingHash();

  /** Adds the label of the next who joined, 64 hex digits. */
  add(label: string): void {
    const end = (this.count + 1) * labelBytes;
    if (end > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(2 * end, 1_024));
      this.#bytes.copy(grown);
      this.#bytes = grown;
    }
    this.#bytes.write(label, this.count * labelBytes, 'hex');
    this.#joined.add(this.count === 0 ? label : `,${label}`);
    this.count++;
  }

  /** The label of an entrant, from 0. */
  at(entrant: number): string {
    return this.#bytes.toString('hex', entrant * labelBytes, (entrant + 1) * labelBytes);
  }

  /** Who has a label, from 0; -1 for nobody. */
  indexOf(label: string): number {
    const found = this.#bytes.indexOf(Buffer.from(label, 'hex'));
    return found < 0 ? -1 : found / labelBytes;
  }

  /** The SHA-256 of all labels so far, joined by commas, in hex. */
  get hash(): string {
    return this.#joined.hash;
  }

  get bytes(): number {
    return this.#bytes.length;
  }
}
