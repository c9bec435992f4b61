/**
 * The item actor: the single writer of one item. `decide` answers a command with the event that
 * makes it true, `due` says what time alone has made true, and `apply` changes the state. All three
 * are deterministic: no clock, no randomness, no environment; the time `at` is an argument. Where a
 * clock was set back, the partition's time stands still ahead of it: then `now`, what the clock says, is
 * less than `at`.
 *
 * `decide` keeps I1 by checking what is left, I3 by looking up the token's order, I4 by the limit and by
 * selling an item with a promo under that alone; `due` lets people in by the order of the queue (I10).
 * `apply` asserts I1, I4 and I10 again.
 */

import type { Event } from '../events.ts';
import { archivedMark, type Command, code, type Reply, type Tally } from '../protocol.ts';
import {
  decideCancel,
  decideOwe,
  decidePay,
  decidePlace,
  decideRefund,
  decideSettle,
  expired,
} from './decide-orders.ts';
import { decideJoin, decideLeave, decideStand, nextInQueue, queueMoves } from './decide-queue.ts';
import {
  decideControl,
  decideEdit,
  decideExtend,
  decideOpen,
  decidePublish,
  decideRestock,
  decideWithdrawUnits,
} from './decide-sale.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { type Item, viewOrder, viewStanding } from './state.ts';

export { apply, applyTo } from './apply.ts';
export { archivable } from './archive.ts';
export { canonical } from './canonical.ts';
export { isDrawing } from './decide-queue.ts';
export { type Item, itemBytes, unitsLeft, viewOrder } from './state.ts';

/**
 * Step 5 of an order: decides a command. Everything `due` at `at` must have been applied before. What
 * was promised for a moment of the clock, that a sale opens and that a token is still valid, goes by `now`.
 */
export function decide(item: Item | undefined, command: Command, at: number, now = at): Decision {
  if (item === undefined) {
    return command.type === 'open' ? decideOpen(command) : refuse(code.notOnSale);
  }
  switch (command.type) {
    case 'place':
      return decidePlace(item, command, at, now);
    case 'join':
      return decideJoin(item, command, at, now);
    case 'stand':
      return decideStand(item, command, at);
    case 'leave':
      return decideLeave(item, command);
    case 'pay':
      return decidePay(item, command);
    case 'cancel':
      return withOrder(item, command, () => decideCancel(item, command));
    case 'refund':
      return decideRefund(item, command);
    case 'settle':
      return decideSettle(item, command);
    case 'owe':
      return decideOwe(item, command);
    case 'read':
      return withOrder(item, command, (n) => accept(null, n));
    case 'sync':
      return accept(null);
    case 'tally':
      return accept(refusedEvent(command));
    case 'open':
      return sameOpening(item, command.price) ? accept(null) : refuse(code.wrongState);
    case 'restock':
      return decideRestock(item, command);
    case 'withdrawUnits':
      return decideWithdrawUnits(item, command);
    case 'edit':
      return decideEdit(item, command);
    case 'publish':
      return decidePublish(item, command, at);
    case 'extend':
      return decideExtend(item, command, at);
    default:
      return decideControl(item, command, at);
  }
}

/**
 * The next thing that time alone has made true by `at`, in the order of its moments, and then the next
 * step of the queue; or null. Call until it is null. Where a draw was held, works on its order for one
 * stride, which takes milliseconds, unless told not to.
 */
export function due(item: Item, at: number, mayOrder = true): Event | null {
  const holdAt = item.orders.firstDeadline();
  if (item.promo === 0) return holdAt <= at ? expired(item, item.orders.firstHold()) : null;
  const { promo, endAt } = item.terms[item.promo]!;
  const sale = item.sales[item.promo]!;
  if (sale.isQuiet && holdAt > at && endAt > at) return null;
  const { lapseAt, drawAt } = sale;
  const first = Math.min(endAt, holdAt, lapseAt, drawAt);
  if (first > at) return queueMoves(item, at) ? nextInQueue(item, mayOrder) : null;
  if (first === endAt) return { type: 'closed', item: item.id, promo };
  if (first === holdAt) return expired(item, item.orders.firstHold());
  if (first === drawAt) {
    const { entrants } = sale.draw!;
    return { type: 'drawn', item: item.id, promo, entrants, seed: sale.draw!.seedNow() };
  }
  const user = sale.buyers.userAt(sale.admissions.buyerAt(sale.admissions.first()));
  return { type: 'lapsed', item: item.id, user, promo };
}

/** When `due` will next have something to do; Infinity when nothing is waiting. */
export function dueAt(item: Item): number {
  const holdAt = item.orders.firstDeadline();
  if (item.promo === 0) return holdAt;
  const { startAt, endAt } = item.terms[item.promo]!;
  const sale = item.sales[item.promo]!;
  if (sale.isQuiet) return Math.min(endAt, holdAt);
  // What the queue can do, it could do since the event that made it possible.
  const canMoveAt = Math.max(item.at, startAt);
  if (queueMoves(item, canMoveAt)) return canMoveAt;
  return Math.min(endAt, holdAt, sale.lapseAt, sale.drawAt);
}

/** Builds the answer to a command after its event, if any, was applied; `at` is the time of the answer. */
export function replyOf(item: Item | undefined, decision: Decision, at: number): Reply {
  const { code: answer, repeated, n, stands, about } = decision;
  return {
    code: answer,
    repeated,
    order: item?.orders.has(n) === true ? viewOrder(item, n) : null,
    standing:
      item !== undefined && stands !== null
        ? viewStanding(item, stands.user, stands.index, at)
        : null,
    about,
  };
}

function withOrder(
  item: Item,
  command: { n: number; user: number },
  then: (n: number) => Decision,
): Decision {
  const { n, user } = command;
  if (item.orders.isArchived(n)) return refuse(code.notFound, archivedMark);
  if (!item.orders.has(n)) return refuse(code.notFound);
  if (user !== 0 && item.orders.userOf(n) !== user) return refuse(code.notFound);
  return then(n);
}

function refusedEvent({ item, seen, count, amount }: Tally): Event {
  return { type: 'refused', item, count, amount, seen };
}

function sameOpening(item: Item, price: number): boolean {
  return item.terms[0]!.price === price;
}
