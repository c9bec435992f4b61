/**
 * What the journal has of one order at known times. A journal can be long and this runs beside orders on an HTTP
 * thread, so a time is found by halving, which looks at the heads of some twenty entries, and only the few entries
 * that may have been written at it are read.
 */
import type { Event, Sequence } from '../../../actors/events.ts';
import { decodeEntry } from '../../../actors/journal/codec.ts';
import type { Journal } from '../../../actors/journal/journal.ts';

/** Entries that are read for one time, at most. */
const readEntriesMax = 200;

/** Entries that are read before others have their turn. */
const pageEntries = 16;

/** An entry's time is within its first bytes: see the codec. */
const headBytes = 512;

export type OrderEvent = Extract<
  Event,
  { type: 'placed' | 'paid' | 'cancelled' | 'expired' | 'refunded' }
> & { at: number; seq: Sequence };

export interface Moment {
  at: number;
  /** For how long after it an event may have been, in milliseconds; 0: it was then. */
  withinMs: number;
}

/** An order in the journal. */
export interface JournaledOrder {
  partition: number;
  item: number;
  n: number;
}

/** The events of an order at some moments, in order, each once. @throws JournalUnavailable, JournalCorrupt */
export async function eventsAt(
  journal: Journal,
  order: JournaledOrder,
  moments: readonly Moment[],
): Promise<OrderEvent[]> {
  const last = await journal.last(order.partition);
  const found = new Map<string, OrderEvent>();
  for (const moment of moments) {
    const from = await firstAt(journal, order.partition, moment.at, last);
    for (const event of await readAt(journal, order, from, moment))
      found.set(`${event.type} ${event.seq}`, event);
  }
  return [...found.values()].sort((a, b) => a.seq - b.seq);
}

/** The first entry of a time or later; one after the last where there is none. Time never goes back in a partition. */
async function firstAt(
  journal: Journal,
  partition: number,
  at: number,
  last: Sequence,
): Promise<Sequence> {
  let [from, below] = [1, last + 1];
  while (from < below) {
    const middle = Math.floor((from + below) / 2);
    if ((await timeOf(journal, partition, middle)) < at) from = middle + 1;
    else below = middle;
  }
  return from;
}

async function timeOf(journal: Journal, partition: number, seq: Sequence): Promise<number> {
  for await (const { bytes } of journal.read(partition, seq)) {
    const head = Buffer.from(bytes.subarray(0, headBytes)).toString();
    const [, at] = /","at":(\d+)/.exec(head) ?? [];
    return at === undefined ? decodeEntry(partition, seq, bytes).at : Number(at);
  }
  return Number.POSITIVE_INFINITY;
}

async function readAt(
  journal: Journal,
  { partition, item, n }: JournaledOrder,
  from: Sequence,
  { at, withinMs }: Moment,
): Promise<OrderEvent[]> {
  const needle = Buffer.from(`"item":${item},"n":${n},`);
  const found: OrderEvent[] = [];
  for await (const { sequence, bytes } of journal.read(partition, from)) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let time = Number.NaN;
    if (buffer.includes(needle)) {
      const entry = decodeEntry(partition, sequence, bytes);
      time = entry.at;
      for (const event of entry.events) {
        if (isOf(event, item, n)) found.push({ ...event, at: event.at ?? entry.at, seq: sequence });
      }
    }
    if (withinMs > 0 && found.length > 0) break;
    if (sequence - from >= readEntriesMax) break;
    if ((sequence - from) % pageEntries === pageEntries - 1) await Bun.sleep(1);
    // The entry is the last that may have it where it is of a later time.
    if (Number.isNaN(time)) time = await timeOf(journal, partition, sequence);
    if (time > at + withinMs) break;
  }
  return found;
}

function isOf(
  event: Event & { at?: number },
  item: number,
  n: number,
): event is Extract<Event, { type: OrderEvent['type'] }> & { at?: number } {
  switch (event.type) {
    case 'placed':
    case 'paid':
    case 'cancelled':
    case 'expired':
    case 'refunded':
      return event.item === item && event.n === n;
    default:
      return false;
  }
}
