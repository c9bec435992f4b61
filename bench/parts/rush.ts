/**
 * The rush: many more buyers than units, all at once, some of whom send twice or ask again. Exactly the
 * available units must be sold, each to a different buyer.
 */
import { Chain } from '../../actors/journal/codec.ts';
import { openJournal } from '../../actors/journal/open.ts';
import { partitionOf } from '../../actors/protocol.ts';
import { postAll } from '../load/autocannon.ts';
import { writeBodies } from '../load/bodies.ts';
import {
  type Chart,
  emptyReport,
  type Part,
  reported,
  type Target,
  thousands,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, journalOf, startEngineServer } from '../servers/servers.ts';
import { openSale, orderBodies, type Sale, statementOf } from '../servers/shop.ts';
import { partitions } from './actor-thread.ts';

const units = 1_000;
const connections = 256;
/** Of a hundred requests, how many repeat the one right before, and how many an older one. */
const twinsPercent = 15;
const repeatsPercent = 10;

export const rush: Part = {
  name: 'rush',
  async run({ quick, progress }) {
    const buyers = quick ? 5_000 : 100_000;
    progress(`rush: ${thousands(buyers)} buyers for ${thousands(units)} units`);
    const engine = await startEngineServer();
    try {
      await rushOnce(engine, 2_000); // Compilers are warm after this.
      return { ...emptyReport(), ...(await rushOnce(engine, buyers)) };
    } finally {
      await engine.stop();
    }
  },
};

async function rushOnce(
  engine: EngineServer,
  buyers: number,
): Promise<{ targets: Target[]; charts: Chart[] }> {
  const sale = await openSale(engine, units);
  const bodies = withRepeats(orderBodies(sale, buyers));
  const files = writeBodies(engine.folder.file('bodies'), bodies);
  const url = `${engine.url}/api/orders`;
  const posted = await postAll({ url, connections, files });
  const { requests, statuses, unanswered, p99Ms, overTime } = posted;
  const { sold, held, left } = await statementOf(engine, sale.itemId);
  const { buyersServed, lastMs } = await placedInJournal(engine, sale);
  const counts = { sold: sold + held, left, created: statuses?.[201], buyersServed };
  const right = Object.values({ ...counts, left: left + units }).every((count) => count === units);
  if (!right || unanswered > 0 || requests !== bodies.length) {
    throw new WrongAnswer(`rush: ${JSON.stringify({ ...counts, unanswered, requests, statuses })}`);
  }
  const note = `${thousands(requests)} requests: ${JSON.stringify(statuses)}`;
  const exact: Target = {
    measurement: `rush of ${thousands(buyers)} buyers: units sold`,
    figure: thousands(counts.sold),
    value: counts.sold,
    target: `= ${thousands(units)}`,
    reached: true,
    note,
  };
  const targets = [
    exact,
    reported('rush: from the first order to the last unit', lastMs, ' ms', 'by the journal'),
    reported('rush: p99 of all answers', p99Ms, ' ms'),
  ];
  const chart: Chart = {
    title: 'Latency in the rush',
    xLabel: 'seconds since the sale began',
    yLabel: 'milliseconds',
    steps: false,
    lines: [
      { name: 'p50', points: overTime.map(({ atSeconds, p50Ms }) => [atSeconds, p50Ms]) },
      { name: 'p99', points: overTime.map((span) => [span.atSeconds, span.p99Ms]) },
    ],
  };
  return { targets, charts: [chart] };
}

function withRepeats(bodies: readonly string[]): string[] {
  const requests: string[] = [];
  for (const [index, body] of bodies.entries()) {
    requests.push(body);
    const lot = (index * 7) % 100;
    if (lot < twinsPercent) requests.push(body);
    else if (lot < twinsPercent + repeatsPercent) {
      requests.push(bodies[Math.floor(Math.random() * (index + 1))]!);
    }
  }
  return requests;
}

/** Distinct users with an order in the journal, and the time between the first order and the last. */
async function placedInJournal(
  engine: EngineServer,
  { itemId }: Sale,
): Promise<{ buyersServed: number; lastMs: number }> {
  const journal = await openJournal(journalOf(engine), partitions, { readonly: true });
  const partition = partitionOf(itemId, partitions);
  const chain = new Chain(partition);
  const users = new Set<number>();
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for await (const { sequence, bytes } of journal.read(partition, 1)) {
    const entry = chain.next(sequence, bytes);
    for (const event of entry.events) {
      if (event.type !== 'placed' || event.item !== itemId) continue;
      users.add(event.user);
      first = Math.min(first, event.at ?? entry.at);
      last = Math.max(last, event.at ?? entry.at);
    }
  }
  await journal.close();
  return { buyersServed: users.size, lastMs: last - first };
}
