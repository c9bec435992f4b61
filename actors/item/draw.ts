/**
 * A draw: how those who joined a promo before its start are put in order (I10). Whoever publishes the
 * promo commits to a secret by its hash; nobody can choose their place, since the seed depends on that secret and on
 * everybody who joined; and afterwards anyone can recompute the order:
 *
 * - commitment = SHA-256(secret), public when the promo is published
 * - label = SHA-256("<promoId>:<userId>:<nonce>") for each who joined, in order of joining, also of those
 *   who have left
 * - seed = SHA-256(secret + ":" + SHA-256(all labels, joined by ","))
 * - the order is by SHA-256(seed + ":" + label), ascending
 *
 * where every hash and the secret is text of 64 hex digits.
 */
import { drawStrideEntrants } from '../limits.ts';
import { GrowingHash, sha256, sha256Beginning } from '../sha256.ts';
import type { Buyers } from './buyers.ts';
import { grown, type Take } from './columns.ts';
import { DrawOrder } from './draw-order.ts';

/** What stands for an entrant in public. */
export function drawLabel(promo: number, user: number, nonce: number): string {
  return sha256(`${promo}:${user}:${nonce}`);
}

const left = -1;

export class Draw {
  /** Entrants, of whom some have left. */
  entrants = 0;
  /** Entrants who have not left. */
  count = 0;
  /** 64 hex digits once the draw was held, else empty. */
  seed = '';
  /** By entrant, in order of joining: the buyer's row, or `~row` where they have left; and the nonce. */
  #buyer = new Int32Array(0);
  #nonce = new Float64Array(0);
  /** The labels so far, joined; what follows from the columns is not part of the state. */
  readonly #labels = new GrowingHash();
  #finding: DrawOrder | null = null;

  constructor(
    private readonly promo: number,
    /** 64 hex digits. */
    readonly secret: string,
    private readonly buyers: Pick<Buyers, 'userAt'>,
  ) {}

  /** Adds an entrant; returns their number, from 0. */
  add(buyer: number, nonce: number): number {
    const entrant = this.entrants++;
    this.#buyer = grown(this.#buyer, this.entrants);
    this.#nonce = grown(this.#nonce, this.entrants);
    this.#buyer[entrant] = buyer;
    this.#nonce[entrant] = nonce;
    this.count++;
    const label = drawLabel(this.promo, this.buyers.userAt(buyer), nonce);
    this.#labels.add(entrant === 0 ? label : `,${label}`);
    return entrant;
  }

  remove(entrant: number): void {
    this.#buyer[entrant] = ~this.#buyer[entrant]!;
    this.count--;
  }

  /** The seed that the draw would have now. */
  seedNow(): string {
    return sha256(`${this.secret}:${this.#labels.hash}`);
  }

  /** Holds the draw; `order` finds the order. */
  hold(): void {
    this.seed = this.seedNow();
  }

  /**
   * Works on the order of a draw that was held, for one stride or to the end. Returns the buyers who have
   * not left, in order, once it is found; else null.
   */
  order(stride: 'one' | 'all'): Int32Array<ArrayBuffer> | null {
    const { entrants } = this;
    this.#finding ??= new DrawOrder(
      entrants,
      (entrant) => sha256Beginning(this.#decider(entrant)),
      (entrant) => sha256(this.#decider(entrant)),
    );
    let order = this.#finding.stride(drawStrideEntrants);
    while (order === null && stride === 'all') order = this.#finding.stride(entrants);
    return order === null ? null : this.#buyersOf(order);
  }

  /** Entrants in order of joining, as pairs of buyer and nonce; `left` for those who have left. */
  *rows(): Generator<readonly [buyer: number, nonce: number]> {
    for (let entrant = 0; entrant < this.entrants; entrant++) {
      yield [Math.max(left, this.#buyer[entrant]!), this.#nonce[entrant]!];
    }
  }

  /** What `restore` makes the same entrants of; the draw was not held. */
  stored(): Uint8Array[] {
    const columns = [this.#buyer.slice(0, this.entrants), this.#nonce.slice(0, this.entrants)];
    return columns.map(({ buffer }) => new Uint8Array(buffer));
  }

  /** Hashes each label again. */
  restore(take: Take): void {
    const [buyer, nonce] = take(2).map((memory) => memory.slice().buffer);
    const rows = new Int32Array(buyer!);
    const nonces = new Float64Array(nonce!);
    for (const [entrant, row] of rows.entries()) {
      this.add(row < 0 ? ~row : row, nonces[entrant]!);
      if (row < 0) this.remove(entrant);
    }
  }

  get bytes(): number {
    return this.#buyer.byteLength + this.#nonce.byteLength + (this.#finding?.bytes ?? 0);
  }

  /** The text whose hash puts an entrant in order; that of one who has left is passed over, and any will do. */
  #decider(entrant: number): string {
    const buyer = this.#buyer[entrant]!;
    if (buyer < 0) return '';
    const label = drawLabel(this.promo, this.buyers.userAt(buyer), this.#nonce[entrant]!);
    return `${this.seed}:${label}`;
  }

  /** Overwrites an order of entrants by their buyers. */
  #buyersOf(order: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
    let count = 0;
    for (let place = 0; place < order.length; place++) {
      const buyer = this.#buyer[order[place]!]!;
      if (buyer >= 0) order[count++] = buyer;
    }
    return order.subarray(0, count);
  }
}
