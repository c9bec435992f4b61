/**
 * How fair a promo was: whether those who were admitted first also bought first. The journal has one
 * order of all that happened to an item, so both orders are total, without ties.
 */
import type { ItemAudit } from './item-audit.ts';

/** One tenth of those admitted, in the order of their admission. */
export interface Band {
  /** Places in the admission order, both inclusive. */
  first: number;
  last: number;
  bought: number;
}

export interface Fairness {
  promo: number;
  /** Users who passed the gate. */
  admitted: number;
  /** Users who bought, and those of them who never passed the gate: merchants' own tokens. */
  buyers: number;
  direct: number;
  /**
   * Spearman's rank correlation between admission and first purchase, over those who did both: 1 is
   * the same order, 0 no relation, -1 the reverse. Null for fewer than three.
   */
  correlation: number | null;
  bands: Band[];
  /**
   * Some buyers, evenly over their purchases: place in the admission (0 without one) and in the
   * purchase.
   */
  sample: [admission: number, purchase: number][];
}

const bandsMax = 10;
export const sampleMax = 500;

/** Of each promo that a user bought under, in the order they were published. */
export function fairnessOf(book: ItemAudit): Fairness[] {
  const admissions = admissionsOfBuyers(book);
  return book.terms.promos().flatMap(({ promo, admitted }, index) => {
    const buyers = admissions.get(index + 1) ?? [];
    if (buyers.length === 0) return [];
    const both = buyers.filter((place) => place !== 0);
    const counts = { admitted, buyers: buyers.length, direct: buyers.length - both.length };
    const sample = sampleOf(buyers);
    const correlation = rankCorrelation(both);
    return [{ promo, ...counts, correlation, bands: bandsOf(both, admitted), sample }];
  });
}

function sampleOf(buyers: readonly number[]): Fairness['sample'] {
  const size = Math.min(buyers.length, sampleMax);
  return Array.from({ length: size }, (_, index) => {
    const place = Math.floor((index * buyers.length) / size);
    return [buyers[place]!, place + 1];
  });
}

/** By terms: places in the admission of those who bought, in the order of their first orders. */
function admissionsOfBuyers({ orders, holders }: ItemAudit): Map<number, number[]> {
  const met = new Uint8Array(holders.count);
  const byTerms = new Map<number, number[]>();
  for (let row = 0; row < orders.count; row++) {
    const holder = orders.holderOf(row);
    if (met[holder] !== 0) continue;
    met[holder] = 1;
    const terms = holders.termsOf(holder);
    const places = byTerms.get(terms) ?? [];
    if (places.length === 0) byTerms.set(terms, places);
    places.push(holders.admittedOf(holder));
  }
  return byTerms;
}

/**
 * Spearman's rho of distinct values against their own order: 1 − 6 Σd² / (n (n² − 1)). C. Spearman,
 * The proof and measurement of association between two things, American Journal of Psychology 15
 * (1904) 72–101.
 */
export function rankCorrelation(values: ArrayLike<number>): number | null {
  const n = values.length;
  if (n < 3) return null;
  const sorted = Float64Array.from(values).sort();
  let squares = 0;
  for (let index = 0; index < n; index++) squares += (rankIn(sorted, values[index]!) - index) ** 2;
  return 1 - (6 * squares) / (n * (n * n - 1));
}

/** The place of a value among ascending ones, from 0. */
function rankIn(sorted: Float64Array, value: number): number {
  let from = 0;
  for (let to = sorted.length; from < to; ) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! <= value) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

function bandsOf(places: readonly number[], admitted: number): Band[] {
  const count = Math.min(bandsMax, admitted);
  const edge = (band: number) => Math.round((band * admitted) / count);
  const bands = Array.from({ length: count }, (_, band) => ({
    first: edge(band) + 1,
    last: edge(band + 1),
    bought: 0,
  }));
  for (const place of places) {
    bands.find(({ last }) => place <= last)!.bought++;
  }
  return bands;
}
