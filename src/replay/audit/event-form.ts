/**
 * The form of events: a journal is read from outside, so an event may be anything. Only an event whose
 * fields are all there, and within their bounds, reaches the books and the actor.
 */

import type { Event } from '../../../actors/events.ts';
import {
  gateFactorMax,
  integerMax,
  itemIdMax,
  loadedUnitsMax,
  ordersPerItemMax,
  orderUnitsMax,
  payWindowMsMax,
  priceMinorMax,
  timeMsMax,
} from '../../../actors/limits.ts';

/** A field's least and greatest value, both inclusive. */
type Bounds = readonly [least: number, most: number];

const id: Bounds = [1, integerMax];
const promo: Bounds = [0, integerMax];
const price: Bounds = [0, priceMinorMax];
const amount: Bounds = [1, orderUnitsMax];
const time: Bounds = [0, timeMsMax];
const n: Bounds = [1, ordersPerItemMax];
const settling = { n, amount, placedAt: time };

const fieldsOf: { readonly [T in Event['type']]: Readonly<Record<string, Bounds>> } = {
  opened: { price, units: [0, loadedUnitsMax] },
  restocked: { units: [1, loadedUnitsMax] },
  unitsWithdrawn: { units: [1, loadedUnitsMax] },
  edited: {},
  published: {
    promo: id,
    price,
    startAt: time,
    endAt: time,
    limit: [1, loadedUnitsMax],
    gateFactor: [1, gateFactorMax],
    payWindowMs: [1, payWindowMsMax],
  },
  closed: { promo: id },
  paused: { promo: id },
  resumed: { promo: id },
  ended: { promo: id },
  extended: { promo: id, endAt: time },
  promoWithdrawn: { promo: id },
  joined: { user: id, promo: id, nonce: id },
  leftQueue: { user: id, promo: id },
  drawn: { promo: id, entrants: [0, integerMax] },
  queueEnded: { promo: id, waiting: id },
  lapsed: { user: id, promo: id },
  admitted: { user: id, promo, nonce: id },
  placed: { n, user: id, promo, amount, price, nonce: id },
  paid: settling,
  cancelled: settling,
  expired: settling,
  refunded: { ...settling, amountMinor: [0, integerMax] },
  refundDue: { due: id, n: [0, ordersPerItemMax], placedAt: time, amountMinor: [0, integerMax] },
  dueSettled: { due: id },
  refused: { count: id, amount },
};

/** Fields that events of one type may have. */
const optionalFields: readonly [name: string, owner: Event['type'], bounds: Bounds][] = [
  ['seen', 'refused', [0, integerMax]],
  ['key', 'restocked', id],
];

/** What is wrong with the form of an event, or null. Hot: placed orders take the short way. */
export function formFault(event: unknown): string | null {
  if (typeof event !== 'object' || event === null) return 'an event is not an object';
  const fields = event as Record<string, unknown>; // Any object may be read by name.
  return fields.type === 'placed' && isPlaced(fields) ? null : faultOf(fields);
}

function isPlaced(e: Record<string, unknown>): boolean {
  return (
    within(e.item, 1, itemIdMax) &&
    within(e.n, 1, ordersPerItemMax) &&
    within(e.user, 1, integerMax) &&
    within(e.promo, 0, integerMax) &&
    within(e.amount, 1, orderUnitsMax) &&
    within(e.price, 0, priceMinorMax) &&
    within(e.nonce, 1, integerMax) &&
    (e.at === undefined || within(e.at, 0, timeMsMax))
  );
}

function faultOf(event: Record<string, unknown>): string | null {
  const { type } = event;
  if (typeof type !== 'string' || !Object.hasOwn(fieldsOf, type)) {
    return `an event has the unknown type ${JSON.stringify(type)}`;
  }
  const fields = fieldsOf[type as Event['type']]; // It is one of the table's own keys.
  const wrong = (name: string) => `${type}: ${name} is ${JSON.stringify(event[name])}`;
  if (!within(event.item, 1, itemIdMax)) return wrong('item');
  for (const [name, [least, most]] of Object.entries(fields)) {
    if (!within(event[name], least, most)) return wrong(name);
  }
  if (event.at !== undefined && !within(event.at, ...time)) return wrong('at');
  if (event.late !== undefined && !(type === 'paid' && event.late === true)) return wrong('late');
  for (const [name, owner, bounds] of optionalFields) {
    if (event[name] === undefined) continue;
    if (type !== owner || !within(event[name], ...bounds)) return wrong(name);
  }
  return null;
}

function within(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most; // It is a number then.
}
