/**
 * An entry's bytes, and the hash chain that links them (I8). An entry is UTF-8 JSON:
 *
 * `{"v":1,"partition":3,"seq":17,"prev":"<hex>","writer":"<id>","at":<ms>,"events":[…]}`
 *
 * `prev` is the SHA-256 of the stored bytes of the previous entry, in hex; 64 zeros for the first.
 *
 * Since 0.3.0 an entry may have `"timeSetBackFrom":<ms>` after `at`: an operator set the partition's time
 * back, from the newest time before it to `at`, because a clock had been wrong. Such an entry has no
 * events, and only there is an entry's time less than the one before.
 */
import type { Event, Sequence } from '../events.ts';
import { JournalCorrupt } from './journal.ts';

export interface Entry {
  v: 1;
  partition: number;
  seq: Sequence;
  prev: string;
  /** Id of the run of the engine that wrote it. */
  writer: string;
  /**
   * Milliseconds since 1970 UTC; never less than the previous entry's, except with `timeSetBackFrom`.
   */
  at: number;
  /** Where an operator set the time back: the newest time before, in milliseconds. Since 0.3.0. */
  timeSetBackFrom?: number;
  events: Event[];
}

/** The hash before a partition's first entry. */
export const chainStart = '0'.repeat(64);

/** What precedes the events of an entry says all but these. */
export type EntryHead = Omit<Entry, 'v' | 'events'>;

/** What follows the events of an entry. */
export const entryEnd = ']}';

/** SHA-256 in hex of an entry's stored bytes. */
export function entryHash(bytes: Uint8Array): string {
  return Bun.SHA256.hash(bytes, 'hex');
}

/** Encodes one event; `EventBuffer` does the same faster for the hot ones. */
export function encodeEvent(event: Event, at: number, entryAt: number): string {
  return JSON.stringify(at === entryAt ? event : { ...event, at });
}

/** Encodes an entry from its events, already encoded; `EventBuffer` does the same without copying them. */
export function encodeEntry(head: EntryHead, events: readonly string[]): Uint8Array {
  return encoder.encode(`${headText(head)}${events.join(',')}${entryEnd}`);
}

/** What precedes the events of an entry. */
export function headText({ partition, seq, prev, writer, at, timeSetBackFrom }: EntryHead): string {
  const setBack = timeSetBackFrom === undefined ? '' : `,"timeSetBackFrom":${timeSetBackFrom}`;
  return `{"v":1,"partition":${partition},"seq":${seq},"prev":"${prev}","writer":${JSON.stringify(writer)},"at":${at}${setBack},"events":[`;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Decodes the bytes stored under a sequence. @throws JournalCorrupt when they are not that entry. */
export function decodeEntry(partition: number, sequence: Sequence, bytes: Uint8Array): Entry {
  let entry: Entry;
  try {
    entry = JSON.parse(decoder.decode(bytes)) as Entry; // Checked below, field by field.
  } catch (cause) {
    throw new JournalCorrupt(partition, sequence, `the entry is not UTF-8 JSON: ${cause}`);
  }
  const wrong = (what: string) => new JournalCorrupt(partition, sequence, what);
  if (typeof entry !== 'object' || entry === null) throw wrong('the entry is not an object');
  if (entry.v !== 1) throw wrong(`the entry has version ${entry.v}, this engine reads 1`);
  if (entry.partition !== partition)
    throw wrong(`the entry belongs to partition ${entry.partition}`);
  if (entry.seq !== sequence) throw wrong(`the entry says it is number ${entry.seq}`);
  if (typeof entry.prev !== 'string') throw wrong('the entry names no hash of the one before');
  if (typeof entry.writer !== 'string') throw wrong('the entry names no writer');
  if (!Number.isSafeInteger(entry.at)) throw wrong('the entry has no time');
  if (!Array.isArray(entry.events)) throw wrong('the entry has no events');
  const { timeSetBackFrom = 0 } = entry;
  if (!Number.isSafeInteger(timeSetBackFrom)) throw wrong('timeSetBackFrom is not a time');
  return entry;
}

/**
 * Follows the chain through a partition: each entry must be the next, and name the hash of the one
 * before. Recovery, the projector and audits all read through one of these.
 */
export class Chain {
  hash = chainStart;
  sequence: Sequence = 0;
  at = 0;

  constructor(readonly partition: number) {}

  /**
   * Decodes and checks the next entry. @throws JournalCorrupt when it does not follow.
   * @param hash - that of its bytes, where it is known already
   */
  next(sequence: Sequence, bytes: Uint8Array, hash = entryHash(bytes)): Entry {
    const { partition } = this;
    if (sequence !== this.sequence + 1) {
      throw new JournalCorrupt(partition, sequence, `missing: entries after ${this.sequence}`);
    }
    const entry = decodeEntry(partition, sequence, bytes);
    if (entry.prev !== this.hash) {
      throw new JournalCorrupt(partition, sequence, 'the hash of the entry before does not match');
    }
    const fault = this.#timeFault(entry);
    if (fault !== null) throw new JournalCorrupt(partition, sequence, fault);
    this.advance(sequence, hash, entry.at);
    return entry;
  }

  /** What is wrong with the time of the next entry, or null. */
  #timeFault({ at, events, timeSetBackFrom }: Entry): string | null {
    if (timeSetBackFrom === undefined) return at < this.at ? 'time went backwards' : null;
    if (events.length > 0) return 'the entry sets the time back, and has events';
    const back = timeSetBackFrom >= this.at && timeSetBackFrom > at;
    return back ? null : `the entry sets the time back from ${timeSetBackFrom}, to ${at}`;
  }

  /** Moves on past an entry this writer made itself. */
  advance(sequence: Sequence, hash: string, at: number): void {
    this.sequence = sequence;
    this.hash = hash;
    this.at = at;
  }
}
