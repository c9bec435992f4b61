/**
 * The form of events: a journal is read from outside, so an event may be anything. Only an event whose
 * fields are all there, within their bounds, and no others, reaches the books and the actor.
 */

import { dueReasons, type Event, itemTexts, queueModes } from '../../../actors/events.ts';
import {
  actorNameBytesMax,
  admitMsMax,
  archivedPromosMax,
  gateFactorMax,
  hashDigits,
  integerMax,
  itemIdMax,
  loadedUnitsMax,
  ordersPerItemMax,
  orderUnitsMax,
  payWindowMsMax,
  priceMinorMax,
  referenceCharactersMax,
  timeMsMax,
} from '../../../actors/limits.ts';

/** Whether a value may be that of a field. */
type Fits = (value: unknown) => boolean;

/** What an event of one type has beside `type`, `item` and `at`. */
interface Form {
  needs: Readonly<Record<string, Fits>>;
  may: Readonly<Record<string, Fits>>;
}

const id = integer(1, integerMax);
const promo = integer(0, integerMax);
const price = integer(0, priceMinorMax);
const amount = integer(1, orderUnitsMax);
const time = integer(0, timeMsMax);
const n = integer(1, ordersPerItemMax);
const units = integer(1, loadedUnitsMax);
const money = integer(0, integerMax);
const flag: Fits = (value) => typeof value === 'boolean';
const hash = text(new RegExp(`^[0-9a-f]{${hashDigits}}$`));
/** Visible ASCII without quotation marks and backslashes: it stands in JSON as it is. */
const reference = text(new RegExp(`^[!#-[\\]-~]{1,${referenceCharactersMax}}$`));
const by: Fits = (value) =>
  typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= actorNameBytesMax;
const settling = { n, amount, placedAt: time };

const formOf: { readonly [T in Event['type']]: Form } = {
  opened: form(
    { price, units: integer(0, loadedUnitsMax) },
    { normalSale: only(false), limit: units, by },
  ),
  restocked: form({ units }, { key: id, by }),
  unitsWithdrawn: form({ units }, { key: id, by }),
  edited: form({}, { price, normalSale: flag, limit: units, texts: isTexts, by }),
  published: form(
    {
      ...{ promo: id, price, startAt: time, endAt: time, limit: units },
      gateFactor: integer(1, gateFactorMax),
      payWindowMs: integer(1, payWindowMsMax),
    },
    {
      queue: oneOf(queueModes),
      admitMs: integer(1, admitMsMax),
      queueOpenAt: time,
      secret: hash,
      by,
    },
  ),
  closed: form({ promo: id }),
  paused: form({ promo: id }, { by }),
  resumed: form({ promo: id }, { by }),
  ended: form({ promo: id }, { by }),
  extended: form({ promo: id, endAt: time }, { by }),
  promoWithdrawn: form({ promo: id }, { by }),
  joined: form({ user: id, promo: id, nonce: id }, { draw: only(true) }),
  leftQueue: form({ user: id, promo: id }),
  drawn: form({ promo: id, entrants: integer(0, integerMax), seed: hash }),
  queueEnded: form({ promo: id, waiting: id }),
  admitted: form({ user: id, promo, nonce: id }),
  lapsed: form({ user: id, promo: id }),
  placed: form(
    { n, user: id, promo, amount, price, nonce: id },
    { paid: only(true), tokenEndsAt: time },
  ),
  paid: form(settling, { late: only(true), amountMinor: money, reference, by }),
  cancelled: form(settling, { by }),
  expired: form(settling),
  refunded: form({ ...settling, back: flag, amountMinor: money }, { reference, by }),
  refundDue: form(
    {
      ...{ due: id, n: integer(0, ordersPerItemMax), placedAt: time, amountMinor: money },
      reason: oneOf(dueReasons),
    },
    { reference, by },
  ),
  dueSettled: form({ due: id }, { reference, by }),
  archived: form({ upTo: integer(0, ordersPerItemMax) }, { promos: isPromos }),
  refused: form({ count: id, amount }, { seen: integer(0, integerMax) }),
};

/** Types of events that a journal may have. */
export const eventTypes = Object.keys(formOf) as Event['type'][]; // The table has one row for each.

const isItem = integer(1, itemIdMax);
/** Fields of a placed event that has neither a time of its own nor is paid. */
const placedFields = Object.keys(formOf.placed.needs).length + ['type', 'item'].length;
const paidFields = Object.keys(formOf.paid.needs).length + ['type', 'item'].length;

/** What is wrong with the form of an event, or null. Hot: what most orders are made of takes the short way. */
export function formFault(event: unknown): string | null {
  if (typeof event !== 'object' || event === null) return 'an event is not an object';
  const fields = event as Record<string, unknown>; // Any object may be read by name.
  const { type } = fields;
  const isWellFormed = type === 'placed' ? isPlaced(fields) : type === 'paid' && isPaid(fields);
  return isWellFormed ? null : faultOf(fields);
}

function isPlaced(e: Record<string, unknown>): boolean {
  const further = e.at === undefined ? 0 : 1;
  return (
    hasFields(e, placedFields + further) &&
    within(e.item, 1, itemIdMax) &&
    within(e.n, 1, ordersPerItemMax) &&
    within(e.user, 1, integerMax) &&
    within(e.promo, 0, integerMax) &&
    within(e.amount, 1, orderUnitsMax) &&
    within(e.price, 0, priceMinorMax) &&
    within(e.nonce, 1, integerMax) &&
    (further === 0 || within(e.at, 0, timeMsMax))
  );
}

/** A payment that came in time. */
function isPaid(e: Record<string, unknown>): boolean {
  const further =
    (e.at === undefined ? 0 : 1) +
    (e.amountMinor === undefined ? 0 : 1) +
    (e.reference === undefined ? 0 : 1);
  return (
    hasFields(e, paidFields + further) &&
    within(e.item, 1, itemIdMax) &&
    within(e.n, 1, ordersPerItemMax) &&
    within(e.amount, 1, orderUnitsMax) &&
    within(e.placedAt, 0, timeMsMax) &&
    (e.at === undefined || within(e.at, 0, timeMsMax)) &&
    (e.amountMinor === undefined || within(e.amountMinor, 0, integerMax)) &&
    (e.reference === undefined || reference(e.reference))
  );
}

/** Whether there are so many fields. */
function hasFields(event: Record<string, unknown>, count: number): boolean {
  let fields = 0;
  for (const _ in event) fields++;
  return fields === count;
}

function faultOf(event: Record<string, unknown>): string | null {
  const { type } = event;
  if (typeof type !== 'string' || !Object.hasOwn(formOf, type)) {
    return `an event has the unknown type ${JSON.stringify(type)}`;
  }
  const { needs, may } = formOf[type as Event['type']]; // It is one of the table's own keys.
  const wrong = (name: string) => `${type}: ${name} is ${JSON.stringify(event[name])}`;
  if (!isItem(event.item)) return wrong('item');
  for (const name in needs) if (!needs[name]!(event[name])) return wrong(name);
  for (const name in event) {
    if (name === 'type' || name === 'item' || Object.hasOwn(needs, name)) continue;
    const fits = name === 'at' ? time : Object.hasOwn(may, name) ? may[name]! : null;
    if (fits === null) return `${type}: there is no field ${JSON.stringify(name)}`;
    if (!fits(event[name])) return wrong(name);
  }
  return null;
}

function form(needs: Form['needs'], may: Form['may'] = {}): Form {
  return { needs, may };
}

/** Both bounds inclusive. */
function integer(least: number, most: number): Fits {
  return (value) => within(value, least, most);
}

function text(pattern: RegExp): Fits {
  return (value) => typeof value === 'string' && pattern.test(value);
}

function oneOf(values: readonly string[]): Fits {
  return (value) => typeof value === 'string' && values.includes(value);
}

function only(value: boolean): Fits {
  return (other) => other === value;
}

function isTexts(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return new Set(value).size === value.length && value.every(oneOf(itemTexts));
}

function isPromos(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > archivedPromosMax) return false;
  return new Set(value).size === value.length && value.every(id);
}

function within(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most; // It is a number then.
}
