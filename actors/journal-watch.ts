/**
 * Finds out before an order does that the journal takes no entries, that it cannot be trusted, or that
 * another engine writes it. What it finds is in `Positions` for health checks, and is logged with its cause
 * whenever it changes.
 */
import { isJournalFault, JournalCorrupt } from './journal/journal.ts';
import type { Positions } from './memory/positions.ts';
import type { Partition } from './partition/partition.ts';
import type { PartitionWorld } from './partition/world.ts';

interface WatchWorld {
  /** Asks the journal, as `OpenedJournal.probe` does. */
  probe(): Promise<void>;
  positions: Positions;
  partitions: readonly Partition[];
  log: PartitionWorld['log'];
}

/** What a look may find; anything but `answers` counts as silent. */
type Finding = 'answers' | 'takes no entries' | 'cannot be trusted';

export class JournalWatch {
  #found: Finding = 'answers';
  #looking = false;
  #stopped = false;

  constructor(private readonly world: WatchWorld) {}

  /**
   * Looks once; does nothing while an earlier look is still under way.
   * @throws what is no fault of the journal: a broken invariant, which must end the thread.
   */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const fault = await this.#fault();
    this.#looking = false;
    if (!this.#stopped) this.#note(fault);
  }

  /** From now on, what a look finds is ignored: the journal is being closed. */
  stop(): void {
    this.#stopped = true;
  }

  async #fault(): Promise<Error | null> {
    const { probe, partitions } = this.world;
    try {
      await probe();
      await Promise.all(partitions.map((partition) => partition.look()));
      return null;
    } catch (error) {
      if (!isJournalFault(error)) throw error;
      return error;
    }
  }

  #note(fault: Error | null): void {
    const { positions, partitions, log } = this.world;
    for (const { partition } of partitions) {
      positions.set(partition, 'journalSilent', fault === null ? 0 : 1);
    }
    const found = findingOf(fault);
    if (found === this.#found) return;
    this.#found = found;
    const untrusted = found === 'cannot be trusted';
    const level = fault === null ? 'info' : untrusted ? 'error' : 'warning';
    log(level, `the journal ${found}`, fault === null ? {} : { error: String(fault) });
  }
}

function findingOf(fault: Error | null): Finding {
  if (fault === null) return 'answers';
  return fault instanceof JournalCorrupt ? 'cannot be trusted' : 'takes no entries';
}
