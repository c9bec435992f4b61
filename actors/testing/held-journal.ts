/** A journal in memory whose appends wait until a test says what becomes of them. */
import { setImmediate } from 'node:timers/promises';
import type { Sequence } from '../events.ts';
import { Chain, chainStart, decodeEntry, type Entry, encodeEntry } from '../journal/codec.ts';
import { type Journal, JournalUnavailable, type StoredEntry } from '../journal/journal.ts';

const firstEntry = encodeEntry(
  { partition: 0, seq: 1, prev: chainStart, writer: 'first run', at: 0 },
  [],
);

interface Held {
  bytes: Uint8Array;
  stored: boolean;
  resolve(sequence: Sequence): void;
  reject(error: Error): void;
}

export class HeldJournal implements Journal {
  readonly stored: Uint8Array[];
  /** Appends that still wait for their outcome, in order. */
  held: Held[] = [];
  readable = true;
  mayHeal = true;
  /** The last entries that it does not show, as a server that has not got them. */
  hidden = 0;
  /** With which entry each reading has begun. */
  readonly readFrom: Sequence[] = [];
  #followed = { reading: 0 };

  /** Holds a partition's first entry, as one that was made before. */
  constructor(
    readonly appendsInFlight: number,
    made = true,
  ) {
    this.stored = made ? [firstEntry] : [];
  }

  /** How often a reading has begun. */
  get readings(): number {
    return this.readFrom.length;
  }

  /** The stored entries, decoded. */
  get entries(): Entry[] {
    return this.stored.map((bytes, index) => decodeEntry(0, index + 1, bytes));
  }

  append(_partition: number, _expectedLast: Sequence, bytes: Uint8Array): Promise<Sequence> {
    return new Promise((resolve, reject) => {
      this.held.push({ bytes: bytes.slice(), stored: false, resolve, reject });
    });
  }

  async *read(_partition: number, from: Sequence): AsyncGenerator<StoredEntry> {
    this.readFrom.push(from);
    this.#mustBeReadable();
    for (let sequence = from; sequence <= this.stored.length - this.hidden; sequence++) {
      yield { sequence, bytes: this.stored[sequence - 1]! };
    }
  }

  async last(): Promise<Sequence> {
    this.#mustBeReadable();
    return this.stored.length - this.hidden;
  }

  answeredBy(partition: number): string {
    return `the server of partition ${partition}`;
  }

  #mustBeReadable(): void {
    if (!this.readable) throw new JournalUnavailable('cannot be read now');
  }

  async close(): Promise<void> {
    this.held = [];
  }

  /** Stores the first held appends without acknowledging them. */
  store(count = this.held.length): void {
    for (const held of this.held.slice(0, count)) {
      if (!held.stored) this.stored.push(held.bytes);
      held.stored = true;
    }
  }

  /** Stores the held appends up to one of them, and acknowledges that one. */
  async acknowledge(index = 0): Promise<void> {
    this.store(index + 1);
    const [held] = this.held.splice(index, 1);
    held!.resolve(this.stored.length);
    await setImmediate();
  }

  /** Stores and acknowledges everything held, until nothing is. */
  async acknowledgeAll(): Promise<void> {
    while (this.held.length > 0) await this.acknowledge();
  }

  /** Stores and acknowledges only the last held append: the barrier after a failed one. */
  async acknowledgeBarrier(): Promise<void> {
    const barrier = this.held.pop()!;
    this.stored.push(barrier.bytes);
    barrier.resolve(this.stored.length);
    await setImmediate();
  }

  /** Stores a next entry of another engine. */
  storeBeside(events: readonly string[]): void {
    const chain = new Chain(0);
    for (const [index, bytes] of this.stored.entries()) chain.next(index + 1, bytes);
    const seq = chain.sequence + 1;
    const head = { partition: 0, seq, prev: chain.hash, writer: 'other run', at: chain.at };
    this.stored.push(encodeEntry(head, events));
  }

  /** The stored entries from one on, and each as it is stored; `breakOff` ends all such readings. */
  async *follow(from: Sequence, signal: AbortSignal): AsyncGenerator<StoredEntry> {
    const { reading } = this.#followed;
    for (let sequence = from; !signal.aborted; ) {
      if (reading !== this.#followed.reading) throw new JournalUnavailable('the reading broke off');
      if (sequence > this.stored.length) await setImmediate();
      else yield { sequence, bytes: this.stored[sequence++ - 1]! };
    }
  }

  breakOff(): void {
    this.#followed = { reading: this.#followed.reading + 1 };
  }

  /** Refuses one of the held appends. */
  async refuse(error: Error, index = 0): Promise<void> {
    const [held] = this.held.splice(index, 1);
    held!.reject(error);
    await setImmediate();
  }
}
