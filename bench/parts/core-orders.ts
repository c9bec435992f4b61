/** Orders straight into the mailboxes of actor threads, each answered only when it is fsynced. */
import { temporaryFolder } from '../../actors/testing/process.ts';
import { cpuTimes, mainThreadNanos } from '../servers/cpu.ts';
import { journalAt, startActorThreads } from './actor-thread.ts';
import { Feeder } from './feeder.ts';

interface CoreOrders {
  perSecond: number;
  /** Of the actor threads, for an order. */
  actorMicros: number;
  /** Share of the time that the thread which feeds them was on a core, 0 to 1. */
  feederBusy: number;
}

/** Places orders for so many items of each thread, on a journal of their own. */
export async function coreOrders(
  orders: number,
  { threads, items }: { threads: number; items: number },
): Promise<CoreOrders> {
  const folder = temporaryFolder();
  try {
    const path = folder.file('journal');
    const { feeders, stop } = await startActorThreads(
      {
        journal: journalAt(path, threads),
        snapshotsFolder: folder.file('snapshots'),
        retainMs: Number.POSITIVE_INFINITY,
      },
      threads,
    );
    for (const feeder of feeders) await feeder.openSales(items, 2 * orders);
    await Feeder.placeTogether(feeders, orders / 4, items); // Compilers are warm after this.
    const actorBefore = cpuTimes(process.pid).actor;
    const feederBefore = mainThreadNanos();
    const startedAt = performance.now();
    await Feeder.placeTogether(feeders, orders, items);
    const seconds = (performance.now() - startedAt) / 1000;
    const actorNanos = cpuTimes(process.pid).actor - actorBefore;
    const feederBusy = (mainThreadNanos() - feederBefore) / 1e9 / seconds;
    await stop();
    return { perSecond: orders / seconds, actorMicros: actorNanos / 1000 / orders, feederBusy };
  } finally {
    folder.remove();
  }
}
