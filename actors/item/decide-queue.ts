/** The gate and the queue of a promo, and the tokens of the normal price, which has neither. */
import type { Event } from '../events.ts';
import { type Code, code, type Join, type Leave, type Stand } from '../protocol.ts';
import { stands } from './buyers.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { type Item, normalRefusal, orderBought, termsIndex, unitsLeft, unitsOf } from './state.ts';

/**
 * A user wants to be let in. Who has a place, or an admission that is not spent, keeps it, and gets the
 * same answer; everyone else is let in while the gate has room and nobody waits, or waits, or is refused.
 */
export function decideJoin(item: Item, command: Join, at: number, now: number): Decision {
  const { user, promo } = command;
  const index = termsIndex(item, promo);
  if (index < 0) return refuse(code.notOnSale);
  if (index === 0) return decideNormal(item, command, at);
  const terms = item.terms[index]!;
  const sale = item.sales[index]!;
  if (sale.over || at >= terms.endAt) return refuse(code.ended);
  const { buyers } = sale;
  const buyer = buyers.find(user);
  const standing = { user, index };
  if (buyers.standsAt(buyer) !== stands.nowhere) return { ...accept(null), stands: standing };
  // Once a draw was held it opens nothing any more, also where the time was set back since.
  const opensAt = sale.drawAt === Number.POSITIVE_INFINITY ? terms.startAt : terms.queueOpenAt;
  if (now < opensAt) return refuse(code.notStarted);
  if (sale.paused) return refuse(code.paused);
  if (unitsOf(item, index, buyer) >= terms.limit) return refuse(code.limitReached);
  const nonce = unspent(item, index, buyer) || command.nonce;
  const joined: Event = { type: 'joined', item: item.id, user, promo, nonce };
  if (sale.drawAt !== Number.POSITIVE_INFINITY) {
    return { ...accept({ ...joined, draw: true }), stands: standing };
  }
  const left = unitsLeft(item);
  if (left === 0 && item.held === 0) return refuse(code.outOfStock);
  // While the order of a draw is being found, everybody else waits behind it.
  if (sale.people === 0 && sale.draw === null && sale.room(left) > 0) {
    const event: Event = { type: 'admitted', item: item.id, user, promo, nonce };
    return { ...accept(event), stands: standing };
  }
  if (terms.queue === 'off' || item.promo !== index) {
    return refuse(left === 0 ? code.outOfStock : code.gateClosed);
  }
  return { ...accept(joined), stands: standing };
}

/**
 * The nonce that a buyer who was let in had last, if it has bought nothing; else 0. They keep it for their
 * next place: who gives up an admission and joins again must not have two tokens that buy, one of them past
 * the gate.
 */
function unspent(item: Item, index: number, buyer: number): number {
  const { buyers } = item.sales[index]!;
  if (buyer < 0 || buyers.sinceAt(buyer) === 0) return 0;
  const nonce = buyers.nonceAt(buyer);
  return orderBought(item, index, buyer, nonce) === 0 ? nonce : 0;
}

/** A new nonce for each purchase; the same until it has bought something. */
function decideNormal(item: Item, { user, nonce }: Join, at: number): Decision {
  const { buyers } = item.sales[0]!;
  const row = buyers.find(user);
  const standing = { user, index: 0 };
  const refused = normalRefusal(item, at);
  if (refused !== code.ok) return refuse(refused);
  // Whoever has spent it stands nowhere, also where their order is archived.
  if (buyers.standsAt(row) === stands.admitted) return { ...accept(null), stands: standing };
  if (unitsLeft(item) === 0) return refuse(code.outOfStock);
  if (unitsOf(item, 0, row) >= item.terms[0]!.limit) return refuse(code.limitReached);
  const event: Event = { type: 'admitted', item: item.id, user, promo: 0, nonce };
  return { ...accept(event), stands: standing };
}

/** Tells where a user stands; a user without a place is told why none can be had, if so. */
export function decideStand(item: Item, { user, promo }: Stand, at: number): Decision {
  const index = termsIndex(item, promo);
  if (index < 0) return refuse(code.notOnSale);
  const over = index !== 0 && (item.sales[index]!.over || at >= item.terms[index]!.endAt);
  const { buyers } = item.sales[index]!;
  const buyer = buyers.find(user);
  const full = index !== 0 && unitsOf(item, index, buyer) >= item.terms[index]!.limit;
  const refused: Code = over ? code.ended : full ? code.limitReached : code.ok;
  const answer = buyers.standsAt(buyer) === stands.nowhere || over ? refused : code.ok;
  return { ...accept(null), code: answer, repeated: false, stands: { user, index } };
}

export function decideLeave(item: Item, { user, promo }: Leave): Decision {
  const index = promo === 0 ? -1 : termsIndex(item, promo);
  if (index < 0) return refuse(code.notOnSale);
  const { buyers } = item.sales[index]!;
  const standing = buyers.standsAt(buyers.find(user));
  if (standing === stands.nowhere) return accept(null);
  return accept({ type: 'leftQueue', item: item.id, user, promo });
}

/** Whether somebody who waits can be let in, or nobody ever. */
export function queueMoves(item: Item, at: number): boolean {
  if (item.promo === 0) return false;
  const sale = item.sales[item.promo]!;
  if (sale.people === 0 && sale.draw === null) return false;
  if (sale.paused || sale.drawAt !== Number.POSITIVE_INFINITY) return false;
  if (at < item.terms[item.promo]!.startAt) return false;
  const left = unitsLeft(item);
  return sale.draw !== null || sale.room(left) > 0 || (left === 0 && item.held === 0);
}

/** Whether the order of a draw that was held is being found: `due` goes on with it each time it is asked. */
export function isDrawing(item: Item, at: number): boolean {
  return item.promo !== 0 && item.sales[item.promo]!.draw !== null && queueMoves(item, at);
}

/** The next step of the queue; null while the order of a draw is not found yet. */
export function nextInQueue(item: Item, mayOrder: boolean): Event | null {
  const sale = item.sales[item.promo]!;
  const { promo } = item.terms[item.promo]!;
  const left = unitsLeft(item);
  if (left === 0 && item.held === 0 && sale.people > 0) {
    return { type: 'queueEnded', item: item.id, promo, waiting: sale.people };
  }
  if (sale.draw !== null && !(mayOrder && sale.order('one'))) return null;
  const row = sale.waiting.first();
  if (row < 0 || sale.room(left) <= 0) return null;
  const { buyers } = sale;
  const buyer = sale.waiting.buyerAt(row);
  const user = buyers.userAt(buyer);
  return { type: 'admitted', item: item.id, user, promo, nonce: buyers.nonceAt(buyer) };
}
