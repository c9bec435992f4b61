/**
 * How long a partition waits before it reads its journal again, and what it may believe meanwhile. One
 * `Patience` serves one recovery, from its first try to the one that succeeds.
 *
 * A journal that answers short is not believed at once: where several servers keep it, one whose leader
 * has just changed may know less than was acknowledged, for a moment. Only when it has answered so for
 * `shortConfirmMs`, each time it was asked, does it count as damaged. A damaged journal is read again as
 * well, at pauses that grow, for as long as it may heal.
 */
import { JournalCorrupt, JournalShort } from '../journal/journal.ts';
import {
  recoveryPauseMs,
  recoveryPauseMsMax,
  refusalPauseMs,
  refusalPauseMsMax,
  shortConfirmMs,
} from '../limits.ts';

/** What a try to recover has shown of the journal. */
export type Trouble = 'away' | 'short' | 'damaged';

export class Patience {
  #trouble: Trouble | null = null;
  #pauseMs = 0;
  /** How long the journal has answered nothing but short, by the pauses between its answers. */
  #shortMs = 0;

  constructor(private readonly mayHeal: boolean) {}

  /** How long to wait before the next try; Infinity when none can help. */
  get pauseMs(): number {
    return this.#trouble === 'damaged' && !this.mayHeal ? Number.POSITIVE_INFINITY : this.#pauseMs;
  }

  /** What was the matter at the last try; null before the first has failed. */
  get trouble(): Trouble | null {
    return this.#trouble;
  }

  /** Judges a try that failed. */
  failed(error: unknown): Trouble {
    const trouble = this.#judge(error);
    const again = trouble === this.#trouble;
    this.#trouble = trouble;
    const [first, max] =
      trouble === 'damaged'
        ? [refusalPauseMs, refusalPauseMsMax]
        : [recoveryPauseMs, recoveryPauseMsMax];
    this.#pauseMs = again ? Math.min(this.#pauseMs * 2, max) : first;
    return trouble;
  }

  #judge(error: unknown): Trouble {
    if (error instanceof JournalCorrupt) return 'damaged';
    if (!(error instanceof JournalShort)) {
      this.#shortMs = 0;
      return 'away';
    }
    if (this.#trouble === 'damaged' || !this.mayHeal) return 'damaged';
    if (this.#trouble === 'short') this.#shortMs += this.#pauseMs;
    return this.#shortMs >= shortConfirmMs ? 'damaged' : 'short';
  }
}
