/** Events of a promo as a whole. */
import type { Published, Terms } from '../events.ts';
import { admitMsMax } from '../limits.ts';
import { Sale } from './sale.ts';
import { type Item, termsIndex } from './state.ts';

/** A published promo of an item. @throws where there is none */
export function saleOf(item: Item, promo: number): { index: number; terms: Terms; sale: Sale } {
  const index = promo === 0 ? -1 : termsIndex(item, promo);
  if (index < 0) throw new Error(`item ${item.id}: no promo ${promo}`);
  return { index, terms: item.terms[index]!, sale: item.sales[index]! };
}

export function applyPublished(item: Item, event: Published): void {
  const { promo, price, startAt, endAt, limit, gateFactor, payWindowMs, secret = '' } = event;
  // A promo from before 0.4.0 lets users in for good, and has no queue.
  const { queue = 'off', admitMs = legacyAdmitMs, queueOpenAt = startAt } = event;
  const base = { promo, price, startAt, endAt, limit, gateFactor, payWindowMs };
  const terms: Terms = { ...base, queue, admitMs, queueOpenAt };
  const index = item.terms.push(terms) - 1;
  item.sales.push(new Sale(terms, secret));
  addComing(item, index);
  notePromosEnd(item);
}

/** The promo is on, or will be. One that the clock had closed is so again if the time was set back since. */
export function addComing(item: Item, index: number): void {
  item.coming.push(index);
  item.coming.sort((a, b) => item.terms[a]!.startAt - item.terms[b]!.startAt || a - b);
  show(item);
}

/** Longer than any that a promo may have. */
const legacyAdmitMs = 1_000_000 * admitMsMax;

/** The promo is over: those who wait are sent home, and the next one is on. */
export function endPromo(item: Item, promo: number): void {
  const { index, sale } = saleOf(item, promo);
  sale.sendHome();
  sale.paused = false;
  item.coming = item.coming.filter((coming) => coming !== index);
  item.shown = index;
  show(item);
  notePromosEnd(item);
}

export function withdrawPromo(item: Item, promo: number): void {
  const { shown } = item;
  const { index, sale } = saleOf(item, promo);
  sale.withdrawn = true;
  sale.over = true;
  endPromo(item, promo);
  // It was never on, so the one before it is still the last.
  if (item.promo === 0) item.shown = shown === index ? lastShown(item) : shown;
}

export function notePromosEnd(item: Item): void {
  let latest = 0;
  for (let index = 1; index < item.terms.length; index++) {
    if (!item.sales[index]!.over) latest = Math.max(latest, item.terms[index]!.endAt);
  }
  item.promosEndAt = latest;
}

function show(item: Item): void {
  item.promo = item.coming[0] ?? 0;
  if (item.promo !== 0) item.shown = item.promo;
}

/** Of the promos that were on, the one that ended last; 0 without one. */
function lastShown({ terms, sales, coming }: Item): number {
  let last = 0;
  for (let index = 1; index < terms.length; index++) {
    if (sales[index]!.withdrawn || coming.includes(index)) continue;
    if (last === 0 || terms[index]!.endAt >= terms[last]!.endAt) last = index;
  }
  return last;
}
