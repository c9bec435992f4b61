/** A history in the streams of a cluster, before its engines start. */
import type { JournalSettings } from '../../../actors/journal/open.ts';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { stock } from '../../servers/shop.ts';
import { partitions, startActorThreadOn } from '../actor-thread.ts';

/** Beyond those of the catalogue, which knows nothing of the history. */
const itemOffset = 100_000;
const promoOfHistory = 100_000;

/** Sells in every partition what the engines then have as their history. */
export async function growHistory(journal: JournalSettings, orders: number): Promise<void> {
  const folder = temporaryFolder();
  try {
    const snapshotsFolder = folder.file('snapshots');
    const { feeder, stop } = await startActorThreadOn(journal, { snapshotsFolder, itemOffset });
    for (let number = 1; number <= partitions; number++)
      await feeder.openSale(number, stock, { promo: promoOfHistory });
    await feeder.sell(orders, partitions, { of: promoOfHistory });
    await stop();
  } finally {
    folder.remove();
  }
}
