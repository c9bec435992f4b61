/**
 * What happened to an item over time, in a bounded number of points: however long a sale goes on, its
 * timeline holds no more than `pointsMax`. Points are as wide as that requires; when one more would not
 * fit, all become wider, and neighbours are merged.
 */
import type { Units } from './books-over-time.ts';

/** What is counted in each point. */
export const counted = [
  'joined',
  'admitted',
  'lapsed',
  'placed',
  'paid',
  'cancelled',
  'expired',
  'refunded',
  'refused',
  'restocked',
] as const;

export function isCounted(type: string): type is Counted {
  return (counted as readonly string[]).includes(type);
}
export type Counted = (typeof counted)[number];

export interface Point {
  /** The time it begins, in widths since 1970. */
  slot: number;
  /** The units at its end. */
  units: Units;
  /** Events in it; for refusals the buyers, for restocks the units. */
  counts: Record<Counted, number>;
}

export const pointsMax = 500;

/** Widths in milliseconds; each divides the next, so that points can be merged. */
const widthsMs = [
  ...[1, 2, 10, 20, 100, 200],
  ...[1, 2, 10, 20, 60, 120, 600, 1_200].map((seconds) => seconds * 1_000),
  ...[1, 2, 12, 24, 48, 240, 2_400, 24_000, 240_000, 2_400_000].map((hours) => hours * 3_600_000),
];

export class Timeline {
  points: Point[] = [];
  #width = 0;

  /** `before`: the units before its first event. */
  constructor(
    readonly startAt: number,
    readonly before: Units,
  ) {}

  get widthMs(): number {
    return widthsMs[this.#width]!;
  }

  /** The first millisecond after the last point. */
  get endAt(): number {
    const last = this.points.at(-1);
    return last === undefined ? this.startAt : (last.slot + 1) * this.widthMs;
  }

  /** The total of something that happened. */
  total(what: Counted): number {
    return this.points.reduce((sum, { counts }) => sum + counts[what], 0);
  }

  /**
   * Hot: records the units after an event, and counts it. Times that go backwards count as the latest.
   */
  note(what: Counted | null, count: number, units: Units, at: number): void {
    const point = this.#pointAt(Math.max(at, this.startAt));
    const { loaded, held, sold, left } = units;
    point.units = { loaded, held, sold, left };
    if (what !== null) point.counts[what] += count;
  }

  #pointAt(at: number): Point {
    let slot = Math.floor(at / this.widthMs);
    const last = this.points.at(-1);
    if (last !== undefined && slot <= last.slot) return last;
    while (slot - Math.floor(this.startAt / this.widthMs) >= pointsMax) {
      this.#widen();
      slot = Math.floor(at / this.widthMs);
    }
    const merged = this.points.at(-1);
    if (merged !== undefined && slot <= merged.slot) return merged;
    const point = { slot, units: this.before, counts: noCounts() };
    this.points.push(point);
    return point;
  }

  #widen(): void {
    const factor = widthsMs[this.#width + 1]! / this.widthMs;
    this.#width++;
    const merged: Point[] = [];
    for (const point of this.points) {
      const slot = Math.floor(point.slot / factor);
      const last = merged.at(-1);
      if (last === undefined || last.slot !== slot) {
        merged.push({ ...point, slot });
        continue;
      }
      last.units = point.units;
      for (const what of counted) last.counts[what] += point.counts[what];
    }
    this.points = merged;
  }
}

function noCounts(): Record<Counted, number> {
  return {
    ...{ joined: 0, admitted: 0, lapsed: 0, placed: 0, paid: 0 },
    ...{ cancelled: 0, expired: 0, refunded: 0, refused: 0, restocked: 0 },
  };
}
