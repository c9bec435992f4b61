/**
 * The mailbox: a bounded ring of fixed-width numeric records in shared memory, with exactly one
 * producer thread and one consumer thread. Each cursor has one writer and counts for ever (modulo
 * 2^32); a ring is full when the two are `mailboxRecords` apart.
 *
 * A record is `recordWords` 64-bit floats, which carry safe integers exactly. The producer fills
 * records, then moves its cursor past all of them with Atomics.store, so a consumer never sees half a
 * record; a thread that dies in between leaves the ring as it was.
 *
 * Each end goes by what it last read of the other's cursor for as long as that will do: reading a cache
 * line that the other thread writes costs more than the rest of a record's way.
 */
import { mailboxRecords, recordWords } from '../limits.ts';

const mask = mailboxRecords - 1;
/** Each cursor has a cache line of its own, so that the threads do not contend for one. */
const producerCursor = 0;
const consumerCursor = 16;
const cursorBytes = 128;

export class Mailbox {
  static bytes(): number {
    return cursorBytes + mailboxRecords * recordWords * 8;
  }

  /** The records; a caller reads and writes at the word offset that `reserve` or `take` gave. */
  readonly words: Float64Array;
  readonly #cursors: Int32Array;
  /** As far as this end knows. Of the producer's own, records may not be published yet. */
  #produced: number;
  #consumed: number;

  constructor(memory: SharedArrayBuffer) {
    this.#cursors = new Int32Array(memory, 0, cursorBytes / 4);
    this.words = new Float64Array(memory, cursorBytes);
    this.#produced = Atomics.load(this.#cursors, producerCursor);
    this.#consumed = Atomics.load(this.#cursors, consumerCursor);
  }

  /** Records waiting; safe for either end, since the other can only change it in its favour. */
  get depth(): number {
    const produced = Atomics.load(this.#cursors, producerCursor);
    return (produced - Atomics.load(this.#cursors, consumerCursor)) >>> 0;
  }

  /** Producer: word offset of the next free record, or -1 when the ring is full. */
  reserve(): number {
    if ((this.#produced - this.#consumed) >>> 0 >= mailboxRecords) {
      this.#consumed = Atomics.load(this.#cursors, consumerCursor);
      if ((this.#produced - this.#consumed) >>> 0 >= mailboxRecords) return -1;
    }
    return (this.#produced & mask) * recordWords;
  }

  /** Producer: the record that `reserve` gave is written; `publish` hands it over. */
  written(): void {
    this.#produced = (this.#produced + 1) | 0;
  }

  /** Producer: hands over all records that are written. */
  publish(): void {
    Atomics.store(this.#cursors, producerCursor, this.#produced);
  }

  /** Consumer: word offset of the oldest record, or -1 when the ring is empty. */
  take(): number {
    if (this.#consumed === this.#produced) {
      this.#produced = Atomics.load(this.#cursors, producerCursor);
      if (this.#consumed === this.#produced) return -1;
    }
    return (this.#consumed & mask) * recordWords;
  }

  /** Consumer: frees the record that `take` gave. */
  release(): void {
    this.#consumed = (this.#consumed + 1) | 0;
    Atomics.store(this.#cursors, consumerCursor, this.#consumed);
  }
}

/** A doorbell: a counter in shared memory that a thread sleeps on without blocking its event loop. */
export class Doorbell {
  static readonly bytes = 64;
  readonly #count: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#count = new Int32Array(memory, 0, 1);
  }

  /** Read before looking for work; `wait` returns at once when it has rung since. */
  get count(): number {
    return Atomics.load(this.#count, 0);
  }

  ring(): void {
    Atomics.add(this.#count, 0, 1);
    Atomics.notify(this.#count, 0);
  }

  /** Resolves when the bell has rung since `count` was read, or after `timeoutMs`. */
  async wait(count: number, timeoutMs: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.#count, 0, count, timeoutMs);
    if (waiting.async) await waiting.value;
  }
}
