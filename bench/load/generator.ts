/** What every load generator takes and gives. */
import { availableParallelism } from 'node:os';

export interface LoadOptions {
  url: string;
  connections: number;
  seconds: number;
  /** What is posted; null for GET. */
  bodies: Bodies | null;
}

export interface Bodies {
  /** A file for each thread or process of the generator, with one body per line. */
  files: readonly string[];
  /** Starts over at the end of a file, for a server that does not mind; else each is posted once. */
  again: boolean;
}

/** What a generator saw. A generator that cannot run throws. */
export interface LoadResult {
  requests: number;
  seconds: number;
  /** It had no more bodies: its figures tell only how fast they went. */
  exhausted: boolean;
  /** Requests with a status of 400 or more. */
  refused: number;
  /** Requests without an answer: broken connections and time-outs. */
  unanswered: number;
  /** How often each status came; null where the generator cannot tell. */
  statuses: Record<string, number> | null;
  p50Ms: number;
  p99Ms: number;
  /** CPU seconds that the generator itself used. */
  cpuSeconds: number;
  /** Its threads or processes: it can use no more than a core for each. */
  threads: number;
}

export interface Generator {
  name: string;
  run(options: LoadOptions): Promise<LoadResult>;
}

/** Most loads have at least twice as many connections. */
const threadsMax = 32;

/** Threads or processes for a generator: it shares the machine with the server. */
export function generatorThreads(): number {
  return Math.min(threadsMax, Math.max(1, Math.floor(availableParallelism() / 2)));
}
