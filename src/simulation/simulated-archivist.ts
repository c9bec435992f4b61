/** The archivist thread of a simulated engine: it reads the journal, and stores a snapshot, when it is told to. */
import { JournalShort, JournalUnavailable } from '../../actors/journal/journal.ts';
import { type ArchivistWorld, takeSnapshot } from '../../actors/snapshot/archivist.ts';
import { SnapshotsUnavailable } from '../../actors/snapshot/store.ts';
import type { EngineMemory } from './engine-memory.ts';
import { SimulatedJournal } from './faulty-journal.ts';
import type { Surroundings } from './surroundings.ts';

export class SimulatedArchivist {
  /** What the scheduler knows the thread by. */
  readonly #thread = {};
  readonly #world: ArchivistWorld;
  readonly #busy = new Set<number>();

  constructor(
    memory: EngineMemory,
    private readonly around: Surroundings,
  ) {
    const { store, snapshots, plants, scheduler, trace } = around;
    const thread = this.#thread;
    const opened = snapshots.openedBy(thread);
    this.#world = {
      journal: new SimulatedJournal(store, thread),
      snapshots: plants.snapshots?.(opened, store) ?? opened,
      positions: memory.positions,
      pace: () => scheduler.pause(thread, 'the archivist goes on', 0),
      // How long it took is another time each time.
      log: (level, message, { ms: _, ...details }) =>
        trace(`${memory.name} archivist ${level}: ${message} ${JSON.stringify(details)}`),
    };
  }

  /** Begins with a snapshot of some partition. */
  take(): void {
    const { around } = this;
    const partition = around.random.below(around.partitions);
    if (this.#busy.has(partition)) return;
    this.#busy.add(partition);
    const over = () => this.#busy.delete(partition);
    takeSnapshot(partition, this.#world).then(over, (error) => {
      over();
      const passing = [SnapshotsUnavailable, JournalUnavailable, JournalShort];
      if (!passing.some((kind) => error instanceof kind)) around.fail(error);
    });
  }

  /** Nothing of this thread ever runs again. */
  crash(): void {
    this.around.scheduler.cancel(this.#thread);
  }
}
