/** What the rules answer to a command, given everything that is due has been taken. */
import {
  type Code,
  type Command,
  type Control,
  code,
  type Extend,
  type Join,
  type Owe,
  type Pay,
  type Place,
  type Publish,
  type Refund,
  type Stand,
} from '../protocol.ts';
import type { PlainItem } from './plain-item.ts';
import { isPaid, type PlainOrder, whyDue } from './plain-money.ts';

export function plainAnswer(item: PlainItem | undefined, command: Command, at: number): Code {
  if (item === undefined) return command.type === 'open' ? code.ok : code.notOnSale;
  switch (command.type) {
    case 'open':
      return command.price === item.price ? code.ok : code.wrongState;
    case 'restock':
    case 'withdrawUnits': {
      const sign = command.type === 'restock' ? 1 : -1;
      const before = item.deliveries.get(command.key);
      if (before !== undefined) {
        return before === sign * command.units ? code.ok : code.usedOtherwise;
      }
      return sign < 0 && command.units > item.left ? code.outOfStock : code.ok;
    }
    case 'publish':
      return publishAnswer(item, command, at);
    case 'extend':
      return extendAnswer(item, command, at);
    case 'pause':
    case 'resume':
    case 'end':
    case 'withdrawPromo':
      return controlAnswer(item, command, at);
    case 'join':
      return joinAnswer(item, command, at);
    case 'stand':
      return standAnswer(item, command, at);
    case 'leave':
      return item.promos.has(command.promo) ? code.ok : code.notOnSale;
    case 'place':
      return placeAnswer(item, command, at);
    case 'pay':
      return payAnswer(item, command);
    case 'refund':
      return refundAnswer(item, command);
    case 'owe':
      return oweAnswer(item, command);
    case 'settle':
      return item.money.dues[command.due - 1] === undefined ? code.notFound : code.ok;
    case 'cancel':
    case 'read': {
      const order = ownOrder(item, command.n, command.user);
      if (order === undefined) return code.notFound;
      return command.type === 'read' || order.status === 'placed' ? code.ok : code.wrongState;
    }
    default:
      return code.ok;
  }
}

function ownOrder(item: PlainItem, n: number, user: number): PlainOrder | undefined {
  const order = n > item.archived ? item.orders[n - 1] : undefined;
  return user === 0 || order?.user === user ? order : undefined;
}

function publishAnswer(item: PlainItem, { promo, startAt, endAt }: Publish, at: number): Code {
  if (item.promos.has(promo)) return code.ok;
  if (endAt <= at) return code.ended;
  return item.overlapping(promo, startAt, endAt, at) === 0 ? code.ok : code.wrongState;
}

function extendAnswer(item: PlainItem, { promo: id, endAt }: Extend, at: number): Code {
  const promo = item.promos.get(id);
  if (promo === undefined) return code.notOnSale;
  if (!promo.onAt(at)) return code.ended;
  if (endAt === promo.endAt) return code.ok;
  if (endAt <= at || endAt <= promo.startAt) return code.wrongState;
  return item.overlapping(id, promo.startAt, endAt, at) === 0 ? code.ok : code.wrongState;
}

function controlAnswer(item: PlainItem, { type, promo: id }: Control, at: number): Code {
  const promo = item.promos.get(id);
  if (promo === undefined) return code.notOnSale;
  if (promo.withdrawn) return type === 'withdrawPromo' ? code.ok : code.ended;
  if (!promo.onAt(at)) return type === 'end' ? code.ok : code.ended;
  if (type === 'end') return at < promo.startAt ? code.notStarted : code.ok;
  if (type === 'withdrawPromo') return at < promo.startAt ? code.ok : code.wrongState;
  return code.ok;
}

function normalAnswer(item: PlainItem, at: number): Code {
  if (item.promoOnly(at)) return code.promoOnly;
  return item.normalSale ? code.ok : code.notOnSale;
}

function joinAnswer(item: PlainItem, { user, promo: id }: Join, at: number): Code {
  const { left, held } = item;
  const full = () => item.unitsOf(user, id) >= item.limitOf(id);
  if (id === 0) {
    const answer = normalAnswer(item, at);
    if (answer !== code.ok || hasUnspent(item, user)) return answer;
    if (left === 0) return code.outOfStock;
    return full() ? code.limitReached : code.ok;
  }
  const promo = item.promos.get(id);
  if (promo === undefined) return code.notOnSale;
  if (!promo.onAt(at)) return code.ended;
  if (promo.stand(user).state !== 'none') return code.ok;
  if (at < promo.opensAt) return code.notStarted;
  if (promo.paused) return code.paused;
  if (full()) return code.limitReached;
  if (!promo.drawn) return code.ok;
  if (left === 0 && held === 0) return code.outOfStock;
  if (promo.queue !== 'off' || promo.room(left) > 0) return code.ok;
  return left === 0 ? code.outOfStock : code.gateClosed;
}

/** Who stands nowhere is told why they cannot. */
function standAnswer(item: PlainItem, { user, promo: id }: Stand, at: number): Code {
  if (id === 0) return code.ok;
  const promo = item.promos.get(id);
  if (promo === undefined) return code.notOnSale;
  if (!promo.onAt(at)) return code.ended;
  const full = item.unitsOf(user, id) >= promo.limit;
  return full && promo.stand(user).state === 'none' ? code.limitReached : code.ok;
}

/** Whether a user has a token of the normal price that has bought nothing. */
function hasUnspent(item: PlainItem, user: number): boolean {
  const nonce = item.nonces.get(`${user}/0`);
  return nonce !== undefined && !item.bought.has(`${user}/0/${nonce}`);
}

function placeAnswer(item: PlainItem, command: Place, at: number): Code {
  const { user, promo: id, amount, nonce, expiresAt } = command;
  const promo = item.promos.get(id);
  if (id !== 0 && promo === undefined) return code.notOnSale;
  const spent = item.bought.get(`${user}/${id}/${nonce}`);
  if (spent !== undefined && spent.n > item.archived) {
    return spent.amount === amount ? code.ok : code.usedOtherwise;
  }
  const before = expiresAt * 1_000 <= item.spentTokensEndAt;
  if (item.archivedPromos.has(id) && (id !== 0 || before)) return code.ended;
  if (at >= expiresAt * 1_000) return code.tokenExpired;
  if (promo === undefined) {
    const answer = normalAnswer(item, at);
    if (answer !== code.ok) return answer;
  } else {
    const own = item.nonces.get(`${user}/${id}`) === nonce;
    if (own && promo.stand(user).state !== 'admitted') return code.tokenExpired;
    if (!promo.onAt(at)) return code.ended;
    if (at < promo.startAt) return code.notStarted;
    if (promo.paused) return code.paused;
  }
  if (amount > item.left) return code.outOfStock;
  return item.unitsOf(user, id) + amount > item.limitOf(id) ? code.limitReached : code.ok;
}

function payAnswer(item: PlainItem, command: Pay): Code {
  const { n, user, amountMinor = -1, reference = '' } = command;
  const { money } = item;
  const order = ownOrder(item, n, user);
  const honours = (one: PlainOrder) => item.honours(one);
  if (order === undefined) {
    // Whether or not it is noted as due, there is no such order.
    return code.notFound;
  }
  const noted = money.dueOf(n, reference);
  const nothing = amountMinor === 0;
  if (noted === 0 && nothing && order.price > 0) return code.usedOtherwise;
  const own = reference === '' || reference === order.reference || nothing;
  if (noted === 0 && isPaid(order) && own) return code.ok;
  const reason = noted === 0 ? whyDue(order, amountMinor, honours) : money.dues[noted - 1]!.reason;
  if (reason === null) return code.ok;
  if (reason === 'unknownOrder') return code.notFound;
  return reason === 'wrongAmount' ? code.usedOtherwise : code.refundDue;
}

function oweAnswer(item: PlainItem, { n, amountMinor, reference }: Owe): Code {
  if (n === 0 || n > item.archived) return code.wrongState;
  if (amountMinor <= 0) return code.usedOtherwise;
  const noted = item.money.dues[item.money.dueOf(n, reference) - 1];
  if (noted?.reason === 'unknownOrder') return code.notFound;
  return noted?.reason === 'wrongAmount' ? code.usedOtherwise : code.refundDue;
}

function refundAnswer(item: PlainItem, { n, amountMinor, reference }: Refund): Code {
  const order = n > item.archived ? item.orders[n - 1] : undefined;
  const own = order?.status === 'paid' && (reference === '' || reference === order.reference);
  const due = own ? undefined : item.money.dues[item.money.dueOf(n, reference) - 1];
  if (due !== undefined) {
    return amountMinor >= 0 && amountMinor !== due.amountMinor ? code.usedOtherwise : code.ok;
  }
  if (order === undefined) return code.notFound;
  if (order.status === 'refunded') return code.ok;
  if (order.status !== 'paid') return code.wrongState;
  const total = order.price * order.amount;
  return amountMinor >= 0 && amountMinor !== total ? code.usedOtherwise : code.ok;
}
