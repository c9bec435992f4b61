/**
 * An audit's own record of the gate and the queue of one promo: who was let in and has not bought yet, who
 * waits in which order, and what became of everybody. It shares nothing with the actor's.
 */
import type { QueueMode } from '../../../actors/events.ts';
import { type Chunk, Chunks, carve, chunkRows } from '../../../actors/item/columns.ts';
import { DrawBook } from './draw-book.ts';
import { LineOfHolders } from './line-of-holders.ts';
import { type Stand, type Standings, stand } from './standings.ts';

/** How people got in, and how they went; a person counts as often as they came. */
export interface QueueCounts {
  /** Let in at once, from the queue, and by their place in the draw. */
  atOnce: number;
  fromQueue: number;
  fromDraw: number;
  /** Places taken in the queue or for the draw. */
  joined: number;
  /** Places and admissions given up. */
  gaveUpPlace: number;
  gaveUpAdmission: number;
  /** Admissions that were not spent in time. */
  lapsed: number;
  /** Places lost because all was sold, or the promo was over. */
  sentHome: number;
}

/** A draw that was held, as the journal says and as the audit recomputed it. */
export interface HeldDraw {
  at: number;
  /** As journaled. */
  seed: string;
  entrants: number;
  /** Whether both follow from the secret and from those who joined. */
  recomputed: boolean;
}

export class QueueBook {
  readonly draw: DrawBook | null;
  held: HeldDraw | null = null;
  /** Those admitted who have neither bought, nor come too late, nor given it up. */
  readonly admissions = new LineOfHolders();
  readonly waiting = new LineOfHolders();
  readonly counts: QueueCounts = {
    ...{ atOnce: 0, fromQueue: 0, fromDraw: 0, joined: 0 },
    ...{ gaveUpPlace: 0, gaveUpAdmission: 0, lapsed: 0, sentHome: 0 },
  };
  paused = false;
  /** After a pause nobody's admission lapses before. */
  lapseNotBefore = 0;
  /** Of each who was let in from the queue or the draw, in that order: see `Waits`. */
  readonly waits = new Waits();
  /** Places up to this one in `waiting` were drawn. */
  #drawnPlaces = 0;

  /** @param mode - null for a promo from before 0.4.0, which had none. */
  constructor(
    promo: number,
    readonly mode: QueueMode | null,
    private readonly gateFactor: number,
    private readonly admitMs: number,
    secret: string,
    private readonly standings: Standings,
  ) {
    this.draw = mode === 'draw' ? new DrawBook(promo, secret) : null;
  }

  /** How many more may be let in while so many units are left. */
  room(left: number): number {
    return this.gateFactor * left - this.admissions.count;
  }

  /** People who wait, for the draw too. */
  get people(): number {
    return this.waiting.count + (this.draw?.people ?? 0);
  }

  /** Whether who joins now takes part in the draw. */
  get drawing(): boolean {
    return this.draw !== null && !this.draw.held;
  }

  /** A draw that was held may still be being put in order: until then commands go on, and nobody is let in. */
  get ordering(): boolean {
    return this.held !== null && this.waits.count === 0;
  }

  /** When the admission that was given first lapses; Infinity without one, and during a pause. */
  get lapseAt(): number {
    const first = this.paused ? -1 : this.admissions.first();
    return first < 0 ? Number.POSITIVE_INFINITY : this.lapseAtOf(first);
  }

  /** When a holder's admission lapses, if nothing is paused. */
  lapseAtOf(holder: number): number {
    return Math.max(this.standings.since(holder) + this.admitMs, this.lapseNotBefore);
  }

  /** The promo goes on: every admission has its whole time again. */
  resume(at: number): void {
    this.paused = false;
    this.lapseNotBefore = at + this.admitMs;
  }

  join(holder: number, user: number, nonce: number, at: number): void {
    this.remove(holder);
    const joining = ++this.counts.joined;
    const where = this.drawing ? stand.drawing : stand.waiting;
    const place = this.drawing ? this.draw!.join(holder, user, nonce) : this.waiting.push(holder);
    this.standings.set(holder, where, place, nonce, at);
    this.standings.setJoining(holder, joining);
  }

  admit(holder: number, nonce: number, at: number): void {
    const { standings, counts } = this;
    if (standings.where(holder) === stand.waiting) {
      const place = standings.place(holder);
      if (place <= this.#drawnPlaces) counts.fromDraw++;
      else counts.fromQueue++;
      this.waits.add(at - standings.since(holder), place, standings.joining(holder));
    } else {
      counts.atOnce++;
    }
    this.remove(holder);
    standings.set(holder, stand.admitted, this.admissions.push(holder), nonce, at);
  }

  /** The holder stands nowhere from now on; returns where they stood. */
  remove(holder: number): Stand {
    const { standings } = this;
    const where = standings.where(holder);
    if (where === stand.nowhere) return where;
    const place = standings.place(holder);
    if (where === stand.drawing) this.draw!.leave(place);
    else (where === stand.waiting ? this.waiting : this.admissions).remove(place);
    standings.move(holder, stand.nowhere, 0);
    return where;
  }

  hold(said: Omit<HeldDraw, 'recomputed'>): void {
    const recomputed = said.seed === this.draw!.seed() && said.entrants === this.draw!.entrants;
    this.held = { ...said, recomputed };
    for (const holder of this.draw!.hold()) {
      this.standings.move(holder, stand.waiting, this.waiting.push(holder));
    }
    this.#drawnPlaces = this.waiting.came;
  }

  /** All who wait have lost their places. */
  sendHome(): void {
    for (const holder of [...this.waiting.clear(), ...(this.draw?.clear() ?? [])]) {
      this.counts.sentHome++;
      this.standings.move(holder, stand.nowhere, 0);
    }
  }
}

class WaitChunk implements Chunk {
  static readonly rowBytes = 8 + 2 * 4;
  readonly rows: number;
  readonly ms: Float64Array;
  /** The place in the line, which for those of the draw is the drawn one. */
  readonly place: Int32Array;
  /** The number among all who joined. */
  readonly joining: Int32Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / WaitChunk.rowBytes;
    const column = carve(this);
    this.ms = column(Float64Array);
    this.place = column(Int32Array);
    this.joining = column(Int32Array);
  }
}

const within = (row: number) => row & (chunkRows - 1);

/** Waiting times, and the orders that are compared with the order of admission; in columns. */
class Waits {
  count = 0;
  readonly #chunks = new Chunks(WaitChunk);

  add(ms: number, place: number, joining: number): void {
    const chunk = this.#chunks.grown(this.count);
    const row = within(this.count++);
    chunk.ms[row] = ms;
    chunk.place[row] = place;
    chunk.joining[row] = joining;
  }

  /** One of the columns as a whole, for whoever changes it. */
  all(column: 'ms' | 'place' | 'joining'): Float64Array {
    return new Float64Array(this.count).map((_, row) => this.#chunks.at(row)[column][within(row)]!);
  }
}
