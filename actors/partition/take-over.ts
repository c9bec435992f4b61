/**
 * How an engine becomes the owner of a partition that it has followed: it reads what it has not heard yet,
 * and appends a barrier. From that on whatever the old owner still has on its way is refused (I5).
 */
import { Fenced, isJournalFault } from '../journal/journal.ts';
import { takeOverTriesMax } from '../limits.ts';
import { Patience } from './patience.ts';
import type { Recovered } from './recovered.ts';
import { catchUp, type ReadingWorld, writeBarrier } from './recovery.ts';

/**
 * - `taken`: the barrier stands.
 * - `unwanted`: `wanted` turned false in the meantime.
 * - `written`: another engine goes on writing, so that the barrier was refused each time.
 * - `damaged`: the copy cannot be gone on from; the journal must be read from its start.
 */
export type TakeOver = 'taken' | 'unwanted' | 'written' | 'damaged';

/**
 * Tries until it comes to an end.
 * @param failed - is told of each try in vain.
 * @throws what is no fault of the journal.
 */
export async function takeOver(
  recovered: Recovered,
  world: ReadingWorld & { writer: string; sleep(ms: number): Promise<void> },
  wanted: () => boolean,
  failed: (error: Error) => void,
): Promise<TakeOver> {
  const patience = new Patience(world.journal.mayHeal);
  for (let refused = 0; ; ) {
    try {
      if (!(await catchUp(recovered, world, wanted))) return 'unwanted';
      await writeBarrier(recovered.chain.partition, world, recovered);
      return wanted() ? 'taken' : 'unwanted';
    } catch (error) {
      if (!isJournalFault(error)) throw error;
      if (!wanted()) return 'unwanted';
      failed(error);
      // The old owner's last entries come before the barrier: they are read, and it is tried again.
      if (error instanceof Fenced) {
        if (++refused === takeOverTriesMax) return 'written';
        continue;
      }
      if (patience.failed(error) === 'damaged') return 'damaged';
    }
    await world.sleep(patience.pauseMs);
    if (!wanted()) return 'unwanted';
  }
}
