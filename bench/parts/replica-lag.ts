/**
 * How far Redis lags behind the journal: reads the last number of the journal again and again, beside
 * the engine, and measures the time until the item's hash in Redis has reached it.
 */
import { Redis } from 'ioredis';
import type { OpenedJournal } from '../../actors/journal/journal.ts';
import { type JournalSettings, openJournal } from '../../actors/journal/open.ts';
import { partitionOf } from '../../actors/protocol.ts';
import { replicaKey } from '../../actors/replica.ts';
import { partitions } from './actor-thread.ts';

const pauseMs = 10;
/** A replica that lags this far is not waited for: this is its lag. */
const patienceMs = 2_000;

interface Lags {
  count: number;
  p50Ms: number;
  p99Ms: number;
  mostMs: number;
}

export class ReplicaLag {
  readonly #samples: number[] = [];
  readonly #done: Promise<void>;
  #item = 0;
  #stopped = false;

  private constructor(
    private readonly redis: Redis,
    private readonly journal: OpenedJournal,
  ) {
    this.#done = this.#sample();
    // `stop` throws it, later.
    this.#done.catch(() => undefined);
  }

  static async start(redisUrl: string, settings: JournalSettings): Promise<ReplicaLag> {
    const journal = await openJournal(settings, partitions, { readonly: true });
    return new ReplicaLag(new Redis(redisUrl), journal);
  }

  /** Watches this item from now on; it must be the only one of its partition that sells. */
  watch(item: number): void {
    this.#item = item;
  }

  async stop(): Promise<Lags> {
    this.#stopped = true;
    await this.#done;
    this.redis.disconnect();
    await this.journal.close();
    const sorted = this.#samples.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
    return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1) };
  }

  async #sample(): Promise<void> {
    let seen = 0;
    for (let item = this.#item; !this.#stopped; await Bun.sleep(pauseMs)) {
      if (item !== this.#item) seen = 0;
      item = this.#item;
      if (item === 0) continue;
      const last = await this.journal.last(partitionOf(item, partitions));
      if (last === seen) continue;
      seen = last;
      const lag = await this.#until(item, last, performance.now());
      if (lag !== null) this.#samples.push(lag);
    }
  }

  /** Milliseconds until Redis holds the entry; null when the sale has ended first. */
  async #until(item: number, last: number, since: number): Promise<number | null> {
    while (!this.#stopped && item === this.#item) {
      const seq = Number(await this.redis.hget(replicaKey(item), 'seq'));
      const lag = performance.now() - since;
      if (seq >= last || lag > patienceMs) return lag;
      await Bun.sleep(1);
    }
    return null;
  }
}
