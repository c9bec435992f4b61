/**
 * A journal that misbehaves as far as its contract allows: it delays, fails before storing, stores but
 * does not answer, stores long after the time-out, answers short for a while, or has been written by
 * another engine. Entries are kept in memory; what is stored stays, whichever engine crashes.
 */
import {
  Fenced,
  type Journal,
  JournalUnavailable,
  OutcomeUnknown,
  type StoredEntry,
} from '../../actors/journal/journal.ts';
import { appendTimeoutMs, shortConfirmMs } from '../../actors/limits.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** What becomes of an append on its way: see `JournalFaults`. */
type Fate = 'fine' | 'fails' | 'lost' | 'silent' | 'late';

/**
 * Weights of what becomes of an append, and the probabilities that a reading breaks off, and that it
 * meets a server that knows less than was acknowledged.
 */
export interface JournalFaults {
  /** Stored, and acknowledged before the time-out. */
  fine: number;
  /** Refused before it was stored. */
  fails: number;
  /** Never arrives: times out. */
  lost: number;
  /** Stored, but the acknowledgement never arrives. */
  silent: number;
  /** Stored, after the writer's time-out. */
  late: number;
  brokenReading: number;
  short: number;
  /** That a reading which follows a partition is served, for a while, by a server that is behind. */
  staleFollowing: number;
}

/** While it lasts, a partition's last entries are hidden from whoever asks. */
interface ShortSpell {
  until: number;
  hides: number;
}

export const faultless: JournalFaults = {
  ...{ fine: 1, fails: 0, lost: 0, silent: 0, late: 0 },
  brokenReading: 0,
  short: 0,
  staleFollowing: 0,
};

interface Append {
  partition: number;
  expectedLast: number;
  bytes: Uint8Array;
  fate: Fate;
  /** The append in flight that this one rests on. */
  after: Append | null;
  state: 'travelling' | 'stored' | 'refused' | 'lost';
  answered: boolean;
  /** Appends that have arrived before the one they rest on. */
  followers: Append[];
  owner: object;
  resolve(sequence: number): void;
  reject(error: Error): void;
}

/** The place where entries are stored; every engine opens it separately. */
export class SimulatedStore {
  readonly #entries: Uint8Array[][];
  readonly #short: ShortSpell[];
  /** By partition: the entries that an owner has known to be durable, and since when. */
  readonly #knownSince: number[][];
  /** Who follows, and has read all there is. */
  #waiting: (() => void)[] = [];
  faults: JournalFaults;

  constructor(
    partitions: number,
    readonly appendsInFlight: number,
    readonly random: Random,
    readonly scheduler: Scheduler,
    faults: JournalFaults,
    private readonly stored: (partition: number, sequence: number, bytes: Uint8Array) => void,
  ) {
    this.faults = faults;
    this.#entries = Array.from({ length: partitions }, () => []);
    this.#knownSince = Array.from({ length: partitions }, () => []);
    this.#short = Array.from({ length: partitions }, () => ({ until: 0, hides: 0 }));
  }

  last(partition: number): number {
    return this.#entries[partition]!.length;
  }

  /** Entries that whoever asks now is not shown. Spells are over before anyone may believe them. */
  hidden(partition: number): number {
    const { random, scheduler, faults } = this;
    const spell = this.#short[partition]!;
    if (scheduler.now < spell.until) return spell.hides;
    if (!random.chance(faults.short)) return 0;
    spell.until = scheduler.now + random.between(1, shortConfirmMs / 2);
    spell.hides = random.between(1, 3);
    return spell.hides;
  }

  at(partition: number, sequence: number): Uint8Array | undefined {
    return this.#entries[partition]![sequence - 1];
  }

  /** An owner knows the entries up to a sequence to be durable. */
  known(partition: number, sequence: number): void {
    const since = this.#knownSince[partition]!;
    while (since.length < sequence) since.push(this.scheduler.now);
  }

  /** The last entry that an owner knew to be durable at a time. */
  knownAt(partition: number, at: number): number {
    return this.#knownSince[partition]!.findLastIndex((since) => since <= at) + 1;
  }

  /** Calls back when the next entry of any partition is stored. */
  whenStored(wake: () => void): void {
    this.#waiting.push(wake);
  }

  put(partition: number, bytes: Uint8Array): void {
    this.#entries[partition]!.push(bytes);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
    this.stored(partition, this.last(partition), bytes);
  }
}

/** The store as whoever reads it in peace finds it. */
export class StoredJournal implements Journal {
  readonly appendsInFlight = 1;
  readonly mayHeal = false;

  constructor(private readonly store: SimulatedStore) {}

  append(): Promise<number> {
    return Promise.reject(new JournalUnavailable('only read'));
  }

  async *read(partition: number, from: number): AsyncGenerator<StoredEntry> {
    for (let sequence = from; sequence <= this.store.last(partition); sequence++) {
      yield { sequence, bytes: this.store.at(partition, sequence)! };
    }
  }

  async last(partition: number): Promise<number> {
    return this.store.last(partition);
  }

  answeredBy(): string {
    return 'the simulation';
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

/** One opening of the store, by an owner that may crash. */
export class SimulatedJournal implements Journal {
  readonly appendsInFlight: number;
  readonly mayHeal = true;
  /** By partition: the append issued last, while its outcome is unknown. */
  readonly #newest = new Map<number, Append>();

  constructor(
    private readonly store: SimulatedStore,
    private readonly owner: object,
  ) {
    this.appendsInFlight = store.appendsInFlight;
  }

  append(partition: number, expectedLast: number, entry: Uint8Array): Promise<number> {
    const { random, scheduler, faults } = this.store;
    const bytes = entry.slice();
    const { fine, fails, lost, silent, late } = faults;
    const fate = random.weighted({ fine, fails, lost, silent, late });
    const newest = this.#newest.get(partition);
    const after = newest !== undefined && !newest.answered ? newest : null;
    return new Promise((resolve, reject) => {
      const append: Append = {
        ...{ partition, expectedLast, bytes, fate, after, owner: this.owner, resolve, reject },
        ...{ state: 'travelling', answered: false, followers: [] },
      };
      this.#newest.set(partition, append);
      const name = `append ${partition}/${expectedLast + 1}`;
      const delayMs = fate === 'late' ? random.between(1_000, 6_000) : random.pick([0, 0, 1, 20]);
      // The message is in flight: it arrives even when its sender has crashed meanwhile.
      scheduler.later(this.store, `${name} arrives (${fate})`, delayMs, () => this.#arrive(append));
      scheduler.later(this.owner, `${name} times out`, appendTimeoutMs, () => {
        this.#answer(append, () => reject(new OutcomeUnknown(`${name} timed out`)));
      });
    });
  }

  async *read(partition: number, from: number): AsyncGenerator<StoredEntry> {
    const { random, scheduler, faults } = this.store;
    await scheduler.pause(this.owner, `reading of ${partition} begins`, random.pick([0, 0, 5]));
    // A reading may stop where the end was when it began, or go on to where the end is by then.
    const hidden = this.store.hidden(partition);
    const whole = hidden === 0 && random.chance(0.5);
    const end = whole ? Number.POSITIVE_INFINITY : this.store.last(partition) - hidden;
    for (let sequence = from; sequence <= end; sequence++) {
      const bytes = this.store.at(partition, sequence);
      if (bytes === undefined) break;
      if (random.chance(faults.brokenReading))
        throw new JournalUnavailable('the reading broke off');
      yield { sequence, bytes };
      if (random.chance(0.2)) await scheduler.pause(this.owner, `reading of ${partition}`, 0);
    }
    if (random.chance(0.2)) await scheduler.pause(this.owner, `reading of ${partition} ends`, 5);
  }

  async last(partition: number): Promise<number> {
    await this.store.scheduler.pause(this.owner, `last of ${partition}`, 0);
    return Math.max(0, this.store.last(partition) - this.store.hidden(partition));
  }

  async probe(): Promise<void> {
    const { random, scheduler, faults } = this.store;
    await scheduler.pause(this.owner, 'probe', random.pick([0, 5]));
    if (random.chance(faults.brokenReading)) throw new JournalUnavailable('the probe got lost');
  }

  answeredBy(): string {
    return 'the simulation';
  }

  async close(): Promise<void> {
    await this.store.scheduler.pause(this.owner, 'close', 0);
  }

  #arrive(append: Append): void {
    const { after } = append;
    if (after?.state === 'travelling') {
      after.followers.push(append);
      return;
    }
    this.#decide(append);
    for (const follower of append.followers) this.#arrive(follower);
  }

  /** What the store makes of an append once the one it rests on has been decided. */
  #decide(append: Append): void {
    const { partition, expectedLast, bytes, fate, after } = append;
    const last = this.store.last(partition);
    if (fate === 'lost' || after?.state === 'lost') {
      append.state = 'lost';
    } else if (fate === 'fails') {
      append.state = 'refused';
      this.#tell(append, () => append.reject(new JournalUnavailable('the journal took nothing')));
    } else if (after?.state === 'refused' || last - this.#unknown(append) !== expectedLast) {
      append.state = 'refused';
      this.#tell(append, () => append.reject(new Fenced(partition, expectedLast)));
    } else {
      append.state = 'stored';
      this.store.put(partition, bytes);
      if (fate !== 'silent') this.#tell(append, () => append.resolve(expectedLast + 1));
    }
  }

  /** Entries that the server an append has reached does not know of; it then refuses the append. */
  #unknown({ partition, expectedLast }: Append): number {
    const hidden = this.store.hidden(partition);
    // No majority stores an entry in the place of one that was acknowledged.
    return this.store.last(partition) === expectedLast ? hidden : 0;
  }

  /** The answer travels back, and may be overtaken by the answers to later appends. */
  #tell(append: Append, answer: () => void): void {
    const { random, scheduler } = this.store;
    const name = `answer to append ${append.partition}/${append.expectedLast + 1}`;
    const delayMs = random.pick([0, 0, 1, 20]);
    scheduler.later(this.owner, name, delayMs, () => this.#answer(append, answer));
  }

  #answer(append: Append, answer: () => void): void {
    if (append.answered) return;
    append.answered = true;
    answer();
  }
}
