/**
 * Whether somebody writes a partition who is no engine of this cluster that is known: an engine of an earlier
 * version, or one whose beats do not get through. Whoever would take the partition lets it finish.
 */
import { fencedMs } from '../limits.ts';

export class Strangers {
  /** By partition: who wrote its last entries, where anybody has since this engine follows it. */
  readonly #writers = new Map<number, string>();
  readonly #seen = new Map<number, { seq: number; growsAt: number }>();

  wrote(partition: number, writer: string): void {
    this.#writers.set(partition, writer);
  }

  /**
   * Takes how far a partition's journal has come, at a time of the steady clock. What it has when this is
   * called first was written at any time: call it once the journal has been read.
   */
  look(partition: number, seq: number, at: number): void {
    const seen = this.#seen.get(partition);
    if (seen === undefined) this.#seen.set(partition, { seq, growsAt: Number.NEGATIVE_INFINITY });
    else if (seq > seen.seq) this.#seen.set(partition, { seq, growsAt: at });
  }

  /** Who has written the partition within `fencedMs` and is not known; null where nobody has. */
  writing(partition: number, isKnown: (id: string) => boolean, now: number): string | null {
    const writer = this.#writers.get(partition);
    const seen = this.#seen.get(partition);
    if (writer === undefined || seen === undefined || isKnown(writer)) return null;
    return now - seen.growsAt < fencedMs ? writer : null;
  }
}
