/**
 * What a long history costs: one journal of a million orders, made by a real actor thread, is
 * projected into SQL, audited, recovered from by a starting engine, and weighed in memory.
 */
import { temporaryFolder } from '../src/testing/process.ts';
import { startActorThread } from './actor-thread.ts';
import { memory } from './memory.ts';
import { projector } from './projector.ts';
import { recovery } from './recovery.ts';
import { replay } from './replay.ts';
import { emptyReport, type Part } from './report.ts';

export const history: Part = {
  name: 'history',
  async run({ quick, progress }) {
    const orders = quick ? 100_000 : 1_000_000;
    const folder = temporaryFolder();
    try {
      progress('history: making the journal');
      await makeJournal(folder.file('journal.db'), orders);
      const report = emptyReport();
      for (const step of [replay, projector, recovery, memory]) {
        progress(`history: ${step.name}`);
        try {
          report.targets.push(...(await step(folder, orders)));
        } catch (error) {
          report.failures.push(`${step.name}: ${error}`);
        }
      }
      return report;
    } finally {
      folder.remove();
    }
  },
};

/** Eight items, one in each partition, with the same number of orders. */
async function makeJournal(path: string, orders: number): Promise<void> {
  const items = 8;
  const { feeder, stop } = await startActorThread(path);
  await feeder.openSales(items, orders);
  await feeder.place(orders, items);
  await stop();
}
