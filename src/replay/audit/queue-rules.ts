/** What must hold of those who want to buy (I10): they join, wait, are let in by their turn, come too late. */
import type {
  Admitted,
  Drawn,
  Joined,
  Lapsed,
  LeftQueue,
  QueueEnded,
} from '../../../actors/events.ts';
import type { ItemBooks } from './item-books.ts';
import { stand, standNames } from './standings.ts';
import { type KnownTerms, overFault } from './terms-book.ts';

type OfUser = Admitted | Joined | LeftQueue | Lapsed;

/** A user under the terms of a promo. */
interface Person {
  index: number;
  terms: KnownTerms;
  holder: number;
  /** The beginning of what is reported. */
  who: string;
}

const deeds = {
  admitted: 'admitted to',
  joined: 'joined',
  leftQueue: 'left',
  lapsed: 'lost an admission to',
} as const;

export function enterAdmitted(books: ItemBooks, event: Admitted): void {
  const person = personOf(books, event);
  if (person === null) return;
  const { index, terms, holder, who } = person;
  const { holders, standings, at } = books;
  if (index === 0) checkNormal(books, who);
  else {
    books.terms.reopen(index);
    checkAdmission(books, event, person);
    if (standings.where(holder) === stand.admitted) books.obey(`${who} once more`);
    terms.queue.admit(holder, event.nonce, at);
  }
  if (holders.admittedOf(holder) === 0) holders.setAdmitted(holder, ++terms.admitted);
}

function checkNormal(books: ItemBooks, who: string): void {
  const { promosEndAt, normalSale } = books.terms;
  if (books.at < promosEndAt) {
    books.found('I4', `${who} at ${books.at}, its promos end at ${promosEndAt}`);
  }
  if (!normalSale) books.obey(`${who}, the item is not sold at its normal price`);
}

function checkAdmission(books: ItemBooks, event: Admitted, person: Person): void {
  const { terms, holder, who } = person;
  const { queue } = terms;
  const where = books.standings.where(holder);
  // Where the time was set back, a draw that was held before the start lets in until then.
  const from = queue.held === null ? terms.startAt : terms.queueOpenAt;
  books.obey(saleFault(books, terms, from, who));
  checkGate(books, person);
  const first = queue.waiting.first();
  if (where === stand.waiting) {
    if (first !== holder) books.found('I10', `${who} before user ${books.holders.userOf(first)}`);
    checkNonce(books, event.nonce, holder, who);
    return;
  }
  if (queue.drawing) books.found('I10', `${who} before the draw`);
  if (first >= 0) books.found('I10', `${who} past ${queue.waiting.count} who wait`);
  if (where === stand.nowhere) checkNewcomer(books, event.nonce, person);
}

/** A promo from before 0.4.0 may go on as it was: its gate then counted all who were ever let in. */
function checkGate(books: ItemBooks, { terms, holder, who }: Person): void {
  const { left, loaded } = books;
  const { queue, gateFactor, admitted } = terms;
  if (queue.room(left) > 0) return;
  if (queue.mode !== null) {
    const out = `${queue.admissions.count} admissions are out for ${left} units`;
    books.found('I10', `${who} past the gate: ${out} left, gate factor ${gateFactor}`);
  } else {
    const first = books.holders.admittedOf(holder) === 0;
    if (!first || admitted >= gateFactor * loaded) books.obey(`${who} through a closed gate`);
  }
}

export function enterJoined(books: ItemBooks, event: Joined): void {
  const person = personOf(books, event);
  if (person === null) return;
  const { terms, holder, who } = person;
  const { queue } = terms;
  const where = books.standings.where(holder);
  if (queue.mode === null || queue.mode === 'off') books.obey(`${who}, which has no queue`);
  books.obey(saleFault(books, terms, queue.drawing ? terms.queueOpenAt : terms.startAt, who));
  if (queue.drawing !== (event.draw === true)) {
    books.found('I10', `${who} ${queue.drawing ? 'past the draw' : 'for a draw that is over'}`);
  }
  if (where !== stand.nowhere) books.found('I10', `${who} and was ${standNames[where]}`);
  else checkNewcomer(books, event.nonce, person);
  if (!queue.drawing) {
    if (books.left === 0 && books.held === 0) books.obey(`${who}, of which all is sold`);
    const room = queue.room(books.left);
    if (room > 0 && queue.waiting.count === 0 && !queue.ordering) {
      books.found('I10', `${who} and has to wait, while the gate has room for ${room}`);
    }
  }
  queue.join(holder, event.user, event.nonce, books.at);
}

/** Who had no place comes within the limit, and with the token that they have. */
function checkNewcomer(books: ItemBooks, nonce: number, { terms, holder, who }: Person): void {
  const { holders } = books;
  if (terms.queue.mode === null) return;
  if (holders.unitsOf(holder) >= terms.limit) {
    books.found(
      'I4',
      `${who} with ${holders.unitsOf(holder)} units, whose limit is ${terms.limit}`,
    );
  }
  if (holders.admittedOf(holder) !== 0) checkNonce(books, nonce, holder, who);
}

/** A nonce that was given and bought nothing stays: two would be two tokens that buy. */
function checkNonce(books: ItemBooks, nonce: number, holder: number, who: string): void {
  const had = books.standings.nonce(holder);
  if (had === nonce || books.holders.bought(holder, had)) return;
  books.found('I10', `${who} with the nonce ${nonce}, and had ${had}`);
}

export function enterLeft(books: ItemBooks, event: LeftQueue): void {
  const person = personOf(books, event);
  if (person === null) return;
  const { terms, holder, who } = person;
  const where = terms.queue.remove(holder);
  if (where === stand.nowhere) books.found('I10', `${who} and was ${standNames[where]}`);
  else if (where === stand.admitted) terms.queue.counts.gaveUpAdmission++;
  else terms.queue.counts.gaveUpPlace++;
}

export function enterLapsed(books: ItemBooks, event: Lapsed): void {
  const person = personOf(books, event);
  if (person === null) return;
  const { terms, holder, who } = person;
  const { queue } = terms;
  const where = books.standings.where(holder);
  if (where !== stand.admitted) {
    books.found('I10', `${who} and was ${standNames[where]}`);
    return;
  }
  const lapsesAt = queue.lapseAtOf(holder);
  if (books.at < lapsesAt) {
    books.found('I10', `${who} at ${books.at}, and had until ${lapsesAt}`);
  }
  if (queue.paused) books.found('I10', `${who} during a pause`);
  queue.remove(holder);
  queue.counts.lapsed++;
}

export function enterDrawn(books: ItemBooks, { promo, entrants, seed }: Drawn): void {
  const terms = promoOf(books, promo, 'drawn');
  if (terms === null) return;
  const { queue } = terms;
  const { draw } = queue;
  if (draw === null || draw.held) {
    books.found('I10', `promo ${promo} drawn${draw === null ? ', and has no draw' : ' once more'}`);
    return;
  }
  if (books.at < terms.startAt) {
    books.found('I10', `promo ${promo} drawn at ${books.at}, before its start ${terms.startAt}`);
  }
  if (draw.entrants !== entrants) {
    books.found('I10', `promo ${promo} drawn among ${entrants}, and ${draw.entrants} had joined`);
  }
  const truly = draw.seed();
  if (truly !== seed) {
    const follows = `its secret and those who joined give ${truly}`;
    books.found('I10', `promo ${promo} drawn with the seed ${seed}, and ${follows}`);
  }
  queue.hold({ at: books.at, seed, entrants });
}

export function enterQueueEnded(books: ItemBooks, { promo, waiting }: QueueEnded): void {
  const terms = promoOf(books, promo, 'queueEnded');
  if (terms === null) return;
  const { left, held } = books;
  const { queue } = terms;
  const what = `the queue of promo ${promo} ended`;
  if (left !== 0 || held !== 0) {
    books.found('I10', `${what} while ${left} units were left and ${held} held`);
  }
  if (queue.people !== waiting) {
    books.found('I10', `${what} for ${waiting} who waited, and ${queue.people} did`);
  }
  books.obey(saleFault(books, terms, terms.startAt, what));
  queue.sendHome();
}

/** What is wrong with letting anybody in, or waiting, at the time; null where nothing is. */
function saleFault(books: ItemBooks, terms: KnownTerms, from: number, what: string): string | null {
  const { at } = books;
  if (at < from || at >= terms.endAt) return `${what} at ${at}, outside the sale`;
  const over = overFault(terms, at);
  if (over !== null) return `${what} ${over}`;
  return terms.queue.paused ? `${what} while it was paused` : null;
}

function personOf(books: ItemBooks, { type, user, promo }: OfUser): Person | null {
  const index = books.terms.indexOf(promo);
  const who = `user ${user} ${deeds[type]} promo ${promo}`;
  if (index < 0) {
    books.obey(`${who}, which was never published`);
    return null;
  }
  const holder = books.holders.row(user, index);
  return { index, terms: books.terms.at(index), holder, who };
}

function promoOf(books: ItemBooks, promo: number, type: string): KnownTerms | null {
  const index = books.terms.indexOf(promo);
  if (index > 0) return books.terms.at(index);
  books.obey(`${type}: promo ${promo} was never published`);
  return null;
}
