/** Questions to SQL whose asker would rather do without the answer than wait for a database that is away. */
import { SqlUnavailable } from './sql.ts';

export class UnlessAway {
  /** Until when SQL, which has just not answered, is not waited for. */
  #awayUntil = 0;

  /** @param patienceMs - how long an answer is waited for, and then for how long nothing is asked. */
  constructor(private readonly patienceMs: number) {}

  /** Null where SQL is away, has not answered in time, or has just done either. */
  async ask<T>(question: () => Promise<T>): Promise<T | null> {
    if (performance.now() < this.#awayUntil) return null;
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => late.resolve(null), this.patienceMs);
    const unlessFailed = question().catch((error: unknown) => {
      if (error instanceof SqlUnavailable) return null;
      throw error;
    });
    try {
      const answer = await Promise.race([unlessFailed, late.promise]);
      if (answer === null) this.#awayUntil = performance.now() + this.patienceMs;
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }
}
