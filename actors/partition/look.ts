/**
 * How a partition looks at its journal between commands: whether another engine has written, or the
 * journal has become shorter than what is known to be in it.
 */

import type { Sequence } from '../events.ts';
import { Fenced, type Journal, JournalCorrupt, JournalShort } from '../journal/journal.ts';
import { probeMs, shortConfirmMs } from '../limits.ts';
import type { Positions } from '../memory/positions.ts';
import type { Decider } from './decider.ts';
import { readBarriers } from './recovery.ts';

/** So many looks in a row, one each `probeMs`, must have found the journal short before it counts. */
const shortLooksMax = Math.ceil(shortConfirmMs / probeMs);

export interface LookoutWorld {
  journal: Journal;
  positions: Pick<Positions, 'get' | 'add'>;
  /** Null where the engine is alone. */
  cluster: object | null;
}

export class Lookout {
  /** Looks in a row that found the journal shorter than what is known to be in it. */
  #shortLooks = 0;

  /** @param failed - called when a look has found that the partition must recover, and why. */
  constructor(
    private readonly partition: number,
    private readonly world: LookoutWorld,
    private readonly failed: (error: Error) => void,
  ) {}

  /**
   * Finds out before a command does that another engine has written: anything this one answers from
   * then on would be out of date. It also finds an append that was stored after its time-out. A mere
   * barrier makes nothing untrue, and is passed: two idle engines would else fence each other for ever.
   * What it finds is worth nothing where `ready` has begun to append meanwhile, or `current` is false of
   * it: the partition has recovered, or does so.
   * @throws JournalUnavailable
   */
  async look(ready: Decider, current: () => boolean): Promise<void> {
    if (!ready.idle) return;
    const { partition, world } = this;
    const standing = world.positions.get(partition, 'journalSeq');
    const rested = () =>
      current() && ready.idle && world.positions.get(partition, 'journalSeq') === standing;
    const last = await world.journal.last(partition);
    if (!rested()) return;
    if (last < standing) return this.#foundShort(last, standing);
    this.#shortLooks = 0;
    if (last === standing) return;
    try {
      // In a cluster a barrier is how another engine has taken the partition.
      const barriers =
        world.cluster === null ? await readBarriers(partition, world.journal, standing + 1) : null;
      if (!rested()) return;
      for (const barrier of barriers ?? []) ready.pass(barrier);
      // Without any, the reading was answered by a server that knows less: the next look tells.
      if (barriers !== null) return;
      world.positions.add(partition, 'fences', 1);
      this.failed(new Fenced(partition, standing));
    } catch (error) {
      if (!(error instanceof JournalCorrupt)) throw error;
      if (rested()) this.failed(error);
    }
  }

  /**
   * Nobody has written, and what is decided meanwhile is safe: an append that the journal does not take
   * is never answered. So work goes on until the journal has said so for seconds.
   */
  #foundShort(last: Sequence, known: Sequence): void {
    if (++this.#shortLooks <= shortLooksMax) return;
    this.#shortLooks = 0;
    this.failed(new JournalShort(this.partition, last, known));
  }
}
