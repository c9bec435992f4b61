/**
 * An audit's own record of what the merchant, draws and payments made of an item, as of every entry: what
 * rows that follow from the journal are to be compared with.
 */
import type {
  BaseTerms,
  Event,
  Joined,
  QueueTerms,
  RefundDue,
  Sequence,
} from '../../../actors/events.ts';
import { type Chunk, Chunks, carve, chunkRows } from '../../../actors/item/columns.ts';
import { loadedUnitsMax } from '../../../actors/limits.ts';

/** How an item is sold at its normal price. */
export interface NormalSale {
  price: number;
  normalSale: boolean;
  limit: number;
}

/** What became of a promo. Times are null where it did not happen. */
export interface PromoState {
  terms: Omit<BaseTerms, 'promo'> & Partial<QueueTerms>;
  publishedAt: number;
  publishedSeq: Sequence;
  pausedAt: number | null;
  endedAt: number | null;
  withdrawnAt: number | null;
  secret: string | null;
  seed: string | null;
  drawnAt: number | null;
}

/** A refund that is due, and how it was settled; null while it is not. */
export interface DueState {
  event: RefundDue;
  at: number;
  seq: Sequence;
  settled: { at: number; by: string | null; reference: string | null } | null;
}

export class SaleBook {
  readonly normal = new OverTime<NormalSale>();
  readonly promos = new Map<number, OverTime<PromoState>>();
  /** By number. */
  readonly dues = new Map<number, OverTime<DueState>>();
  /** By promo: who joined before its draw. */
  readonly entrants = new Map<number, EntrantBook>();

  /** Notes an event, `index` being its place in its entry. */
  note(event: Event, seq: Sequence, at: number, index: number): void {
    switch (event.type) {
      case 'opened': {
        const { price, normalSale = true, limit = loadedUnitsMax } = event;
        this.normal.set(seq, { price, normalSale, limit });
        break;
      }
      case 'edited': {
        const { price, normalSale, limit } = { ...this.normal.last, ...event };
        if (price === undefined || normalSale === undefined || limit === undefined) break;
        this.normal.set(seq, { price, normalSale, limit });
        break;
      }
      case 'joined':
        if (event.draw === true) this.#join(event, seq, index);
        break;
      case 'refundDue':
        if (!this.dues.has(event.due)) {
          overTime(this.dues, event.due).set(seq, { event, at, seq, settled: null });
        }
        break;
      case 'dueSettled': {
        const { due, by = null, reference = null } = event;
        const known = this.dues.get(due);
        known?.change(seq, { settled: { at, by, reference } });
        break;
      }
      default:
        this.#notePromo(event, seq, at);
    }
  }

  #notePromo(event: Event, seq: Sequence, at: number): void {
    switch (event.type) {
      case 'published': {
        const { type: _, item, promo, secret = null, by, at: own, ...terms } = event;
        const known = overTime(this.promos, promo);
        const { publishedAt, publishedSeq } = known.last ?? { publishedAt: at, publishedSeq: seq };
        const fate = {
          pausedAt: null,
          endedAt: null,
          withdrawnAt: null,
          seed: null,
          drawnAt: null,
        };
        known.set(seq, { terms, publishedAt, publishedSeq, secret, ...fate });
        break;
      }
      case 'paused':
        this.promos.get(event.promo)?.change(seq, { pausedAt: at });
        break;
      case 'resumed':
      case 'closed':
        this.promos.get(event.promo)?.change(seq, { pausedAt: null });
        break;
      case 'ended':
        this.#moveEnd(event.promo, seq, at, { endedAt: at, pausedAt: null });
        break;
      case 'extended':
        this.#moveEnd(event.promo, seq, event.endAt);
        break;
      case 'promoWithdrawn':
        this.promos.get(event.promo)?.change(seq, { withdrawnAt: at, pausedAt: null });
        break;
      case 'drawn':
        this.promos.get(event.promo)?.change(seq, { seed: event.seed, drawnAt: at });
        break;
    }
  }

  #moveEnd(promo: number, seq: Sequence, endAt: number, rest: Partial<PromoState> = {}): void {
    const known = this.promos.get(promo);
    if (known?.last === undefined) return;
    known.change(seq, { ...rest, terms: { ...known.last.terms, endAt } });
  }

  #join({ promo, user, nonce }: Joined, seq: Sequence, index: number): void {
    const book = this.entrants.get(promo) ?? new EntrantBook();
    this.entrants.set(promo, book);
    book.add(user, nonce, seq, index);
  }
}

class EntrantChunk implements Chunk {
  static readonly rowBytes = 2 * 8 + 4 + 2;
  readonly rows: number;
  readonly user: Float64Array;
  readonly nonce: Float64Array;
  readonly seq: Uint32Array;
  /** The event's place in its entry. */
  readonly index: Uint16Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / EntrantChunk.rowBytes;
    const column = carve(this);
    this.user = column(Float64Array);
    this.nonce = column(Float64Array);
    this.seq = column(Uint32Array);
    this.index = column(Uint16Array);
  }
}

const within = (row: number) => row & (chunkRows - 1);

/** Who joined before a draw, in order of joining; in columns, for there may be a million. */
export class EntrantBook {
  count = 0;
  readonly #chunks = new Chunks(EntrantChunk);

  add(user: number, nonce: number, seq: Sequence, index: number): void {
    const chunk = this.#chunks.grown(this.count);
    const row = within(this.count++);
    chunk.user[row] = user;
    chunk.nonce[row] = nonce;
    chunk.seq[row] = seq;
    chunk.index[row] = index;
  }

  userOf(row: number): number {
    return this.#chunks.at(row).user[within(row)]!;
  }

  nonceOf(row: number): number {
    return this.#chunks.at(row).nonce[within(row)]!;
  }

  seqOf(row: number): Sequence {
    return this.#chunks.at(row).seq[within(row)]!;
  }

  indexOf(row: number): number {
    return this.#chunks.at(row).index[within(row)]!;
  }
}

/** Something and every state it was in, with the entries that brought them. */
export class OverTime<T extends object> {
  readonly #states: { seq: Sequence; state: T }[] = [];

  get last(): T | undefined {
    return this.#states.at(-1)?.state;
  }

  set(seq: Sequence, state: T): void {
    this.#states.push({ seq, state });
  }

  /** Only what has begun changes. */
  change(seq: Sequence, change: Partial<T>): void {
    if (this.last !== undefined) this.set(seq, { ...this.last, ...change });
  }

  /** The state after an entry; undefined where it had not begun. */
  asOf(seq: Sequence): T | undefined {
    return this.#states.findLast((each) => each.seq <= seq)?.state;
  }
}

function overTime<T extends object>(known: Map<number, OverTime<T>>, key: number): OverTime<T> {
  const found = known.get(key) ?? new OverTime<T>();
  known.set(key, found);
  return found;
}
