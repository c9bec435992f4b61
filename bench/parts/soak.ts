/**
 * The soak: half of what the machine takes, for a long time. Sale after sale is opened, bought out of and ended;
 * orders are paid, leave the memory, and are in snapshots. In the end the engine must be as it was in the middle:
 * the same memory, the same latency, and files that only grow with the orders in them.
 */
import { PayingBuyers, type PayingSpan } from '../load/paying-buyers.ts';
import { emptyReport, type Part, type Report } from '../report/report.ts';
import { type EngineServer, startEngineServer } from '../servers/servers.ts';
import { call, openSale, type Sale, stock } from '../servers/shop.ts';
import { rehearsalScript } from './buyers.ts';
import { chartsOf, type SoakSample, sampleOf, targetsOf } from './soak-figures.ts';

const connections = 64;
/** Of the rate that the engine took in a calibration. */
const usualShare = 1 / 2;

interface Terms {
  seconds: number;
  calibrationSeconds: number;
  saleSeconds: number;
  /** How long orders are kept in memory that can change no more. */
  retainMs: number;
  /** How often it is looked at all figures. */
  spanMs: number;
}

const full: Terms = {
  ...{ seconds: 1_800, calibrationSeconds: 20 },
  ...{ saleSeconds: 30, retainMs: 15_000, spanMs: 5_000 },
};
const brief: Terms = {
  ...{ seconds: 9, calibrationSeconds: 2 },
  ...{ saleSeconds: 1, retainMs: 500, spanMs: 250 },
};

export const soak: Part = {
  name: 'soak',
  named: true,
  async run({ quick, soakSeconds, progress }) {
    const terms = {
      ...(quick ? brief : full),
      ...(soakSeconds === null ? {} : { seconds: soakSeconds }),
    };
    const words = [`retain=${terms.retainMs}`];
    const engine = await startEngineServer({ script: rehearsalScript, words });
    const { url } = engine;
    const buyers = new PayingBuyers({ url, connections, spanMs: terms.spanMs });
    try {
      return await measure(engine, buyers, terms, progress, quick);
    } finally {
      await buyers.stop();
      await engine.stop();
    }
  },
};

async function measure(
  engine: EngineServer,
  buyers: PayingBuyers,
  terms: Terms,
  progress: (what: string) => void,
  quick: boolean,
): Promise<Report> {
  progress('soak: finding out what the machine takes');
  const sales = new Sales(engine, buyers);
  await sales.next(null);
  const spans = (seconds: number) => Math.round((seconds * 1000) / terms.spanMs);
  let paid = 0;
  let perSecond = 0;
  for (let each = 0; each < spans(terms.calibrationSeconds); each++) {
    const span = await sales.span();
    paid += span.paid;
    perSecond = span.paid / span.seconds;
  }
  const rate = perSecond * usualShare;
  const samples: SoakSample[] = [];
  for (let each = 0; each < spans(terms.seconds); each++) {
    if (each % spans(terms.saleSeconds) === 0) {
      progress(`soak: ${Math.round(rate)} orders a second, sale ${sales.count}`);
      await sales.next(rate);
    }
    const span = await sales.span();
    paid += span.paid;
    samples.push(await sampleOf(engine, ((each + 1) * terms.spanMs) / 1000, span, paid));
  }
  return { ...emptyReport(), charts: chartsOf(samples), targets: targetsOf(samples, rate, !quick) };
}

/** One sale after the other. */
class Sales {
  count = 0;
  #sale: Sale | null = null;
  /** What nobody orders from any more, and is not ended yet. */
  #left: Sale | null = null;

  constructor(
    private readonly engine: EngineServer,
    private readonly buyers: PayingBuyers,
  ) {}

  /** Opens the next sale, which everybody goes to. */
  async next(ratePerSecond: number | null): Promise<void> {
    this.#left = this.#sale;
    this.#sale = await openSale(this.engine, stock);
    this.count++;
    this.buyers.buy({ sale: this.#sale, ratePerSecond });
  }

  /** What the buyers saw since; by then all are answered, and have paid, who were in a sale before. */
  async span(): Promise<PayingSpan> {
    const span = await this.buyers.next();
    if (this.#left !== null)
      await call(this.engine, 'POST', `/api/promos/${this.#left.promoId}/end`, {});
    this.#left = null;
    return span;
  }
}
