/**
 * Where each partition stands, in shared memory: written by its actor thread and the projector,
 * read by health checks, statements and metrics. Sequences, counts and milliseconds.
 */
import { type Clock, wallClock } from '../clock.ts';
import type { Sequence } from '../events.ts';
import { partitionsMax } from '../limits.ts';
import { EntryTimes } from './entry-times.ts';

/** What a partition's actor is doing; `partition.ts` describes the modes. */
export const partitionModes = [
  'recovering',
  'ready',
  'unavailable',
  'fenced',
  'refusing',
  'stopped',
  'following',
  'taking',
  'handing over',
] as const;
export type PartitionMode = (typeof partitionModes)[number];

const cells = [
  'mode',
  /** 1 while the journal is known to have entries that the board does not show. */
  'behind',
  /** 1 while the filter of the board does not know all buyers that its rows show. */
  'unmarked',
  /** The last renewal of that filter in which the buyers of the partition were marked; 0 without. */
  'renewed',
  /** Last sequence known to be durable. */
  'journalSeq',
  /** The projector's checkpoint. */
  'sqlSeq',
  'replicaSeq',
  /** The checkpoint of webhooks. */
  'webhookSeq',
  /** 1 once it is known how far SQL, the replica, and webhooks have come. */
  'sqlKnown',
  'replicaKnown',
  'webhookKnown',
  /** Last sequence that the journal had when the engine started. */
  'startSeq',
  'recoveries',
  'fences',
  'appendErrors',
  /** 1 while the journal does not answer probes. */
  'journalSilent',
  /** Entries, events in them, and the milliseconds their appends took, since the engine started. */
  'entries',
  'events',
  'appendMs',
  /** Events after the entry `eventsFrom`, which the actor's state began with: those read, and appended since. */
  'journalEvents',
  'eventsFrom',
  /** The same as the two when a snapshot was last stored: those events are in it. Written by the archivist. */
  'coveredEvents',
  'coveredFrom',
  /** Orders in memory, counted when it is looked for those that may leave, and when a snapshot is stored. */
  'ordersKept',
  /** The entry of the newest snapshot that this engine has stored or started from. Written by the archivist, too. */
  'snapshotSeq',
  /** 1 while the replica cannot be written. */
  'replicaSilent',
  /** How far the partition's time is ahead of a wall clock that was set back: it stands still. */
  'aheadMs',
  /**
   * In a cluster: 1 while this engine does not own the partition, nor is about to. Written by its actor
   * thread; the engine's beats claim all others.
   */
  'elsewhere',
  /** When `elsewhere` last became what it is, by the wall clock; 0 where an engine is alone. */
  'ownedSince',
  /** How often this engine has taken the partition, and given it up, since it started. */
  'taken',
  'givenUp',
  /** Commands that other engines have sent here, since the engine started. */
  'forwarded',
  /** In a cluster: 1 while the assignment names this engine. Written by main, as all below. */
  'wanted',
  /** When the board becomes too old to answer for the partition, by the steady clock; 0: never. */
  'boardStaleAt',
  /** In a cluster, what the last beat of the owner said, this engine or another. */
  'ownerReady',
  'ownerSeq',
  /** When that beat was heard, by the steady clock; 0 while nobody owns the partition. */
  'ownerHeardAt',
] as const;
type Cell = (typeof cells)[number];

/** By cell: its place among those of a partition. */
const places = Object.fromEntries(cells.map((cell, place) => [cell, place])) as Record<
  Cell,
  number
>; // `cells` has every cell.

const behindCell = places.behind;
const unmarkedCell = places.unmarked;
const elsewhereCell = places.elsewhere;
const boardStaleCell = places.boardStaleAt;
const forwardedCell = places.forwarded;

/**
 * A power of two that holds all cells, so that no partition's begin in the middle of a cache line. A 32-bit integer also to
 * the compiler: what `Math.log2` leaves is a double, of which each index here would be one, too, and then no function
 * with such an index stays compiled.
 */
const words = (2 ** Math.ceil(Math.log2(cells.length))) | 0;

const cellsBytes = (partitionsMax + 1) * words * 8;

/** Cells of the engine as a whole come after those of the last partition. */
const engineCells = partitionsMax * words;
const projectorBeatCell = engineCells;
const leaseCell = engineCells + 1;
const archivesCell = engineCells + 2;

/** What follows the journal at its own pace. */
export type Copy = 'sql' | 'replica' | 'webhook';

/** How far a copy is behind the journal: entries that it does not have, and the age of the oldest. */
export interface Lag {
  entries: number;
  ms: number;
}

export class Positions {
  static readonly bytes = cellsBytes + EntryTimes.bytes(partitionsMax);
  readonly #cells: Float64Array;
  readonly #times: EntryTimes;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Float64Array(memory, 0, cellsBytes / 8);
    this.#times = new EntryTimes(memory, cellsBytes, partitionsMax);
  }

  get(partition: number, cell: Exclude<Cell, 'mode'>): number {
    return this.#cells[partition * words + places[cell]]!;
  }

  set(partition: number, cell: Exclude<Cell, 'mode'>, value: number): void {
    this.#cells[partition * words + places[cell]] = value;
  }

  add(partition: number, cell: Exclude<Cell, 'mode'>, value: number): void {
    this.set(partition, cell, this.get(partition, cell) + value);
  }

  /** Hot path: a command of another engine has come to the partition's actor thread. */
  countForwarded(partition: number): void {
    this.#cells[partition * words + forwardedCell]!++;
  }

  /** Takes the time of an entry that the journal has, before `journalSeq` is set to it. */
  noteEntry(partition: number, sequence: Sequence, at: number): void {
    // The time of a partition stands still, and may be ahead, when the clock was set back.
    this.#times.note(partition, sequence, Math.min(at, wallClock()));
  }

  /** For how long a partition has had no new entry at `now`, by the wall clock; for ever, where none is known. */
  restingMs(partition: number, now: number): number {
    const at = this.#times.at(partition, this.get(partition, 'journalSeq'));
    return at === null ? Number.POSITIVE_INFINITY : now - at;
  }

  /** A copy holds all entries up to a sequence. */
  reached(partition: number, copy: Copy, sequence: Sequence): void {
    this.set(partition, `${copy}Seq`, sequence);
    this.set(partition, `${copy}Known`, 1);
  }

  /**
   * How far a copy is behind at `now`, by the wall clock; 0 and 0 when it has every entry. Until a copy has
   * said how far it has come, only what was journaled since the engine started is known to be missing.
   */
  lag(partition: number, copy: Copy, now: number): Lag {
    const known = this.get(partition, `${copy}Known`) === 1;
    return this.lagOf(partition, this.get(partition, known ? `${copy}Seq` : 'startSeq'), now);
  }

  /** How far whoever holds all entries up to a sequence is behind at `now`, by the wall clock. */
  lagOf(partition: number, held: Sequence, now: number): Lag {
    const entries = Math.max(0, this.get(partition, 'journalSeq') - held);
    const at = entries === 0 ? null : this.#times.at(partition, held + 1);
    return { entries, ms: at === null ? 0 : Math.max(0, now - at) };
  }

  /**
   * Everything that was decided before this time is in SQL; 0 where that is not known.
   * @param isAll - whether all that was decided is journaled
   */
  sqlHasBefore(partition: number, isAll: boolean): number {
    if (this.get(partition, 'sqlKnown') === 0) return 0;
    const seq = this.get(partition, 'sqlSeq');
    if (isAll && seq >= this.get(partition, 'journalSeq')) return Number.POSITIVE_INFINITY;
    // No event of a later entry is from before its last one.
    return this.#times.at(partition, seq) ?? 0;
  }

  /** When the projector last reported that it runs, or else was started. */
  get projectorBeatAt(): number {
    return this.#cells[projectorBeatCell]!;
  }

  set projectorBeatAt(at: number) {
    this.#cells[projectorBeatCell] = at;
  }

  /**
   * Until when, by the steady clock, no other engine can have taken what this one owns; 0 where an engine
   * is alone, and nobody ever can. Written by main.
   */
  get leaseEndsAt(): number {
    return this.#cells[leaseCell]!;
  }

  set leaseEndsAt(at: number) {
    this.#cells[leaseCell] = at;
  }

  /** Whether orders may leave the memory: all engines know what that is. Written by main. */
  get archives(): boolean {
    return this.#cells[archivesCell] === 1;
  }

  set archives(archives: boolean) {
    this.#cells[archivesCell] = archives ? 1 : 0;
  }

  /** Hot path: whether this engine owns a partition, or is about to: what it tells the others. */
  owns(partition: number): boolean {
    return this.#cells[partition * words + elsewhereCell] === 0;
  }

  mode(partition: number): PartitionMode {
    return partitionModes[this.#cells[partition * words]!]!;
  }

  /** Whether no other engine can have taken a partition from this one: what it knows is then all there is. */
  isLeased(steadyClock: Clock): boolean {
    const endsAt = this.leaseEndsAt;
    return endsAt === 0 || steadyClock() < endsAt;
  }

  /**
   * Hot path: whether the board may answer for a partition: it is not known to be behind the journal, its filter
   * knows all buyers, and, in a cluster, it was in step with the partition's owner a moment ago. `steadyClock` is the engine's.
   */
  boardAnswers(partition: number, steadyClock: Clock): boolean {
    const own = partition * words;
    if (this.#cells[own + behindCell] === 1 || this.#cells[own + unmarkedCell] === 1) return false;
    const staleAt = this.#cells[own + boardStaleCell]!;
    return staleAt === 0 || steadyClock() < staleAt;
  }

  /**
   * Whether the journal is known to have entries that the board does not show: another engine's,
   * or one that was stored late. It outlives the partition's thread, as the board does.
   */
  behind(partition: number): boolean {
    return this.#cells[partition * words + behindCell] === 1;
  }

  setMode(partition: number, mode: PartitionMode): void {
    this.#cells[partition * words] = partitionModes.indexOf(mode);
  }
}
