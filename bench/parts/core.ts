/** The core: orders straight into an actor thread's mailbox, each answered only when it is fsynced. */
import { atLeast, emptyReport, median, type Part, thousands } from '../report/report.ts';
import { coreOrders } from './core-orders.ts';

const leastPerSecond = 1_000_000;

export const core: Part = {
  name: 'core',
  async run({ quick, progress }) {
    const orders = quick ? 300_000 : 1_000_000;
    const figures: number[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      progress(`core: round ${round + 1}, ${thousands(orders)} orders`);
      const { perSecond } = await coreOrders(orders, { threads: 1, items: 1 });
      figures.push(perSecond);
    }
    const note = `one item; each round: ${figures.map(thousands).join(', ')}`;
    const name = 'core: accepted orders, fsynced';
    return {
      ...emptyReport(),
      targets: [atLeast(name, median(figures), leastPerSecond, '/s', note)],
    };
  },
};
