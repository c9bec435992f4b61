/** The core: orders straight into an actor thread's mailbox, each answered only when it is fsynced. */
import { temporaryFolder } from '../../actors/testing/process.ts';
import { emptyReport, median, type Part, reported, thousands } from '../report/report.ts';
import { startActorThread } from './actor-thread.ts';

export const core: Part = {
  name: 'core',
  async run({ quick, progress }) {
    const orders = quick ? 300_000 : 1_000_000;
    const figures: number[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      progress(`core: round ${round + 1}, ${thousands(orders)} orders`);
      figures.push(await ordersPerSecond(orders));
    }
    const note = `one item; each round: ${figures.map(thousands).join(', ')}`;
    const name = 'core: accepted orders, fsynced';
    return { ...emptyReport(), targets: [reported(name, median(figures), '/s', note)] };
  },
};

async function ordersPerSecond(orders: number): Promise<number> {
  const folder = temporaryFolder();
  try {
    const { feeder, stop } = await startActorThread(folder.file('journal.db'));
    await feeder.openSales(1, 2 * orders);
    await feeder.place(orders / 4, 1); // Compilers are warm after this.
    const startedAt = performance.now();
    await feeder.place(orders, 1);
    const seconds = (performance.now() - startedAt) / 1000;
    await stop();
    return orders / seconds;
  } finally {
    folder.remove();
  }
}
