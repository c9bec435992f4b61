/**
 * How the receiver is, by its answers. One that has taken none of the last several events is **down**: then it
 * gets one try at a time, with growing pauses, whichever event it is, so that an outage costs each event few of
 * its tries. One that has said 410 is **stopped**: nothing is sent until the merchant says "go on".
 */
import type { Answer } from './answer.ts';
import type { WebhookTerms } from './terms.ts';

export class ReceiverHealth {
  /** When it first failed, since it last took an event; null while it takes them, or refuses single ones. */
  failingSince: number | null = null;
  /** When it said 410; null while it has not. */
  stoppedAt: number | null = null;
  /** The answer that failed last. */
  why: Answer | null = null;
  readonly #failed = new Set<string>();
  /** Until when it asked to be left alone. */
  #askedUntil = 0;
  #downUntil = 0;
  #downPauseMs: number;

  constructor(
    private readonly terms: WebhookTerms,
    private readonly random: () => number,
  ) {
    this.#downPauseMs = terms.downPauseMs;
  }

  get isDown(): boolean {
    return this.#failed.size >= this.terms.downAfter;
  }

  /** How many tries may be under way at `now`. */
  triesMax(now: number): number {
    if (this.stoppedAt !== null || now < this.#askedUntil) return 0;
    if (!this.isDown) return this.terms.inFlightMax;
    return now < this.#downUntil ? 0 : 1;
  }

  /** An event was taken; returns whether the receiver was down. */
  succeeded(): boolean {
    const wasDown = this.isDown;
    this.#failed.clear();
    this.failingSince = null;
    this.#downPauseMs = this.terms.downPauseMs;
    this.#downUntil = 0;
    return wasDown;
  }

  failed(id: string, answer: Answer, now: number): void {
    const wasDown = this.isDown;
    this.#failed.add(id);
    // Who refuses one event may well take the next.
    if (answer.outcome !== 'refused' || this.isDown) {
      this.why = answer;
      this.failingSince ??= now;
    }
    if (answer.outcome === 'gone') this.stoppedAt ??= now;
    if (answer.outcome === 'busy' && answer.retryAfterMs > 0)
      this.#askedUntil = Math.max(this.#askedUntil, now + retryAfter(answer, this.terms));
    if (!this.isDown) return;
    // Those that were under way together count as one failure.
    if (wasDown && now < this.#downUntil) return;
    this.#downUntil = now + jittered(this.#downPauseMs, this.random);
    this.#downPauseMs = Math.min(2 * this.#downPauseMs, this.terms.downPauseMsMax);
  }

  /** Ends every pause. */
  hurry(): void {
    this.#downUntil = 0;
    this.#askedUntil = 0;
    this.#downPauseMs = this.terms.downPauseMs;
  }

  /** The merchant says that the receiver is well. */
  goOn(): void {
    this.hurry();
    this.succeeded();
    this.stoppedAt = null;
  }
}

/** When to try an event again that has failed `tries` times, the first time at `firstTriedAt`; null: never. */
export function nextTry(
  event: { tries: number; firstTriedAt: number },
  answer: Answer,
  now: number,
  terms: WebhookTerms,
  random: () => number,
): number | null {
  const end = event.firstTriedAt + terms.giveUpMs;
  if (now >= end) return null;
  const pauseMs = Math.min(
    terms.pauseMs * terms.pauseGrowth ** (event.tries - 1),
    terms.pauseMsMax,
  );
  const waitMs = Math.max(jittered(pauseMs, random), retryAfter(answer, terms));
  // The last try is at the very end.
  return Math.min(now + waitMs, end);
}

function retryAfter({ retryAfterMs }: Answer, { retryAfterMsMax }: WebhookTerms): number {
  return Math.min(retryAfterMs, retryAfterMsMax);
}

/** A quarter more or less, so that what failed together is not tried together. */
function jittered(ms: number, random: () => number): number {
  return Math.round(ms * (0.75 + random() / 2));
}
