/**
 * Load generators behind one interface: autocannon always, wrk where it is installed. Both post the
 * bodies of a file, each once, or get one page again and again, over connections that stay open,
 * with one request in flight each.
 */
import { availableParallelism } from 'node:os';
import { autocannon } from './autocannon.ts';
import { wrk } from './wrk.ts';

export interface LoadOptions {
  url: string;
  connections: number;
  seconds: number;
  /** A file with one body to post in each line, more than can be sent; null for GET. */
  bodiesFile: string | null;
}

/** What a generator saw. A generator that runs out of bodies, or cannot run, throws. */
export interface LoadResult {
  requests: number;
  seconds: number;
  /** Requests with a status of 400 or more. */
  refused: number;
  /** Requests without an answer: broken connections and time-outs. */
  unanswered: number;
  /** How often each status came; null where the generator cannot tell. */
  statuses: Record<string, number> | null;
  p50Ms: number;
  p99Ms: number;
}

export interface Generator {
  name: string;
  /** The most it can do on this machine, about: requests for each second of its load. */
  requestsPerSecondMax: number;
  run(options: LoadOptions): Promise<LoadResult>;
}

/** Threads or processes for a generator: it shares the machine with the server. */
export function generatorThreads(): number {
  return Math.max(1, Math.floor(availableParallelism() / 2));
}

/** The generators there are; the first one is the fastest, and the one that ratios are taken from. */
export function generators(): Generator[] {
  return Bun.which('wrk') === null ? [autocannon] : [wrk, autocannon];
}
