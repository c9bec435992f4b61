/**
 * A promo's gate, queue and draw in arrays, without columns, trees or strides: what the actor's are held
 * to. Each event is checked against the rules before it is taken.
 */
import type { Drawn, Published, QueueMode } from '../events.ts';
import type { StandingName } from '../protocol.ts';
import { sha256 } from '../sha256.ts';
import { must } from './must.ts';

interface Place {
  user: number;
  nonce: number;
}

/** Where a user stands: how many are before them in the queue, and when an admission lapses. */
export interface PlainStanding {
  state: StandingName;
  nonce: number;
  ahead: number;
  until: number;
}

/** Nobody waits longer than this for an order that may be placed without a queue, as before 0.4.0. */
const forEverMs = Number.POSITIVE_INFINITY;

export class PlainPromo {
  readonly price: number;
  readonly startAt: number;
  endAt: number;
  readonly limit: number;
  readonly gateFactor: number;
  readonly payWindowMs: number;
  readonly queue: QueueMode;
  readonly admitMs: number;
  /** Users may join from here on. */
  readonly opensAt: number;
  paused = false;
  /** No admission lapses before: set when a pause ends. */
  lapseFrom = 0;
  /** The merchant ended it, or took it back. */
  ended = false;
  withdrawn = false;
  /** The clock closed it; where the time was set back, it may be on again. */
  closed = false;
  drawn: boolean;
  /** Everybody who joined before the draw, in order; who has left is not `here`. */
  entrants: (Place & { here: boolean })[] = [];
  waiting: Place[] = [];
  /** In the order in which they were let in. */
  admitted: (Place & { at: number })[] = [];
  /** The actor may still be putting a draw in order: until then nobody is let in past it. */
  #ordering = false;
  readonly #secret: string;

  constructor(readonly terms: Published) {
    const { queue = 'off', admitMs = forEverMs, queueOpenAt, secret = '' } = terms;
    this.price = terms.price;
    this.startAt = terms.startAt;
    this.endAt = terms.endAt;
    this.limit = terms.limit;
    this.gateFactor = terms.gateFactor;
    this.payWindowMs = terms.payWindowMs;
    this.queue = queue;
    this.admitMs = admitMs;
    this.opensAt = queue === 'draw' ? (queueOpenAt ?? terms.startAt) : terms.startAt;
    this.drawn = queue !== 'draw';
    this.#secret = secret;
  }

  /** Whether it can be bought under at a time that is not before its start. */
  onAt(at: number): boolean {
    return !this.ended && at < this.endAt;
  }

  /** How many more the gate has room for. */
  room(left: number): number {
    return this.gateFactor * left - this.admitted.length;
  }

  /** People in the queue, and before the draw. */
  get people(): number {
    return this.waiting.length + this.entrants.filter(({ here }) => here).length;
  }

  stand(user: number): PlainStanding {
    const nowhere = { nonce: 0, ahead: 0, until: 0 };
    const admitted = this.admitted.find((each) => each.user === user);
    if (admitted !== undefined) {
      const { nonce } = admitted;
      return { state: 'admitted', nonce, ahead: 0, until: this.#lapseAt(admitted) };
    }
    const ahead = this.waiting.findIndex((each) => each.user === user);
    if (ahead >= 0) {
      return { ...nowhere, state: 'waiting', nonce: this.waiting[ahead]!.nonce, ahead };
    }
    const entrant = this.entrants.find((each) => each.user === user && each.here);
    if (entrant !== undefined) return { ...nowhere, state: 'drawing', nonce: entrant.nonce };
    return { ...nowhere, state: 'none' };
  }

  /** What should have happened by a time, in words; null where nothing should. */
  overdue(at: number, left: number, held: number): string | null {
    if (!this.drawn && this.startAt <= at) return 'the draw should have been held';
    // Who was let in first lapses first, also where the time was set back between the two.
    const first = this.admitted[0];
    if (!this.paused && first !== undefined && this.#lapseAt(first) <= at) {
      return `the admission of user ${first.user} should have lapsed`;
    }
    if (!this.#moves(at)) return null;
    if (this.room(left) > 0) return `user ${this.waiting[0]!.user} should have been let in`;
    return left === 0 && held === 0 ? 'the queue should have ended' : null;
  }

  joined({ user, nonce }: Place, draw: boolean, at: number, left: number): void {
    must(this.stand(user).state === 'none', `user ${user} joins once more`);
    must(this.onAt(at) && !this.paused, 'a queue that does not take anyone');
    must(draw === !this.drawn, 'a draw that was held, or was not');
    if (draw) {
      this.entrants.push({ user, nonce, here: true });
      return;
    }
    must(this.queue !== 'off', 'a promo without a queue');
    const behind = this.waiting.length > 0 || this.#ordering;
    must(behind || this.room(left) <= 0, `user ${user} waits although the gate is open`);
    this.waiting.push({ user, nonce });
  }

  admit({ user, nonce }: Place, at: number, left: number): void {
    must(this.onAt(at) && !this.paused, `user ${user} is let in while nobody is`);
    must(this.drawn, `user ${user} is let in before the draw`);
    must(this.room(left) > 0, `user ${user} is let in, and the gate is full`);
    const next = this.waiting.shift();
    if (next === undefined) must(this.stand(user).state === 'none', `user ${user} is in already`);
    else must(next.user === user && next.nonce === nonce, `I10: ${next.user} is before ${user}`);
    this.admitted.push({ user, nonce, at });
    this.closed = false;
    this.#ordering = false;
  }

  lapse(user: number, at: number): void {
    const index = this.admitted.findIndex((each) => each.user === user);
    must(index >= 0 && !this.paused, `nothing of user ${user} can lapse`);
    must(this.#lapseAt(this.admitted[index]!) <= at, `user ${user} has time left`);
    this.admitted.splice(index, 1);
  }

  leave(user: number): void {
    must(this.stand(user).state !== 'none', `user ${user} leaves without a place`);
    this.admitted = this.admitted.filter((each) => each.user !== user);
    this.waiting = this.waiting.filter((each) => each.user !== user);
    for (const each of this.entrants) if (each.user === user) each.here = false;
  }

  /** An order with this nonce spends the admission. */
  spend({ user, nonce }: Place): void {
    this.admitted = this.admitted.filter((each) => each.user !== user || each.nonce !== nonce);
  }

  draw({ entrants, seed }: Drawn, at: number): void {
    must(!this.drawn && at >= this.startAt, 'a draw that is not due');
    must(entrants === this.entrants.length, `I10: ${entrants} take part in the draw`);
    must(seed === this.seed(), 'I10: the draw has another seed');
    this.waiting = this.drawnOrder();
    this.entrants = [];
    this.drawn = true;
    this.#ordering = true;
  }

  /** As published: see `item/draw.ts`. */
  seed(): string {
    const labels = this.entrants.map((each) => this.#label(each)).join(',');
    return sha256(`${this.#secret}:${sha256(labels)}`);
  }

  /** Those who are here, in the order of the draw. */
  drawnOrder(): Place[] {
    const seed = this.seed();
    return this.entrants
      .filter(({ here }) => here)
      .map(({ user, nonce }) => ({
        user,
        nonce,
        key: sha256(`${seed}:${this.#label({ user, nonce })}`),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ user, nonce }) => ({ user, nonce }));
  }

  /** Everybody who waits is sent home. */
  sendHome(): void {
    this.waiting = [];
    this.entrants = [];
    this.#ordering = false;
  }

  /** Those who wait may be let in, as far as time and the merchant are concerned. */
  #moves(at: number): boolean {
    return this.waiting.length > 0 && !this.paused && this.startAt <= at;
  }

  #lapseAt({ at }: { at: number }): number {
    return Math.max(at + this.admitMs, this.lapseFrom);
  }

  #label({ user, nonce }: Place): string {
    return sha256(`${this.terms.promo}:${user}:${nonce}`);
  }
}
