/**
 * The audit of one item: every event is checked against books of the audit's own, which share no
 * decision with the actor, and is applied to a copy of the actor beside them. An event that breaks a
 * rule is reported and still entered where it can be, as the engine would have entered it.
 */

import type {
  Event,
  Opened,
  Refused,
  Restocked,
  Sequence,
  UnitsWithdrawn,
} from '../../../actors/events.ts';
import type { Item } from '../../../actors/item/item.ts';
import { loadedUnitsMax } from '../../../actors/limits.ts';
import { orderStatus } from '../../../actors/protocol.ts';
import { ActorCopy } from './actor-copy.ts';
import { enterArchived } from './archive-rules.ts';
import type { Chronicle } from './chronicle.ts';
import { checkDue, type EntryAdmissions, nextDueAt, stalled } from './due-rules.ts';
import type { Findings } from './findings.ts';
import { ItemBooks } from './item-books.ts';
import { MerchantActions } from './merchant-actions.ts';
import { enterPaid, enterPlaced, enterRefunded, enterReleased } from './order-rules.ts';
import {
  enterAdmitted,
  enterDrawn,
  enterJoined,
  enterLapsed,
  enterLeft,
  enterQueueEnded,
} from './queue-rules.ts';
import { enterDueSettled, enterRefundDue } from './refund-rules.ts';
import { SaleBook } from './sale-book.ts';
import { SeriesBook } from './series-book.ts';

/** Events of orders and queues; the rest is rare. */
type Frequent =
  | 'placed'
  | 'paid'
  | 'cancelled'
  | 'expired'
  | 'refunded'
  | 'admitted'
  | 'joined'
  | 'leftQueue'
  | 'lapsed'
  | 'refused';

export class ItemAudit extends ItemBooks {
  /** Refusals for stock, and how many of them came while the units asked for were left. */
  refused = 0;
  refusedWhileLeft = 0;
  readonly actions = new MerchantActions();
  readonly sale = new SaleBook();
  readonly series = new SeriesBook();

  readonly #deliveries = new Set<number>();
  readonly #actor = new ActorCopy();
  /** When the promo next has something due; never later than it has. */
  #dueAt = Number.POSITIVE_INFINITY;
  /** The moment that was reported as passed over, and whether somebody was as kept waiting. */
  #reportedDueAt = 0;
  #reportedStall = false;

  constructor(
    item: number,
    partition: number,
    findings: Findings,
    readonly chronicle: Chronicle | null = null,
    private readonly admissions: EntryAdmissions = { now: 0, before: 0 },
  ) {
    super(item, partition, findings);
  }

  /** Hot: takes the next event, whose form has been checked; `index` is its place in its entry. */
  take(event: Event, seq: Sequence, at: number, index: number): void {
    this.seq = seq;
    this.at = at;
    if (this.terms.count > 0 || event.type === 'opened') {
      this.#checkMoment(event, at);
      this.#enter(event);
      // An order can only make what is due later.
      if (event.type !== 'placed') {
        this.#dueAt = nextDueAt(this);
        this.sale.note(event, seq, at, index);
      }
      this.series.note(event, this);
      this.history.note(seq, this);
      this.chronicle?.note(event, this, at);
    } else {
      this.found('rules', `${event.type} before the item was opened`);
    }
    const complaint = this.#actor.apply(event, at);
    if (complaint !== null) {
      this.found('I6', `the actor refuses this event, and so would a recovery: ${complaint}`);
    }
  }

  /** What the actor would know after these events; null where it refused one, undefined where there was none. */
  get actorState(): Item | undefined | null {
    return this.#actor.state;
  }

  /** Compares the books with themselves and with the actor's. Call once, after the last event. */
  finish(): void {
    const { loaded, held, sold, left, orders } = this;
    const books = `${loaded} loaded, ${sold} sold, ${held} held, ${left} left`;
    if (loaded !== sold + held + left) this.found('I1', `the books do not add up: ${books}`);
    const paid = orders.unitsWith(orderStatus.paid);
    const placed = orders.unitsWith(orderStatus.placed);
    if (paid !== sold || placed !== held) {
      this.found(
        'I1',
        `the orders come to ${paid} sold and ${placed} held, the books to: ${books}`,
      );
    }
    for (const what of this.#actor.differences(this)) this.found('I6', what);
  }

  /** Hot: whether what should have come before an event has. */
  #checkMoment(event: Event, at: number): void {
    if (at >= this.#dueAt) {
      this.#dueAt = nextDueAt(this);
      if (at >= this.#dueAt && this.#dueAt !== this.#reportedDueAt) {
        if (checkDue(this, event, this.#dueAt)) this.#reportedDueAt = this.#dueAt;
      }
    }
    if (this.terms.queueNow === 0) return;
    const fault = stalled(this, event, this.admissions);
    if (fault !== null && !this.#reportedStall) this.found('I10', fault);
    this.#reportedStall = fault !== null;
  }

  #enter(event: Event): void {
    switch (event.type) {
      case 'placed':
        enterPlaced(this, event);
        break;
      case 'paid':
        enterPaid(this, event);
        break;
      case 'cancelled':
      case 'expired':
        enterReleased(this, event);
        break;
      case 'refunded':
        enterRefunded(this, event);
        break;
      case 'admitted':
        enterAdmitted(this, event);
        break;
      case 'joined':
        enterJoined(this, event);
        break;
      case 'leftQueue':
        enterLeft(this, event);
        break;
      case 'lapsed':
        enterLapsed(this, event);
        break;
      case 'refused':
        this.#refuse(event);
        break;
      default:
        this.#enterRare(event);
    }
    if (event.type !== 'placed') this.actions.note(event, this.seq, this.at);
  }

  #enterRare(event: Exclude<Event, { type: Frequent }>): void {
    const { terms, at } = this;
    switch (event.type) {
      case 'opened':
        this.#open(event);
        break;
      case 'restocked':
        this.#deliver(event);
        break;
      case 'unitsWithdrawn':
        this.#withdraw(event);
        break;
      case 'edited':
        this.obey(terms.edit(event));
        break;
      case 'published':
        this.obey(terms.publish(event, at, this.seq));
        break;
      case 'closed':
        this.obey(terms.close(event.promo, at));
        break;
      case 'extended':
        this.obey(terms.extend(event.promo, event.endAt, at));
        break;
      case 'paused':
      case 'resumed':
      case 'ended':
      case 'promoWithdrawn':
        this.obey(terms.control(event.type, event.promo, at));
        break;
      case 'drawn':
        enterDrawn(this, event);
        break;
      case 'queueEnded':
        enterQueueEnded(this, event);
        break;
      case 'archived':
        enterArchived(this, event);
        break;
      case 'refundDue':
        enterRefundDue(this, event);
        break;
      case 'dueSettled':
        enterDueSettled(this, event);
        break;
    }
  }

  /** I9: without `seen` the refusals rest on the books right before, else on those after `seen`. */
  #refuse({ count, amount, seen }: Refused): void {
    this.refused += count;
    const left = seen === undefined ? this.left : this.#leftAfter(seen);
    if (left !== null && left < amount) return;
    this.refusedWhileLeft += count;
    const where = seen === undefined ? 'then' : `after entry ${seen}`;
    const what = left === null ? 'which say nothing of the item' : `where ${left} were left`;
    this.found('I9', `${count} refused for ${amount} units by the books ${where}, ${what}`);
  }

  /** Units left after an earlier entry; null where there are no books of that. */
  #leftAfter(seen: Sequence): number | null {
    return seen < this.seq ? (this.history.asOf(seen)?.left ?? null) : null;
  }

  #open(event: Opened): void {
    if (this.terms.count > 0) {
      this.found('rules', 'opened once more');
      return;
    }
    this.terms.open(event, this.at, this.seq);
    this.#load(event.units);
  }

  #deliver({ units, key }: Restocked): void {
    this.#noteDelivery(key, 'restocked');
    this.#load(units);
  }

  /** Unsold units leave the books. */
  #withdraw({ units, key }: UnitsWithdrawn): void {
    this.#noteDelivery(key, 'withdrawn');
    const { left } = this;
    if (units > left) this.found('I1', `${units} units withdrawn where ${left} were left`);
    this.left -= units;
    this.loaded -= units;
    this.withdrawn += units;
  }

  /** A delivery's key is its own, whichever way the units went. */
  #noteDelivery(key: number | undefined, deed: string): void {
    if (key === undefined) return;
    if (this.#deliveries.has(key)) this.found('rules', `delivery ${key} ${deed} once more`);
    this.#deliveries.add(key);
  }

  #load(units: number): void {
    this.loaded += units;
    this.left += units;
    if (this.loaded > loadedUnitsMax) this.found('rules', `${this.loaded} units loaded: too many`);
  }
}
