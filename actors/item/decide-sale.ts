/** What a merchant decides: stock, prices, promos. */
import { type Event, itemTexts } from '../events.ts';
import { loadedUnitsMax, termsMax } from '../limits.ts';
import {
  type Control,
  code,
  type Edit,
  type Extend,
  type Open,
  type Publish,
  type Restock,
  type WithdrawUnits,
} from '../protocol.ts';
import { accept, type Decision, refuse, signed } from './decision.ts';
import { type Item, termsIndex, unitsLeft } from './state.ts';

export function decideOpen(command: Open): Decision {
  const { item, price, units, normalSale = true, limit } = command;
  return accept({
    ...{ type: 'opened', item, price, units },
    ...(normalSale ? {} : { normalSale }),
    ...(limit === undefined ? {} : { limit }),
    ...signed(command),
  });
}

export function decideRestock(item: Item, command: Restock): Decision {
  const { units, key } = command;
  const before = known(item, key, units);
  if (before !== null) return before;
  if (item.loaded + units > loadedUnitsMax) return refuse(code.wrongState);
  const delivery = { units, ...(key === 0 ? {} : { key }), ...signed(command) };
  return accept({ type: 'restocked', item: item.id, ...delivery });
}

export function decideWithdrawUnits(item: Item, command: WithdrawUnits): Decision {
  const { units, key } = command;
  const before = known(item, key, -units);
  if (before !== null) return before;
  if (units > unitsLeft(item)) return refuse(code.outOfStock);
  const delivery = { units, ...(key === 0 ? {} : { key }), ...signed(command) };
  return accept({ type: 'unitsWithdrawn', item: item.id, ...delivery });
}

/** The answer to a delivery that was carried out before, or whose key was; null for a new one. */
function known(item: Item, key: number, units: number): Decision | null {
  const then = key === 0 ? undefined : item.restocks.get(key);
  if (then === undefined) return null;
  return then === units ? accept(null) : refuse(code.usedOtherwise);
}

export function decideEdit(item: Item, command: Edit): Decision {
  const { price, normalSale, limit } = command;
  const texts = itemTexts.filter((_, bit) => (command.texts & (1 << bit)) !== 0);
  const normal = item.terms[0]!;
  const changed = {
    ...(price === undefined || price === normal.price ? {} : { price }),
    ...(normalSale === undefined || normalSale === item.normalSale ? {} : { normalSale }),
    ...(limit === undefined || limit === normal.limit ? {} : { limit }),
    ...(texts.length === 0 ? {} : { texts }),
  };
  if (Object.keys(changed).length === 0) return accept(null);
  return accept({ type: 'edited', item: item.id, ...changed, ...signed(command) });
}

export function decidePublish(item: Item, command: Publish, at: number): Decision {
  const { promo, price, startAt, endAt, limit, gateFactor, payWindowMs } = command;
  if (termsIndex(item, promo) >= 0) return accept(null);
  if (item.terms.length > termsMax) return refuse(code.wrongState);
  if (endAt <= at) return refuse(code.ended);
  const other = overlapping(item, startAt, endAt, at);
  if (other !== 0) return refuse(code.wrongState, other);
  const { queue, admitMs, queueOpenAt, secret } = command;
  const event: Event = {
    ...{ type: 'published', item: item.id, promo, price, startAt, endAt, limit, gateFactor },
    payWindowMs,
    ...(queue === undefined ? {} : { queue }),
    ...(admitMs === undefined ? {} : { admitMs }),
    ...(queueOpenAt === undefined ? {} : { queueOpenAt }),
    ...(secret === undefined ? {} : { secret }),
    ...signed(command),
  };
  return accept(event);
}

export function decideControl(item: Item, command: Control, at: number): Decision {
  const index = command.promo === 0 ? -1 : termsIndex(item, command.promo);
  if (index < 0) return refuse(code.notOnSale);
  const sale = item.sales[index]!;
  const { startAt, endAt } = item.terms[index]!;
  const event = { item: item.id, promo: command.promo, ...signed(command) };
  if (sale.withdrawn) {
    return command.type === 'withdrawPromo' ? accept(null) : refuse(code.ended);
  }
  if (sale.over || at >= endAt) return command.type === 'end' ? accept(null) : refuse(code.ended);
  switch (command.type) {
    case 'pause':
      return accept(sale.paused ? null : { type: 'paused', ...event });
    case 'resume':
      return accept(sale.paused ? { type: 'resumed', ...event } : null);
    case 'end':
      return at < startAt ? refuse(code.notStarted) : accept({ type: 'ended', ...event });
    case 'withdrawPromo':
      return at < startAt ? accept({ type: 'promoWithdrawn', ...event }) : refuse(code.wrongState);
  }
}

/** Moves the end of a promo: later, or nearer but not into the past. */
export function decideExtend(item: Item, command: Extend, at: number): Decision {
  const { promo, endAt } = command;
  const index = promo === 0 ? -1 : termsIndex(item, promo);
  if (index < 0) return refuse(code.notOnSale);
  const terms = item.terms[index]!;
  if (item.sales[index]!.over || at >= terms.endAt) return refuse(code.ended);
  if (endAt === terms.endAt) return accept(null);
  if (endAt <= at || endAt <= terms.startAt) return refuse(code.wrongState);
  const other = overlapping(item, terms.startAt, endAt, at, index);
  if (other !== 0) return refuse(code.wrongState, other);
  return accept({ type: 'extended', item: item.id, promo, endAt, ...signed(command) });
}

/** A published promo that is not over and shares a moment with these times; 0 without one. */
function overlapping(item: Item, startAt: number, endAt: number, at: number, except = 0): number {
  for (let index = 1; index < item.terms.length; index++) {
    const other = item.terms[index]!;
    if (index === except || item.sales[index]!.over || other.endAt <= at) continue;
    if (startAt < other.endAt && other.startAt < endAt) return other.promo;
  }
  return 0;
}
