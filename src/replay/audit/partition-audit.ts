/**
 * The audit of one partition: follows the hash chain (I8) and hands the events to their items. A broken
 * entry is reported and, where its events can still be read, taken; where they cannot, or entries are
 * missing, the books stop, and only the chain of what follows is checked: after a gap every sum would
 * differ, and say nothing new.
 */

import type { Event, Sequence } from '../../../actors/events.ts';
import type { Item } from '../../../actors/item/item.ts';
import { Chain, decodeEntry, type Entry, entryHash } from '../../../actors/journal/codec.ts';
import { JournalCorrupt } from '../../../actors/journal/journal.ts';
import { partitionOf } from '../../../actors/protocol.ts';
import { Chronicle } from './chronicle.ts';
import type { EntryAdmissions } from './due-rules.ts';
import { formFault } from './event-form.ts';
import type { Check, Findings } from './findings.ts';
import { ItemAudit } from './item-audit.ts';

/** An entry by which an operator set the time of its partition back. */
export interface TimeSetBack {
  sequence: Sequence;
  /** The newest time before, and the time from then on; milliseconds since 1970 UTC. */
  from: number;
  to: number;
}

export class PartitionAudit {
  readonly items = new Map<number, ItemAudit>();
  entries = 0;
  events = 0;
  bytes = 0;
  /** The last entry before the first gap: what the books contain; null where there is no gap. */
  booksEnd: Sequence | null = null;

  readonly #chain: Chain;
  /** Whether the previous entry is unknown, so that the next one's `prev` cannot be checked. */
  #afterHole = false;
  /** The newest time so far, or since it was set back. */
  #at = 0;
  readonly timesSetBack: TimeSetBack[] = [];
  readonly #admissions: EntryAdmissions = { now: 0, before: 0 };

  constructor(
    readonly partition: number,
    private readonly options: { partitions: number; chronicles: boolean },
    private readonly findings: Findings,
  ) {
    this.#chain = new Chain(partition);
  }

  /** The last entry that was read; 0 before the first. */
  get sequence(): Sequence {
    return this.#chain.sequence;
  }

  /** Orders placed so far. */
  get orders(): number {
    let orders = 0;
    for (const item of this.items.values()) orders += item.orders.count;
    return orders;
  }

  /** The hash of the last entry: it vouches for every entry before. */
  get hash(): string {
    return this.#chain.hash;
  }

  /** Takes the entry that is stored under the next sequence; `hash` is that of its bytes. */
  entry(sequence: Sequence, bytes: Uint8Array, hash = entryHash(bytes)): void {
    this.entries++;
    this.bytes += bytes.length;
    const entry = this.#read(sequence, bytes, hash);
    if (entry === null) {
      this.booksEnd ??= sequence - 1;
      return;
    }
    if (this.booksEnd !== null) return;
    this.#passTime(entry);
    const { events } = entry;
    this.#admissions.before = this.#admissions.now;
    this.#admissions.now = 0;
    this.events += events.length;
    for (let index = 0; index < events.length; index++) this.#event(events[index]!, entry, index);
  }

  /** Records that entries are missing, or cannot be read. */
  missing(first: Sequence, last: Sequence, why: string): void {
    const which = first === last ? `entry ${first}` : `entries ${first} to ${last}`;
    this.#found('I8', first, null, `${which}: ${why}`);
    this.booksEnd ??= first - 1;
    this.#chain.advance(last, '', this.#chain.at);
    this.#afterHole = true;
  }

  /**
   * What the actors of all items would know after the last entry, by item; null where that cannot be told,
   * because entries are missing or an actor refuses one.
   */
  actorStates(): ReadonlyMap<number, Item> | null {
    if (this.booksEnd !== null) return null;
    const states = new Map<number, Item>();
    for (const [id, { actorState }] of this.items) {
      if (actorState === null) return null;
      if (actorState !== undefined) states.set(id, actorState);
    }
    return states;
  }

  /** Reports what differs from the partition as it is after the last entry. */
  differs(check: Check, what: string): void {
    this.#found(check, this.sequence, null, what);
  }

  finish(): void {
    for (const item of this.items.values()) item.finish();
  }

  /** Decodes an entry and moves the chain on; null where it cannot be decoded. */
  #read(sequence: Sequence, bytes: Uint8Array, hash: string): Entry | null {
    const chain = this.#chain;
    try {
      if (this.#afterHole) {
        const { prev } = decodeEntry(this.partition, sequence, bytes);
        chain.advance(chain.sequence, prev, chain.at);
        this.#afterHole = false;
      }
      return chain.next(sequence, bytes, hash);
    } catch (error) {
      this.#report(sequence, error);
      chain.advance(sequence, hash, chain.at);
      return readable(this.partition, sequence, bytes);
    }
  }

  #report(sequence: Sequence, error: unknown): void {
    if (!(error instanceof JournalCorrupt)) throw error;
    const what = error.message.slice(error.message.indexOf(': ') + 2);
    const broken = what.startsWith('the hash') && sequence > 1;
    const which = broken ? ` (entry ${sequence - 1} was changed, or this one)` : '';
    this.#found('I8', sequence, null, `entry ${sequence}: ${what}${which}`);
  }

  /** Time goes on with an entry, or is set back by it. */
  #passTime({ seq, at, timeSetBackFrom }: Entry): void {
    if (timeSetBackFrom === undefined) {
      this.#at = Math.max(this.#at, at);
      return;
    }
    if (timeSetBackFrom !== this.#at) {
      const what = `time was set back from ${timeSetBackFrom}, but stood at ${this.#at}`;
      this.#found('rules', seq, null, what);
    }
    this.#at = at;
    this.timesSetBack.push({ sequence: seq, from: timeSetBackFrom, to: at });
  }

  /** Hot: takes one event of an entry. */
  #event(event: Event, { seq, at: entryAt }: Entry, index: number): void {
    const fault = formFault(event);
    if (fault !== null) {
      this.#found('form', seq, itemIn(event), fault);
      return;
    }
    const at = event.at ?? entryAt;
    if (at < this.#at) {
      this.#found(
        'rules',
        seq,
        event.item,
        `${event.type} at ${at}, after an event at ${this.#at}`,
      );
    } else {
      this.#at = at;
    }
    const item = this.items.get(event.item) ?? this.#newItem(event.item, seq);
    item.take(event, seq, at, index);
    if (event.type === 'admitted') this.#admissions.now++;
  }

  #newItem(id: number, seq: Sequence): ItemAudit {
    const { partitions, chronicles } = this.options;
    const home = partitionOf(id, partitions);
    if (home !== this.partition) this.#found('rules', seq, id, `the item is of partition ${home}`);
    const item = new ItemAudit(
      id,
      this.partition,
      this.findings,
      chronicles ? new Chronicle() : null,
      this.#admissions,
    );
    this.items.set(id, item);
    return item;
  }

  #found(check: Check, sequence: Sequence, item: number | null, what: string): void {
    this.findings.add({ check, partition: this.partition, sequence, item, what });
  }
}

/** The entry under a sequence, whatever the chain says of it; null where it cannot be decoded. */
function readable(partition: number, sequence: Sequence, bytes: Uint8Array): Entry | null {
  try {
    return decodeEntry(partition, sequence, bytes);
  } catch (error) {
    if (error instanceof JournalCorrupt) return null;
    throw error;
  }
}

/** The item that an ill-formed event names, if any. */
function itemIn(event: unknown): number | null {
  const item = (event as { item?: unknown } | null)?.item; // Any value but null may be read by name.
  return typeof item === 'number' ? item : null;
}
