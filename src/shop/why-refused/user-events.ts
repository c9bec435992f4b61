/**
 * What the journal says about one user and one item. A journal can be long and this runs beside
 * orders on an HTTP thread, so a search reads a bounded run of entries, in small pages, and rests
 * between them for as long as each took; it says which entries it read.
 */

import type {
  Admitted,
  Event,
  Joined,
  Lapsed,
  LeftQueue,
  Placed,
  QueueEnded,
  RefundDue,
  Sequence,
} from '../../../actors/events.ts';
import { decodeEntry } from '../../../actors/journal/codec.ts';
import type { Journal } from '../../../actors/journal/journal.ts';
import { partitionOf } from '../../../actors/protocol.ts';

/** The most entries one search reads; it ends earlier when it has taken `searchMs`. */
export const searchEntriesMax = 20_000;
const searchMs = 5_000;
const pageEntries = 32;

/**
 * What is journaled of a user's way through a sale, the end of a queue for all who waited in it, and
 * payments for their orders that must go back.
 */
type OfUser = Joined | LeftQueue | Admitted | Lapsed | Placed;
export type UserEvent = (OfUser | QueueEnded | RefundDue) & { at: number; seq: Sequence };

export interface UserEventsRead {
  /** The first and last entries that were read; `to` is less than `from` where none was. */
  from: Sequence;
  to: Sequence;
  /** The partition's last entry when the search began. */
  last: Sequence;
  events: UserEvent[];
}

export interface Search {
  item: number;
  user: number;
  partitions: number;
  /** The first entry to read; null: as late as the bound allows. */
  from: Sequence | null;
  /** Orders of theirs, beside those that are read: payments for them are theirs. */
  orders: readonly number[];
}

/** @throws JournalUnavailable, JournalCorrupt */
export async function readUserEvents(journal: Journal, search: Search): Promise<UserEventsRead> {
  const { item, user, partitions } = search;
  const partition = partitionOf(item, partitions);
  const last = await journal.last(partition);
  const from = search.from ?? Math.max(1, last - searchEntriesMax + 1);
  const history: UserEventsRead = { from, to: from - 1, last, events: [] };
  if (from > last) return history;
  const needles = needlesOf(item, user);
  const isTheirs = ownership(search);
  const startedAt = performance.now();
  let pageAt = startedAt;
  for await (const { sequence, bytes } of journal.read(partition, from)) {
    if (sequence > last || sequence - from >= searchEntriesMax) break;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (needles.some((needle) => buffer.includes(needle))) {
      const { events, at } = decodeEntry(partition, sequence, bytes);
      for (const event of events) {
        if (isTheirs(event)) history.events.push({ ...event, at: event.at ?? at, seq: sequence });
      }
    }
    history.to = sequence;
    if ((sequence - from + 1) % pageEntries !== 0) continue;
    const now = performance.now();
    if (now - startedAt > searchMs) break;
    await Bun.sleep(Math.max(1, now - pageAt));
    pageAt = performance.now();
  }
  return history;
}

/** What the bytes of an entry hold that has anything of the user. */
function needlesOf(item: number, user: number): Buffer[] {
  const texts = [`"user":${user},`, `"user":${user}}`];
  for (const type of ['queueEnded', 'refundDue']) texts.push(`"type":"${type}","item":${item},`);
  return texts.map((text) => Buffer.from(text));
}

/** Tells of each event, in order, whether it is about the user. */
function ownership({ item, user, orders }: Search) {
  const own = new Set(orders);
  return (event: Event): event is Event & (OfUser | QueueEnded | RefundDue) => {
    if (event.item !== item) return false;
    switch (event.type) {
      case 'joined':
      case 'leftQueue':
      case 'admitted':
      case 'lapsed':
        return event.user === user;
      case 'placed':
        if (event.user === user) own.add(event.n);
        return event.user === user;
      case 'refundDue':
        return event.reason !== 'unknownOrder' && own.has(event.n);
      default:
        return event.type === 'queueEnded';
    }
  };
}

/** When an entry was written; null where there is none. @throws as `readUserEvents` does. */
export async function entryTime(
  journal: Journal,
  partition: number,
  sequence: Sequence,
): Promise<number | null> {
  for await (const entry of journal.read(partition, sequence)) {
    return entry.sequence === sequence ? decodeEntry(partition, sequence, entry.bytes).at : null;
  }
  return null;
}
