/**
 * How people came to buy under a promo: who was let in at once, from the queue, by the draw; how long they
 * waited; who came too late; and whether the order of admission was that of the queue.
 */
import { rankCorrelation } from './fairness.ts';
import type { QueueBook, QueueCounts } from './queue-book.ts';
import type { KnownTerms } from './terms-book.ts';

/** A draw as anyone may see it: what is secret until it was held is null until then. */
export interface DrawReport {
  commitment: string;
  /** Everybody who joined for it, with those who left again. */
  entrants: number;
  secret: string | null;
  /** As journaled. */
  seed: string | null;
  /** Whether the audit came to the same seed among the same entrants; null before the draw. */
  recomputed: boolean | null;
}

export interface QueueReport extends QueueCounts {
  promo: number;
  /** `off`, `fifo`, `draw`; null for a promo from before 0.4.0. */
  queue: QueueBook['mode'];
  /** Users who were let in, each once. */
  admitted: number;
  /** People who wait, and admissions that are neither spent nor lapsed, at the journal's end. */
  waiting: number;
  outstanding: number;
  /** Of those who were let in from the queue or the draw; null without any. */
  waitMs: { median: number; p95: number; longest: number } | null;
  /**
   * Spearman's rank correlations of the order of admission: with the places in the queue, which for a draw
   * are the drawn ones, and with the order of joining. Null for fewer than three.
   */
  placeCorrelation: number | null;
  joiningCorrelation: number | null;
  draw: DrawReport | null;
}

export function queueReportOf({ promo, admitted, queue }: KnownTerms): QueueReport {
  const { waits, counts, mode } = queue;
  return {
    promo,
    queue: mode,
    admitted,
    ...counts,
    waiting: queue.people,
    outstanding: queue.admissions.count,
    waitMs: waitsOf(waits.all('ms')),
    placeCorrelation: rankCorrelation(waits.all('place')),
    joiningCorrelation: rankCorrelation(waits.all('joining')),
    draw: drawOf(queue),
  };
}

function waitsOf(ms: Float64Array): QueueReport['waitMs'] {
  if (ms.length === 0) return null;
  const sorted = ms.sort();
  // The nearest rank: the least value that as many are not above.
  const share = (part: number) => sorted[Math.ceil(part * sorted.length) - 1]!;
  return { median: share(0.5), p95: share(0.95), longest: share(1) };
}

function drawOf({ draw, held }: QueueBook): DrawReport | null {
  if (draw === null) return null;
  const { commitment, entrants, secret } = draw;
  const shown = { secret: held === null ? null : secret, seed: held?.seed ?? null };
  return { commitment, entrants, ...shown, recomputed: held?.recomputed ?? null };
}
