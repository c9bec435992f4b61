/** The order of a draw that was held, for all who took part: `actors/item/draw.ts` says how it is found. */
import { sha256 } from '../../../actors/sha256.ts';
import type { Strides } from '../../strides.ts';
import type { Labels } from './labels.ts';

/** Of each hash the first 13 hex digits are kept: as many whole ones as a number holds exactly. */
const keptDigits = 13;
const keptBits = 4 * keptDigits;
/** Looking at the clock costs as much as some steps do. */
const stepsPerLook = 256;

/**
 * The entrants, from 0 in order of joining, in the order of their hashes. These are spread evenly, so that
 * they are sorted by putting each into one of as many buckets as there are entrants, and then each bucket:
 * unlike one sort of all this can stop anywhere to let others work.
 */
export async function drawnOrder(
  seed: string,
  labels: Labels,
  strides: Strides,
): Promise<Uint32Array> {
  const { count } = labels;
  const hashOf = (entrant: number) => sha256(`${seed}:${labels.at(entrant)}`);
  const bits = Math.ceil(Math.log2(Math.max(count, 2)));
  const bucketOf = (key: number) => Math.floor(key / 2 ** (keptBits - bits));
  const keys = new Float64Array(count);
  /** By bucket, where it begins in the order; while the order is filled, where its next one goes. */
  const begins = new Uint32Array(2 ** bits + 1);
  const order = new Uint32Array(count);
  const each = async (steps: number, step: (index: number) => void) => {
    for (let index = 0; index < steps; index++) {
      if (index % stepsPerLook === 0 && strides.isLong) await strides.rest();
      step(index);
    }
  };
  await each(count, (entrant) => {
    const key = Number.parseInt(hashOf(entrant).slice(0, keptDigits), 16);
    keys[entrant] = key;
    begins[bucketOf(key) + 1]!++;
  });
  await each(2 ** bits, (bucket) => {
    begins[bucket + 1]! += begins[bucket]!;
  });
  await each(count, (entrant) => {
    order[begins[bucketOf(keys[entrant]!)]!++] = entrant;
  });
  const compare = (one: number, other: number) => {
    const difference = keys[one]! - keys[other]!;
    // Two hashes out of a million begin alike once in nine thousand draws.
    return difference === 0 ? (hashOf(one) < hashOf(other) ? -1 : 1) : difference;
  };
  // Each bucket's beginning has moved to its end, which is where the next one begins.
  let from = 0;
  await each(2 ** bits, (bucket) => {
    const end = begins[bucket]!;
    if (end - from > 1) order.subarray(from, end).sort(compare);
    from = end;
  });
  return order;
}
