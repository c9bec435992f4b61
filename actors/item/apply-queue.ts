/** Events of those who want to buy: they join, wait, are let in, and come too late. */
import type { Admitted, Drawn, Joined, Lapsed, LeftQueue } from '../events.ts';
import { addComing, saleOf } from './apply-sale.ts';
import { stands } from './buyers.ts';
import { type Item, termsIndex } from './state.ts';

export function applyJoined(item: Item, { user, promo, nonce, draw }: Joined): void {
  const { sale } = saleOf(item, promo);
  const { buyers } = sale;
  const row = buyers.standingRow(user);
  if (buyers.standsAt(row) !== stands.nowhere) wrong(item, user, 'joined, and had before');
  buyers.setNonce(row, nonce);
  const drawing = sale.drawAt !== Number.POSITIVE_INFINITY;
  if (drawing !== (draw === true)) {
    wrong(item, user, draw ? 'joined a draw that is over' : 'joined past the draw');
  }
  buyers.stand(row, drawing ? stands.pooled : stands.waiting);
  buyers.setPlace(row, drawing ? sale.draw!.add(row, nonce) : sale.waiting.push(row));
}

export function applyLeft(item: Item, { user, promo }: LeftQueue): void {
  const { sale } = saleOf(item, promo);
  const { buyers } = sale;
  const row = buyers.find(user);
  const standing = buyers.standsAt(row);
  if (standing === stands.nowhere) wrong(item, user, 'left without a place');
  const place = buyers.placeAt(row);
  switch (standing) {
    case stands.pooled:
      sale.draw!.remove(place);
      break;
    case stands.waiting:
      sale.waiting.remove(place);
      break;
    case stands.admitted:
      sale.admissions.remove(place);
      break;
  }
  buyers.stand(row, stands.nowhere);
}

/** @throws where the entrants or the seed are not those that follow from the journal (I10) */
export function applyDrawn(item: Item, { promo, entrants, seed }: Drawn): void {
  const { draw } = saleOf(item, promo).sale;
  if (draw === null || draw.seed !== '')
    throw new Error(`item ${item.id}: promo ${promo} drawn again`);
  if (draw.entrants !== entrants) {
    throw new Error(`item ${item.id}: drawn among ${entrants}, but ${draw.entrants} joined`);
  }
  draw.hold();
  if (draw.seed !== seed) throw new Error(`item ${item.id}: the seed of the draw is ${draw.seed}`);
}

/** @throws where somebody else is next (I10) */
export function applyAdmitted(item: Item, { user, promo, nonce }: Admitted, at: number): void {
  const index = termsIndex(item, promo);
  if (index < 0) throw new Error(`item ${item.id}: no promo ${promo}`);
  const sale = item.sales[index]!;
  const { buyers } = sale;
  sale.order('all');
  const row = buyers.standingRow(user);
  if (index !== 0) {
    if (!item.coming.includes(index)) addComing(item, index);
    takeTurn(item, index, row);
    buyers.setPlace(row, sale.admissions.push(row));
    sale.rate.note(at);
  }
  if (buyers.noteAdmitted(row)) item.admitted++;
  buyers.setNonce(row, nonce);
  buyers.setSince(row, at);
}

/** Takes whoever is let in out of the queue; they must be the first, or nobody waits. */
function takeTurn(item: Item, index: number, row: number): void {
  const { buyers, waiting } = item.sales[index]!;
  const user = buyers.userAt(row);
  switch (buyers.standsAt(row)) {
    case stands.admitted:
      wrong(item, user, 'admitted once more');
      break;
    case stands.waiting:
      if (waiting.first() !== buyers.placeAt(row)) wrong(item, user, 'admitted before their turn');
      waiting.remove(buyers.placeAt(row));
      break;
    case stands.pooled:
      wrong(item, user, 'admitted before the draw');
      break;
    default:
      if (waiting.count > 0) wrong(item, user, 'admitted past the queue');
  }
}

export function applyLapsed(item: Item, { user, promo }: Lapsed): void {
  const { sale } = saleOf(item, promo);
  const { buyers } = sale;
  const row = buyers.find(user);
  if (buyers.standsAt(row) !== stands.admitted) wrong(item, user, 'lapsed without an admission');
  sale.admissions.remove(buyers.placeAt(row));
  buyers.stand(row, stands.nowhere);
}

function wrong(item: Item, user: number, what: string): never {
  throw new Error(`item ${item.id}: user ${user} ${what}`);
}
