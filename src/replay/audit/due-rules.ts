/**
 * I11 in a journal: whatever time alone makes true is decided in the order of its moments, and before any
 * command that is carried out later. So where an event of an item lies behind a moment that has not been
 * decided, no slow journal and no recovery explains it.
 */
import type { Event } from '../../../actors/events.ts';
import { admissionsPerEntryMax } from '../../../actors/limits.ts';
import type { ItemBooks } from './item-books.ts';

/** How many were let in by an entry and by the one before, over all items of the partition. */
export interface EntryAdmissions {
  now: number;
  before: number;
}

/** When the promo of an item next has something due by its terms and admissions; Infinity without. */
export function nextDueAt({ terms }: ItemBooks): number {
  if (terms.current === 0) return Number.POSITIVE_INFINITY;
  const { endAt, startAt, queue } = terms.at(terms.current);
  return Math.min(endAt, queue.drawing ? startAt : Number.POSITIVE_INFINITY, queue.lapseAt);
}

/** Call before an event is entered, at a time when something is due. True where it was passed over. */
export function checkDue(books: ItemBooks, event: Event, dueAt: number): boolean {
  if (!provesLate(books, event, dueAt)) return false;
  const { promo, endAt, queue, startAt } = books.terms.at(books.terms.current);
  const then = `was not decided before ${event.type} at ${books.at}`;
  if (dueAt === endAt) {
    books.found('rules', `the end of promo ${promo} at ${endAt} ${then}`);
  } else if (queue.drawing && dueAt === startAt) {
    books.found('I10', `the draw of promo ${promo} at ${startAt} ${then}`);
  } else {
    const user = books.holders.userOf(queue.admissions.first());
    books.found('I10', `the end of user ${user}'s admission to promo ${promo} at ${dueAt} ${then}`);
  }
  return true;
}

/** Whether an event is one that came after the moment, and not that moment itself or an earlier one. */
function provesLate(books: ItemBooks, event: Event, dueAt: number): boolean {
  switch (event.type) {
    case 'refused':
      // Tallies are written before anything is looked at.
      return false;
    case 'expired': {
      const row = books.orders.rowOf(event.n);
      if (row < 0) return false;
      return (
        books.orders.placedAtOf(row) + books.termsOf(books.orders.holderOf(row)).payWindowMs > dueAt
      );
    }
    case 'closed':
    case 'drawn':
    case 'lapsed':
      return dueMomentOf(books, event) > dueAt;
    default:
      return true;
  }
}

function dueMomentOf(
  books: ItemBooks,
  event: Extract<Event, { type: 'closed' | 'drawn' | 'lapsed' }>,
): number {
  const index = books.terms.indexOf(event.promo);
  if (index <= 0) return 0;
  const { endAt, startAt, queue } = books.terms.at(index);
  if (event.type === 'closed') return endAt;
  if (event.type === 'drawn') return startAt;
  const holder = books.holders.row(event.user, index);
  return queue.lapseAtOf(holder);
}

/**
 * Hot while people wait: what to report where somebody waits who should have been let in before anything
 * else happened (I10), or null.
 */
export function stalled(
  books: ItemBooks,
  event: Event,
  admissions: EntryAdmissions,
): string | null {
  const { terms, left, at } = books;
  const { promo, startAt, queue } = terms.at(terms.current);
  const room = queue.room(left);
  if (room <= 0 || queue.paused || queue.drawing || queue.ordering || at < startAt) return null;
  if (!isCommands(event)) return null;
  // Of a long queue no more are let in with one entry; the rest comes with the next.
  if (Math.max(admissions.now, admissions.before) >= admissionsPerEntryMax) return null;
  const user = books.holders.userOf(queue.waiting.first());
  return `user ${user} waits for promo ${promo} while its gate has room for ${room}, before ${event.type}`;
}

/** Whether an event is what a command made of it, and not time alone. */
function isCommands({ type }: Event): boolean {
  return !(['refused', 'expired', 'closed', 'drawn', 'lapsed', 'admitted'] as string[]).includes(
    type,
  );
}
