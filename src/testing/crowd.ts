/** Bounded crowds of buyers for tests. */

export interface Crowd {
  /** How many have been let in so far. */
  readonly started: number;
  /** Starts no more visits and resolves when all are done. @throws what the first of them threw. */
  stop(): Promise<void>;
}

/**
 * Keeps `size` visits going at a time, starting a new one as one ends, until it is stopped. `visit`
 * gets the number of the visit, from 0.
 */
export function startCrowd(size: number, visit: (number: number) => Promise<void>): Crowd {
  let started = 0;
  let leaving = false;
  const stand = async () => {
    while (!leaving) await visit(started++);
  };
  const all = Promise.allSettled(Array.from({ length: size }, stand));
  return {
    get started() {
      return started;
    },
    async stop() {
      leaving = true;
      for (const outcome of await all) if (outcome.status === 'rejected') throw outcome.reason;
    },
  };
}

/** Runs `work` for 0 … `count − 1`, at most `size` at a time, and returns the result of each. */
export async function inParallel<T>(
  count: number,
  size: number,
  work: (number: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const stand = async () => {
    while (next < count) {
      const number = next++;
      results[number] = await work(number);
    }
  };
  await Promise.all(Array.from({ length: Math.min(size, count) }, stand));
  return results;
}
