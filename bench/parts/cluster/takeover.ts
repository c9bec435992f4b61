/**
 * How long a sale rests when its engine dies, and what buyers see when one leaves or joins: the engine that
 * owns a hot item is killed and stopped in turn, and started again each time, while buyers come at an even
 * pace for an item in each partition.
 */
import { waitUntil } from '../../../actors/testing/process.ts';
import {
  atMost,
  type BenchSettings,
  emptyReport,
  type FigureTable,
  median,
  type Part,
  quantile,
  reported,
  type Target,
  thousands,
  WrongAnswer,
} from '../../report/report.ts';
import {
  type Cluster,
  type OwnersByPartition,
  untilSettled,
  untilSteady,
  withCluster,
} from '../../servers/cluster.ts';
import { openSale, type Sale, statementOf, stock } from '../../servers/shop.ts';
import {
  type Change,
  countAnswers,
  firstSoldAfter,
  type Kind,
  kinds,
  type Seen,
  seenOf,
} from './changes.ts';
import { growHistory } from './history.ts';
import { SteadyBuyers } from './steady-buyers.ts';

const replicas = 3;
const dayOfSeconds = 86_400;
/** What was sold before: the same must hold after it. */
const historyOrders = 1_000_000;
const historyOfQuick = 20_000;
const mostMedianMs = 1_500;
const mostMs = 2_500;
/** An engine that was ended stays away for so long after all is sold again. */
const pauseMs = 1_000;

export const takeover: Part = {
  name: 'takeover',
  cluster: true,
  async run({ quick, progress }) {
    const seen = await withCluster(replicas, (cluster) =>
      seenIn(cluster, quick ? 2 : 20, progress),
    );
    const orders = quick ? historyOfQuick : historyOrders;
    progress(`takeover: selling ${thousands(orders)} orders`);
    const afterYears = await withCluster(
      replicas,
      (cluster) => seenIn(cluster, quick ? 1 : 5, progress),
      (journal) => growHistory(journal, orders),
    );
    const tables = [timeTable(seen), answerTable(seen)];
    const targets = [...targetsOf(seen), ...targetsAfter(orders, afterYears)];
    return { ...emptyReport(), tables, targets };
  },
};

async function seenIn(
  cluster: Cluster,
  cycles: number,
  progress: BenchSettings['progress'],
): Promise<Record<Kind, Seen>> {
  const trial = await Trial.begin(cluster);
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const how of ['killed', 'stopped'] as const) {
      progress(`takeover: an engine is ${how}, ${cycle + 1} of ${cycles}`);
      await trial.end(how);
      await trial.startAgain();
    }
  }
  return await trial.finish();
}

class Trial {
  readonly #changes: Change[] = [];
  readonly #buyers: SteadyBuyers;
  /** Number of the engine that was ended last. */
  #ended = 0;

  private constructor(
    private readonly cluster: Cluster,
    /** The first is of the hot item. */
    private readonly sales: readonly Sale[],
    private owners: OwnersByPartition,
  ) {
    this.#buyers = new SteadyBuyers(sales);
    this.#buyers.urls = cluster.engines.map(({ url }) => url);
  }

  /** Puts an item of each partition on sale. */
  static async begin(cluster: Cluster): Promise<Trial> {
    const { length: partitions } = await untilSteady(cluster);
    const sales: Sale[] = [];
    const terms = { payWindowSeconds: dayOfSeconds };
    while (sales.length < partitions) sales.push(await openSale(cluster.engines[0]!, stock, terms));
    return new Trial(cluster, sales, await untilSteady(cluster));
  }

  get #hot(): number {
    return this.sales[0]!.itemId;
  }

  /** Ends the engine that owns the hot item; resolves a while after all that it owned is sold again. */
  async end(how: 'killed' | 'stopped'): Promise<void> {
    const { engines } = this.cluster;
    this.#ended = this.owners[this.#hot % this.owners.length]!;
    const engine = engines[this.#ended]!;
    const items = this.#itemsOf(this.#ended);
    this.#buyers.urls = engines.filter((each) => each !== engine).map(({ url }) => url);
    const [from, answered] = [performance.now(), this.#buyers.asked.length];
    await (how === 'killed' ? engine.process.kill() : engine.process.stop());
    await waitUntil('all is sold again', () => {
      const asked = this.#buyers.asked.slice(answered);
      return items.every((item) => firstSoldAfter(asked, item, from) !== null);
    });
    await Bun.sleep(pauseMs);
    this.#changes.push({ kind: how, from, to: performance.now(), items });
  }

  /** Starts it again; resolves when it has what it is to own. */
  async startAgain(): Promise<void> {
    const { cluster } = this;
    const from = performance.now();
    await cluster.restart(this.#ended);
    this.#buyers.urls = cluster.engines.map(({ url }) => url);
    this.owners = await untilSteady(cluster);
    const items = this.#itemsOf(this.#ended);
    this.#changes.push({ kind: 'started', from, to: performance.now(), items });
  }

  /** @throws WrongAnswer where an order is not there that a buyer was told of, or more than were asked for. */
  async finish(): Promise<Record<Kind, Seen>> {
    await this.#buyers.stop();
    await untilSettled(this.cluster);
    const { asked } = this.#buyers;
    for (const { itemId } of this.sales) {
      const ofItem = asked.filter((each) => each.itemId === itemId);
      const sold = ofItem.filter(({ code }) => code === 201).length;
      const { held } = await statementOf(this.cluster.engines[0]!, itemId);
      if (held < sold || held > ofItem.length) {
        throw new WrongAnswer(`takeover: ${sold} answers of success, but ${held} units held`);
      }
    }
    return seenOf(this.#changes, asked, this.#hot);
  }

  #itemsOf(engine: number): number[] {
    const { owners, sales } = this;
    const owned = sales.filter(({ itemId }) => owners[itemId % owners.length] === engine);
    return owned.map(({ itemId }) => itemId);
  }
}

const names: Record<Kind, string> = {
  killed: 'an engine is killed: until its partition sells again',
  stopped: 'an engine leaves on SIGTERM: the longest that a buyer waits',
  started: 'an engine joins: the longest that a buyer waits',
};

function timeTable(seen: Record<Kind, Seen>): FigureTable {
  const rows = kinds.flatMap((kind) => {
    const { ms, hotMs, lastMs } = seen[kind];
    const measured: [string, number[]][] = [
      ['each partition that changed hands', ms],
      ['the hot item', hotMs],
      ['the last partition each time', lastMs],
    ];
    return measured
      .filter(([, values]) => values.length > 0)
      .map(([of, values]) => [
        `${names[kind]}; ${of}`,
        `${values.length}`,
        ...[median(values), quantile(values, 0.9), Math.max(...values)].map((value) =>
          value.toFixed(0),
        ),
      ]);
  });
  return {
    title: `Partitions that change hands, three engines, ${replicas} replicas: ms`,
    head: ['what', 'times', 'median', 'p90', 'most'],
    rows,
    note:
      'Buyers come every 25 ms for an item of each partition. An engine that is killed or stopped gets no new ' +
      'requests from then on, as behind a balancer that knows.',
  };
}

function answerTable(seen: Record<Kind, Seen>): FigureTable {
  const counts = kinds.map((kind) => countAnswers(seen[kind].asked));
  const codes = [...new Set(counts.flatMap((each) => [...each.keys()]))].toSorted();
  return {
    title: 'What buyers were answered meanwhile',
    head: ['while', ...codes],
    rows: kinds.map((kind, index) => [
      names[kind].split(':')[0]!,
      ...codes.map((code) => `${counts[index]!.get(code) ?? 0}`),
    ]),
    note:
      '30002: the partition has no owner now. 10004: nobody knows, and the same token finds out. No answer: the ' +
      'connection broke, of those who were asking an engine when it was killed.',
  };
}

/** A long history is in the journal: what follows it warm takes over as fast. */
function targetsAfter(orders: number, { killed, stopped, started }: Record<Kind, Seen>): Target[] {
  const after = `after ${thousands(orders)} orders`;
  const sold = `takeover ${after}: an engine killed, until a partition sells again,`;
  return [
    atMost(`${sold} median`, median(killed.ms), mostMedianMs, ' ms'),
    atMost(`${sold} most`, Math.max(...killed.ms), mostMs, ' ms'),
    notServed(`hand-over ${after}: not served while an engine leaves`, stopped),
    notServed(`hand-over ${after}: not served while an engine joins`, started),
  ];
}

function notServed(measurement: string, { asked }: Seen): Target {
  const refused = asked.filter(({ code }) => code !== 201).length;
  return atMost(measurement, refused, 0, '', `of ${asked.length}`);
}

function targetsOf({ killed, stopped, started }: Record<Kind, Seen>): Target[] {
  const sold = 'takeover: an engine killed, until a partition sells again,';
  const waits = 'hand-over: the longest that a buyer waits, median,';
  return [
    atMost(`${sold} median`, median(killed.ms), mostMedianMs, ' ms'),
    atMost(`${sold} most`, Math.max(...killed.ms), mostMs, ' ms'),
    notServed('hand-over: not served while an engine leaves', stopped),
    notServed('hand-over: not served while an engine joins', started),
    reported(`${waits} while an engine leaves`, median(stopped.ms), ' ms'),
    reported(`${waits} while an engine joins`, median(started.ms), ' ms'),
  ];
}
