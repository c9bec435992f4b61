/** What outlives an engine's thread, but not its process. */

import type { Sequence } from '../../actors/events.ts';
import type { Board } from '../../actors/memory/board.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { lookAtFilter } from '../buyer-filter-watch.ts';
import type { Letter } from './letter.ts';

export class EngineMemory {
  readonly positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  /** How often its thread has been started. */
  lives = 0;
  /** Commands that no thread has taken yet. */
  readonly mail: Letter[] = [];
  /** How far the clock is from the simulation's time, and when it was last set. */
  clockOffsetMs = 0;
  clockSetAt = 0;
  /** How far the engine's steady clock is from the simulation's time. */
  steadyOffsetMs = 0;
  /** When its process last went on, or will, after it was stopped. */
  frozenUntil = 0;
  /**
   * By partition: how often another engine was found to have written, and the recoveries until then.
   */
  readonly #fences: number[] = [];
  readonly #recoveriesBefore: number[] = [];

  /** @param writer - id of the process, which all lives of its thread write into their entries. */
  constructor(
    readonly name: string,
    readonly writer: string,
    readonly board: Board,
  ) {}

  /** As main does now and then: the filter of buyers is made anew, and answers when every partition is in it. */
  renewFilter(partitions: number): void {
    const { board, positions } = this;
    lookAtFilter({ buyers: board.buyers, positions, partitions }, 0, 0);
  }

  noteFence(partition: number): void {
    const count = this.positions.get(partition, 'fences');
    if (count > (this.#fences[partition] ?? 0)) {
      this.#recoveriesBefore[partition] = this.positions.get(partition, 'recoveries');
    }
    this.#fences[partition] = count;
  }

  /**
   * The least entry that an answer from the board must rest on: the last one acknowledged here, or the
   * last of all once it is known here that another engine writes, until that has been read.
   */
  answersFor(partition: number, last: Sequence): Sequence {
    const recoveries = this.positions.get(partition, 'recoveries');
    const behind = this.#recoveriesBefore[partition] === recoveries;
    return behind ? last : this.positions.get(partition, 'journalSeq');
  }
}
