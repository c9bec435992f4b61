/**
 * What time alone has made true, and whom there is room for, by sums of our own: the actor finds them by
 * heaps, lines and counts.
 */
import { stands } from '../../actors/item/buyers.ts';
import { type Item, unitsLeft } from '../../actors/item/item.ts';
import { orderStatus } from '../../actors/protocol.ts';

/** Something of an item that has been due since before `at` and was not decided, in words; or null. */
export function dueBefore(item: Item, at: number): string | null {
  const { terms, orders, coming } = item;
  for (const index of coming) {
    const { endAt, promo } = terms[index]!;
    if (endAt < at) return `promo ${promo} should have ended at ${endAt}`;
  }
  for (const n of orders.numbers()) {
    if (orders.statusOf(n) !== orderStatus.placed) continue;
    const payBy = orders.createdAtOf(n) + terms[orders.termsOf(n)]!.payWindowMs;
    if (payBy < at) return `the hold of order ${n} should have ended at ${payBy}`;
  }
  return item.promo === 0 ? null : queueBefore(item, at);
}

/** The same of the queue of the promo that is on. */
function queueBefore(item: Item, at: number): string | null {
  const { startAt, admitMs, queue, gateFactor } = item.terms[item.promo]!;
  const sale = item.sales[item.promo]!;
  const { buyers } = sale;
  const undrawn = queue === 'draw' && sale.draw !== null && sale.draw.seed === '';
  if (undrawn) return startAt < at ? `its draw should have been held at ${startAt}` : null;
  if (sale.paused) return null;
  let waiting = 0;
  let outstanding = 0;
  for (let row = 0; row < buyers.count; row++) {
    const where = buyers.standsAt(row);
    if (where === stands.waiting || where === stands.pooled) waiting++;
    if (where === stands.admitted) outstanding++;
  }
  // Who was let in first lapses first, also where the time was set back between the two.
  for (const buyer of sale.admissions) {
    const lapsesAt = Math.max(buyers.sinceAt(buyer) + admitMs, sale.lapseNotBefore);
    if (lapsesAt < at) return `an admission should have lapsed at ${lapsesAt}`;
    break;
  }
  // What can be done since the last event, or the start, should have been done then.
  if (waiting === 0 || Math.max(item.at, startAt) >= at) return null;
  const left = unitsLeft(item);
  if (gateFactor * left > outstanding) return `${waiting} wait although there is room`;
  return left === 0 && item.held === 0 ? `${waiting} wait for nothing` : null;
}
