/**
 * Where each partition stands, in shared memory: written by its actor thread and the projector,
 * read by health checks, statements and metrics. Sequences, counts and milliseconds.
 */
import { partitionsMax } from '../limits.ts';

/** What a partition's actor is doing; `partition.ts` describes the modes. */
export const partitionModes = [
  'recovering',
  'ready',
  'unavailable',
  'fenced',
  'refusing',
  'stopped',
] as const;
export type PartitionMode = (typeof partitionModes)[number];

const cells = [
  'mode',
  /** 1 while the journal is known to have entries that the board does not show. */
  'behind',
  /** Last sequence known to be durable. */
  'journalSeq',
  /** The projector's checkpoint. */
  'sqlSeq',
  'replicaSeq',
  /** When SQL last took an entry, or was found to stand where it does; by the engine's clock. */
  'sqlMovedAt',
  'recoveries',
  'fences',
  'appendErrors',
  /** 1 while the journal does not answer probes. */
  'journalSilent',
  /** Entries, events in them, and the milliseconds their appends took, since the engine started. */
  'entries',
  'events',
  'appendMs',
  /** 1 while the replica cannot be written. */
  'replicaSilent',
  /** How far the partition's time is ahead of a wall clock that was set back: it stands still. */
  'aheadMs',
] as const;
type Cell = (typeof cells)[number];

const behindCell = cells.indexOf('behind');

/** A power of two that holds all cells, so that no partition's begin in the middle of a cache line. */
const words = 2 ** Math.ceil(Math.log2(cells.length));

export class Positions {
  static readonly bytes = (partitionsMax + 1) * words * 8;
  readonly #cells: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Float64Array(memory);
  }

  get(partition: number, cell: Exclude<Cell, 'mode'>): number {
    return this.#cells[partition * words + cells.indexOf(cell)]!;
  }

  set(partition: number, cell: Exclude<Cell, 'mode'>, value: number): void {
    this.#cells[partition * words + cells.indexOf(cell)] = value;
  }

  add(partition: number, cell: Exclude<Cell, 'mode'>, value: number): void {
    this.set(partition, cell, this.get(partition, cell) + value);
  }

  /** When the projector last reported that it runs; 0 until it has. */
  get projectorBeatAt(): number {
    return this.#cells[partitionsMax * words]!;
  }

  set projectorBeatAt(at: number) {
    this.#cells[partitionsMax * words] = at;
  }

  mode(partition: number): PartitionMode {
    return partitionModes[this.#cells[partition * words]!]!;
  }

  /**
   * Hot path: whether the journal is known to have entries that the board does not show: another engine's,
   * or one that was stored late. It outlives the partition's thread, as the board does.
   */
  behind(partition: number): boolean {
    return this.#cells[partition * words + behindCell] === 1;
  }

  setMode(partition: number, mode: PartitionMode): void {
    this.#cells[partition * words] = partitionModes.indexOf(mode);
  }
}
