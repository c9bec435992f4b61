/**
 * How far a partition's journal has been told: its checkpoint stands behind the last entry before which every
 * event is settled, that is delivered, given up, or noted in SQL with the tries that it still needs.
 */
import type { Checkpoint } from '../db/projection.ts';

/** An entry that was read; `open` counts its events that are not settled. */
export interface ReadEntry extends Checkpoint {
  open: number;
}

export class Progress {
  readonly #entries: ReadEntry[] = [];
  #stands: Checkpoint;

  constructor(stands: Checkpoint) {
    this.#stands = stands;
  }

  /** Takes the next entry of the partition, which has so many events to tell of. */
  read(checkpoint: Checkpoint, events: number): ReadEntry {
    const entry = { seq: checkpoint.seq, hash: checkpoint.hash, open: events };
    this.#entries.push(entry);
    return entry;
  }

  /** Where the checkpoint may stand now. */
  checkpoint(): Checkpoint {
    const settled = this.#entries.findIndex(({ open }) => open > 0);
    const count = settled === -1 ? this.#entries.length : settled;
    if (count > 0) {
      const { seq, hash } = this.#entries[count - 1]!;
      this.#stands = { seq, hash };
      this.#entries.splice(0, count);
    }
    return this.#stands;
  }
}
