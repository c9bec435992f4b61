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
import { GrowingHash, sha256 } from '../sha256.ts';
import type { Buyers } from './buyers.ts';
import { grown } from './columns.ts';

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
  /** By entrant, in order of joining: the buyer's row, `left` where they have left, and the nonce. */
  #buyer = new Int32Array(0);
  #nonce = new Float64Array(0);
  /** The labels so far, joined; what follows from the columns is not part of the state. */
  readonly #labels = new GrowingHash();
  /** By entrant, as far as `order` has come: the beginning of the hash that decides, and the entrant. */
  #keys = new Float64Array(0);
  #ordered = 0;

  constructor(
    private readonly promo: number,
    /** 64 hex digits. */
    readonly secret: string,
    private readonly buyers: Pick<Buyers, 'user'>,
  ) {}

  /** Adds an entrant; returns their number, from 0. */
  add(buyer: number, nonce: number): number {
    const entrant = this.entrants++;
    this.#buyer = grown(this.#buyer, this.entrants);
    this.#nonce = grown(this.#nonce, this.entrants);
    this.#buyer[entrant] = buyer;
    this.#nonce[entrant] = nonce;
    this.count++;
    const label = drawLabel(this.promo, this.buyers.user[buyer]!, nonce);
    this.#labels.add(entrant === 0 ? label : `,${label}`);
    return entrant;
  }

  remove(entrant: number): void {
    this.#buyer[entrant] = left;
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
    if (this.#ordered === 0) this.#keys = new Float64Array(entrants);
    const unit = unitOf(entrants);
    const until =
      stride === 'all' ? entrants : Math.min(this.#ordered + drawStrideEntrants, entrants);
    for (; this.#ordered < until; this.#ordered++) {
      const beginning = Number.parseInt(this.#decider(this.#ordered).slice(0, 8), 16);
      this.#keys[this.#ordered] = Math.floor(beginning / divisorOf(unit)) * unit + this.#ordered;
    }
    return this.#ordered < entrants ? null : this.#sorted(unit);
  }

  /** Entrants in order of joining, as pairs of buyer and nonce; `left` for those who have left. */
  *rows(): Generator<readonly [buyer: number, nonce: number]> {
    for (let entrant = 0; entrant < this.entrants; entrant++) {
      yield [this.#buyer[entrant]!, this.#nonce[entrant]!];
    }
  }

  get bytes(): number {
    return this.#buyer.byteLength + this.#nonce.byteLength;
  }

  /** The hash that puts an entrant in order; 0 for one who has left, and is passed over. */
  #decider(entrant: number): string {
    const buyer = this.#buyer[entrant]!;
    if (buyer === left) return '0';
    const label = drawLabel(this.promo, this.buyers.user[buyer]!, this.#nonce[entrant]!);
    return sha256(`${this.seed}:${label}`);
  }

  /** The buyers who take part, in order, once all keys are there. */
  #sorted(unit: number): Int32Array<ArrayBuffer> {
    const keys = this.#keys.sort();
    this.#keys = new Float64Array(0);
    const entrants = Int32Array.from(keys, (key) => key % unit);
    // Of a million hashes some hundred begin like another: those are compared whole.
    for (let from = 0, to = 1; from < keys.length; from = to++) {
      while (to < keys.length && sameBeginning(keys[from]!, keys[to]!, unit)) to++;
      if (to - from > 1) this.#sortWhole(entrants.subarray(from, to));
    }
    return entrants.map((entrant) => this.#buyer[entrant]!).filter((buyer) => buyer !== left);
  }

  #sortWhole(entrants: Int32Array): void {
    const known = new Map(Array.from(entrants, (entrant) => [entrant, this.#decider(entrant)]));
    entrants.sort((a, b) => (known.get(a)! < known.get(b)! ? -1 : 1));
  }
}

/**
 * A key is a safe integer: the beginning of a hash, as many bits as there is room for and at most 32, times
 * this, plus the number of the entrant.
 */
function unitOf(entrants: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(entrants, 2)));
}

/** By how much 32 bits are to be divided to leave room for the entrant in 53. */
function divisorOf(unit: number): number {
  return Math.max(1, unit / 2 ** 21);
}

function sameBeginning(left: number, right: number, unit: number): boolean {
  return Math.floor(left / unit) === Math.floor(right / unit);
}
