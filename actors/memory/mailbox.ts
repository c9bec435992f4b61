/**
 * The mailbox: a bounded ring of fixed-width numeric records in shared memory, with exactly one
 * producer thread and one consumer thread. Each cursor has one writer and counts for ever (modulo
 * 2^32); a ring is full when the two are `mailboxRecords` apart.
 *
 * A record is `recordWords` 64-bit floats, which carry safe integers exactly. The producer fills a
 * record, then moves its cursor with Atomics.store, so a consumer never sees half a record; a
 * thread that dies in between leaves the ring as it was.
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

  constructor(memory: SharedArrayBuffer) {
    this.#cursors = new Int32Array(memory, 0, cursorBytes / 4);
    this.words = new Float64Array(memory, cursorBytes);
  }

  /** Records waiting; safe for either end, since the other can only change it in its favour. */
  get depth(): number {
    const produced = Atomics.load(this.#cursors, producerCursor);
    return (produced - Atomics.load(this.#cursors, consumerCursor)) >>> 0;
  }

  /** Producer: word offset of the next free record, or -1 when the ring is full. */
  reserve(): number {
    if (this.depth >= mailboxRecords) return -1;
    return (Atomics.load(this.#cursors, producerCursor) & mask) * recordWords;
  }

  /** Producer: hands over the record that `reserve` gave. */
  publish(): void {
    const next = (Atomics.load(this.#cursors, producerCursor) + 1) | 0;
    Atomics.store(this.#cursors, producerCursor, next);
  }

  /** Consumer: word offset of the oldest record, or -1 when the ring is empty. */
  take(): number {
    if (this.depth === 0) return -1;
    return (Atomics.load(this.#cursors, consumerCursor) & mask) * recordWords;
  }

  /** Consumer: frees the record that `take` gave. */
  release(): void {
    const next = (Atomics.load(this.#cursors, consumerCursor) + 1) | 0;
    Atomics.store(this.#cursors, consumerCursor, next);
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
