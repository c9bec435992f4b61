/** How soon each partition sells again after a fault, as buyers find out at the engines that are left. */
import { waitUntil } from '../../actors/testing/process.ts';
import type { Client, Sale } from './engine-process.ts';
import type { Buyers } from './persistent-buyers.ts';

/** A new buyer comes to each sale this often: also while those before wait for an answer. */
const pauseMs = 50;

export interface SellingAgain {
  medianMs: number;
  maxMs: number;
}

/**
 * Sends orders of each sale, to whatever `engine` gives, until one that was sent since the fault is answered
 * with 201. Figures are printed, since a busy machine takes longer than an idle one.
 * @param faultAt - by `performance.now()`
 * @throws where a sale does not sell again within `withinMs`
 */
export async function sellingAgain(
  what: string,
  { buyers, sales, faultAt }: { buyers: Buyers; sales: readonly Sale[]; faultAt: number },
  engine: () => Client,
  withinMs = 10_000,
): Promise<SellingAgain> {
  const times = await Promise.all(
    sales.map((sale, partition) =>
      firstSale(partition, faultAt, () => buyers.tryOnce(sale, engine()), withinMs),
    ),
  );
  const sorted = times.toSorted((a, b) => a - b);
  const figures = {
    medianMs: Math.round(sorted[Math.floor(sorted.length / 2)]!),
    maxMs: Math.round(sorted.at(-1)!),
  };
  console.log(
    `${what}: sells again, median ${figures.medianMs} ms, each within ${figures.maxMs} ms`,
  );
  return figures;
}

async function firstSale(
  partition: number,
  faultAt: number,
  tryOnce: () => Promise<number | null>,
  withinMs: number,
): Promise<number> {
  let soldAt = Number.POSITIVE_INFINITY;
  let trying = true;
  const keepTrying = async () => {
    for (; trying && soldAt === Number.POSITIVE_INFINITY; await Bun.sleep(pauseMs)) {
      void tryOnce().then((code) => {
        if (code === null) soldAt = Math.min(soldAt, performance.now());
      });
    }
  };
  const tries = keepTrying();
  const left = withinMs - (performance.now() - faultAt);
  const sold = () => soldAt < Number.POSITIVE_INFINITY;
  await waitUntil(`partition ${partition} sells again`, sold, left).finally(() => {
    trying = false;
  });
  await tries;
  return soldAt - faultAt;
}
