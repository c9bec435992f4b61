/** Has the archivist's thread there while a snapshot is due: it takes 20 MB of memory that an engine seldom needs. */
import { wallClock } from '../actors/clock.ts';
import type { Positions } from '../actors/memory/positions.ts';
import { dueSnapshots, type SnapshotTerms } from '../actors/snapshot/due.ts';
import type { ArchivistThread } from './engine-threads.ts';

export class ArchivistWatch {
  #thread: ArchivistThread | null = null;
  readonly #looking: Timer;

  constructor(
    private readonly partitions: number,
    private readonly positions: Positions,
    private readonly terms: SnapshotTerms,
    private readonly start: (idle: () => void) => ArchivistThread,
  ) {
    this.#looking = setInterval(() => this.#look(), terms.lookMs);
  }

  /** The thread; null while none is due. */
  get thread(): ArchivistThread | null {
    return this.#thread;
  }

  /** No more snapshots are begun; the thread is still to be drained. */
  stop(): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    if (this.#thread !== null || !this.#isAnyDue()) return;
    const thread = this.start(() => {
      // It may have said so twice, and another may have been started since.
      if (this.#thread !== thread) return;
      this.#thread = null;
      thread.leave({ type: 'drain' });
    });
    this.#thread = thread;
  }

  #isAnyDue(): boolean {
    return dueSnapshots(this.partitions, this.positions, wallClock, this.terms).length > 0;
  }
}
