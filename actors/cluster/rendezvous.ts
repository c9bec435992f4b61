/**
 * Weighted rendezvous hashing: every engine that knows the same candidates picks the same one for each
 * partition, each gets a share by its weight, and when one comes or goes only its own share moves.
 *
 * Each candidate draws a number for each partition, and the highest wins (Thaler and Ravishankar, "Using
 * name-based mappings to increase hit rates", IEEE/ACM Transactions on Networking 6(1), 1998). The draw is
 * `−w / ln(u)`, with a weight w and a hash u between 0 and 1: the logarithm method, by which a candidate wins
 * with the probability of its part of all weights (Schindelhauer and Schomaker, "Weighted distributed hash
 * tables", SPAA 2005).
 */
import { sha256Number } from '../sha256.ts';

/** What one candidate has drawn, by partition. */
export type Draws = Float64Array;

/** Hashes are integers from 1 to below this. */
const hashEnd = 2 ** 53;

/** What a candidate draws for each partition. They are the same wherever they are made. */
export function drawsOf(id: string, weight: number, partitions: number): Draws {
  return Float64Array.from({ length: partitions }, (_, partition) => {
    const u = sha256Number(`${id} ${partition}`) / hashEnd;
    return -weight / Math.log(u);
  });
}

/** The candidate with the highest draw for a partition; null where there is none. */
export function highest<T extends { id: string; draws: Draws }>(
  candidates: readonly T[],
  partition: number,
): T | null {
  let best: T | null = null;
  for (const candidate of candidates) {
    if (best === null || isHigher(candidate, best, partition)) best = candidate;
  }
  return best;
}

type Candidate = { id: string; draws: Draws };

/** Two draws are as good as never equal; then the ids decide, so that all still agree. */
function isHigher(one: Candidate, other: Candidate, partition: number): boolean {
  const [mine, theirs] = [one.draws[partition]!, other.draws[partition]!];
  return mine > theirs || (mine === theirs && one.id > other.id);
}
