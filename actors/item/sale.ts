/**
 * How a published promo stands: whether it is paused or over, who was let in and has not bought yet, and who
 * waits for that. The gate has room for `ceil(gateFactor × left) − outstanding` more, outstanding being
 * admissions that are neither spent nor lapsed; gate factors are integers, so nothing is rounded.
 */
import type { Terms } from '../events.ts';
import { Buyers, stands } from './buyers.ts';
import { Draw } from './draw.ts';
import { Line } from './line.ts';
import { Rate } from './rate.ts';
import { Waiting } from './waiting.ts';

export class Sale {
  paused = false;
  /** Taken back before its start. */
  withdrawn = false;
  /** The merchant ended it, or took it back: it stays so, also where the time was set back since. */
  over = false;
  /** Orders of it have left the memory, or its buyers: an unknown purchase token may have bought something. */
  archived = false;
  /** Its orders that are in memory. */
  orders = 0;
  /** Admissions that are neither spent nor lapsed, in the order they were given: the first lapses first. */
  readonly admissions: Line;
  readonly waiting: Waiting;
  /** Those who joined before the draw, until they are in `waiting`; null without a draw, and after it. */
  draw: Draw | null;
  /** No admission lapses before: after a pause everybody has their whole time again. */
  lapseNotBefore = 0;
  /** How fast people are let in; what follows from events is not part of the canonical form. */
  readonly rate = new Rate();

  constructor(
    private readonly terms: Terms,
    secret: string,
    /** Everybody who has bought or joined, until they are forgotten. */
    public buyers = new Buyers(),
  ) {
    const moved = (buyer: number, row: number) => this.buyers.setPlace(buyer, row);
    this.admissions = new Line(moved);
    this.waiting = new Waiting(moved);
    this.draw = terms.queue === 'draw' ? new Draw(terms.promo, secret, buyers) : null;
  }

  /** When the draw is to be held; Infinity where there is none, or it was held. */
  get drawAt(): number {
    const { draw } = this;
    return draw === null || draw.seed !== '' ? Number.POSITIVE_INFINITY : this.terms.startAt;
  }

  /** When the first admission lapses; Infinity without one, and during a pause. */
  get lapseAt(): number {
    const row = this.paused ? -1 : this.admissions.first();
    if (row < 0) return Number.POSITIVE_INFINITY;
    return this.lapseAtOf(this.admissions.buyerAt(row));
  }

  /** When an admission lapses if nothing is paused. */
  lapseAtOf(buyer: number): number {
    return Math.max(this.buyers.sinceAt(buyer) + this.terms.admitMs, this.lapseNotBefore);
  }

  /** Hot path: whether neither time nor room in the gate can change anything. */
  get isQuiet(): boolean {
    return this.admissions.count === 0 && this.waiting.count === 0 && this.draw === null;
  }

  /** People in the queue, and before the draw. */
  get people(): number {
    return this.waiting.count + (this.draw?.count ?? 0);
  }

  /** Memory of its buyers, and of those among them who were let in, who wait, and who wait for the draw. */
  get bytes(): number {
    return this.buyers.bytes + this.admissions.bytes + this.waiting.bytes + (this.draw?.bytes ?? 0);
  }

  /** How many more the gate has room for while so many units are left. */
  room(unitsLeft: number): number {
    return this.terms.gateFactor * unitsLeft - this.admissions.count;
  }

  /** Works on the order of a draw that was held; false while it is not found. */
  order(stride: 'one' | 'all'): boolean {
    const { draw } = this;
    if (draw === null || draw.seed === '') return draw === null;
    const buyers = draw.order(stride);
    if (buyers === null) return false;
    for (const buyer of buyers) this.buyers.stand(buyer, stands.waiting);
    this.waiting.prepend(buyers);
    this.draw = null;
    return true;
  }

  /** Forgets who has bought, and who was let in and has not; nobody waits, and nobody ever will. */
  forget(): void {
    this.over = true;
    this.archived = true;
    this.buyers = new Buyers();
    this.admissions.replace(new Int32Array(0));
  }

  /** Sends everybody home who waits. */
  sendHome(): void {
    for (const buyer of this.waiting) this.buyers.stand(buyer, stands.nowhere);
    this.waiting.clear();
    if (this.draw === null) return;
    for (const [buyer] of this.draw.rows()) {
      if (buyer >= 0) this.buyers.stand(buyer, stands.nowhere);
    }
    this.draw = null;
  }
}
