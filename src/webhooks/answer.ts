/** What a receiver made of one try. */

export const outcomes = [
  'delivered',
  /** The receiver is there and will not have this event: 400, 409, 413, 422. */
  'refused',
  /** It wants nothing any more: 410. */
  'gone',
  /** It has too much to do: 429, 503. */
  'busy',
  /** Any other status; redirects, which are not followed, are among them. */
  'failed',
  'timeout',
  /** No connection, or one that was closed before an answer. */
  'unreachable',
] as const;
export type Outcome = (typeof outcomes)[number];

export interface Answer {
  outcome: Outcome;
  /** Of HTTP; null where there was no answer. */
  status: number | null;
  /** The first characters of the answer, or what went wrong. */
  text: string;
  tookMs: number;
  /** What Retry-After asked for; 0 without. */
  retryAfterMs: number;
}

const refusals = new Set([400, 409, 413, 422]);
const busy = new Set([429, 503]);

export function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  if (refusals.has(status)) return 'refused';
  return busy.has(status) ? 'busy' : 'failed';
}

/** What Retry-After asks for, seconds or a date, in milliseconds from `now`; 0 where it asks for nothing. */
export function retryAfterOf(header: string | null, now: number): number {
  if (header === null) return 0;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
