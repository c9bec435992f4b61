/**
 * The replica: what the board shows of this thread's items, copied to Redis for readers elsewhere.
 * It is never authoritative, and no sale waits for it. Items that changed are flushed in one pipeline,
 * at most every `flushMs`; a Lua script refuses to overwrite a newer state with an older one.
 *
 * Redis may be down, start empty, be flushed, or come back with an old dump: after each connection, and
 * whenever the mark of the last flush is missing, every item counts as changed. In a cluster an engine
 * copies what it owns: when it takes a partition, all of its items count as changed, for the owner before
 * may have left some of them old. What that one still writes loses to any newer entry; of the same entry
 * it could only write the same row.
 *
 * Hash `stampede:item:{id}`: left, held, sold, loaded (units), status ('none', 'pending', 'running',
 * 'ended'), partition, seq (the entry that last changed the row).
 */
import { Redis, type Result } from 'ioredis';
import type { Clock } from './clock.ts';
import { type Board, saleStatus } from './memory/board.ts';
import type { Positions } from './memory/positions.ts';
import { partitionOf } from './protocol.ts';
import { connectionOptions } from './redis-connection.ts';

const flushMs = 20;
/** How often to look for the mark, and for statuses that only time changes. */
const lookMs = 250;
/** Redis counts as down when it has not answered in this time. */
const answerMs = 1_000;
/** The mark of a run that has ended expires; a run that misses its own rewrites it. */
const markSeconds = 3_600;
/** Items in one pipeline: rebuilding very many takes several. */
const pipelineItemsMax = 1_000;

/** Refuses to overwrite a newer state with an older one. */
const writeItemScript = `
local known = redis.call('HGET', KEYS[1], 'seq')
if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'seq', ARGV[1], 'partition', ARGV[2], 'loaded', ARGV[3],
  'held', ARGV[4], 'sold', ARGV[5], 'left', ARGV[6], 'status', ARGV[7])
return 1`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** `writeItemScript`, which Redis keeps under its hash: it is sent once per connection. */
    writeItem(key: string, ...values: (string | number)[]): Result<number, Context>;
  }
}

export function replicaKey(item: number): string {
  return `stampede:item:${item}`;
}

export interface ReplicaOptions {
  url: string;
  board: Board;
  positions: Positions;
  clock: Clock;
  partitions: number;
  /** The partitions of this thread; those are copied that the engine owns at the moment. */
  own: readonly number[];
  /** Names this run of this thread only: two engines must not mistake each other's marks. */
  mark: string;
  log(level: 'info' | 'warning', message: string, details: Record<string, unknown>): void;
}

export class Replica {
  readonly #options: ReplicaOptions;
  readonly #redis: Redis;
  /** Where the mark of this run is kept. */
  readonly #markKey: string;
  /** Flushes so far: the mark is the number of the last, which reveals an older state of Redis. */
  #flushes = 0;
  /** Items of this thread, with the status they were last flushed with. */
  readonly #statuses = new Map<number, string>();
  #dirty = new Set<number>();
  /** Partitions that were owned at the last look. */
  #owned: ReadonlySet<number>;
  #flushing = false;
  /** Whether what was last sent to Redis, if anything, was not carried out. */
  #silent = true;
  #timer: Timer | undefined;
  readonly #look: Timer;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#markKey = `stampede:replica:${options.mark}`;
    this.#redis = new Redis(options.url, {
      ...connectionOptions,
      commandTimeout: answerMs,
      connectTimeout: answerMs,
      scripts: { writeItem: { lua: writeItemScript, numberOfKeys: 1 } },
    });
    this.#owned = this.#ownedNow();
    this.#tell(true);
    let reachable = true;
    this.#redis.on('ready', () => {
      reachable = true;
      options.log('info', 'replica connected', {});
      this.#markAll();
    });
    this.#redis.on('error', (error) => {
      if (!reachable) return;
      reachable = false;
      this.#tell(true);
      options.log('warning', 'replica unreachable', { error: String(error) });
    });
    this.#look = setInterval(() => void this.#lookAround(), lookMs);
  }

  /** Notes items whose row on the board has changed; those of partitions owned elsewhere are left out. */
  changed(items: Iterable<number>): void {
    const { partitions } = this.#options;
    for (const item of items) {
      if (!this.#owned.has(partitionOf(item, partitions))) continue;
      this.#dirty.add(item);
      if (!this.#statuses.has(item)) this.#statuses.set(item, '');
    }
    this.#flushLater();
  }

  /** Flushes what is left, as far as Redis answers, and closes the connection. */
  async close(): Promise<void> {
    clearInterval(this.#look);
    clearTimeout(this.#timer);
    if (this.#redis.status === 'ready') await this.#flush();
    this.#redis.disconnect();
  }

  /** Only a write that Redis has carried out ends the silence: a demoted server still answers reads. */
  #tell(silent: boolean): void {
    this.#silent = silent;
    const { positions, own } = this.#options;
    for (const partition of own) {
      const isSilent = silent && this.#owned.has(partition);
      positions.set(partition, 'replicaSilent', isSilent ? 1 : 0);
    }
  }

  #ownedNow(): Set<number> {
    const { positions, own } = this.#options;
    return new Set(own.filter((partition) => positions.owns(partition)));
  }

  /** Finds out which partitions have been taken or given up. */
  #lookAtOwners(): void {
    const before = this.#owned;
    this.#owned = this.#ownedNow();
    const taken = [...this.#owned].filter((partition) => !before.has(partition));
    if (taken.length === 0 && this.#owned.size === before.size) return;
    this.#tell(this.#silent);
    if (taken.length === 0) return;
    const { board, partitions } = this.#options;
    const items = [...board.items()];
    this.changed(items.filter((item) => taken.includes(partitionOf(item, partitions))));
  }

  #markAll(): void {
    for (const item of this.#statuses.keys()) this.#dirty.add(item);
    this.#flushLater();
  }

  #flushLater(): void {
    if (this.#timer !== undefined || this.#redis.status !== 'ready') return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, flushMs);
  }

  async #flush(): Promise<void> {
    if (this.#flushing) return this.#flushLater();
    this.#flushing = true;
    this.#lookAtOwners();
    const { positions } = this.#options;
    const own = [...this.#owned];
    const standing = own.map((partition) => positions.get(partition, 'journalSeq'));
    const items = this.#takeDirty();
    try {
      await this.#write(items);
      this.#tell(false);
      if (this.#dirty.size === 0) {
        for (const [index, partition] of own.entries()) {
          // Before the recovery there is nothing that this run could have copied.
          if (standing[index]! > 0 && positions.owns(partition))
            positions.reached(partition, 'replica', standing[index]!);
        }
      }
    } catch (error) {
      for (const item of items) this.#dirty.add(item);
      this.#tell(true);
      this.#options.log('warning', 'replica not written', { error: String(error) });
    }
    this.#flushing = false;
    if (this.#dirty.size > 0) this.#flushLater();
  }

  /** The next items to write. What is not owned is dropped: whoever takes it begins with all of it. */
  #takeDirty(): number[] {
    const { partitions } = this.#options;
    const items: number[] = [];
    for (const item of this.#dirty) {
      if (items.length === pipelineItemsMax) break;
      this.#dirty.delete(item);
      if (this.#owned.has(partitionOf(item, partitions))) items.push(item);
    }
    return items;
  }

  /** @throws when any item could not be written. */
  async #write(items: readonly number[]): Promise<void> {
    const { board, clock, partitions } = this.#options;
    const now = clock();
    const pipeline = this.#redis.pipeline();
    for (const item of items) {
      const row = board.read(item)!;
      const status = saleStatus(row, now);
      this.#statuses.set(item, status);
      const { seq, loaded, held, sold, left } = row;
      const partition = partitionOf(item, partitions);
      const values = [seq, partition, loaded, held, sold, left, status];
      pipeline.writeItem(replicaKey(item), ...values);
    }
    this.#flushes++;
    pipeline.set(this.#markKey, this.#flushes, 'EX', markSeconds);
    for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
  }

  /** Finds out whether Redis has lost its data, and which sales have begun or ended by the clock. */
  async #lookAround(): Promise<void> {
    this.#lookAtOwners();
    if (this.#redis.status !== 'ready') return;
    const { board, clock, partitions } = this.#options;
    try {
      // Redis answers in order: everything sent before this question has been carried out.
      const flushes = String(this.#flushes);
      if ((await this.#redis.get(this.#markKey)) !== flushes) this.#markAll();
      else if (this.#silent) this.#flushLater();
    } catch {
      // An unreachable Redis raises its own event, which is logged.
      this.#tell(true);
      return;
    }
    const now = clock();
    for (const [item, status] of this.#statuses) {
      if (!this.#owned.has(partitionOf(item, partitions))) continue;
      const row = board.read(item);
      if (row !== null && saleStatus(row, now) !== status) this.changed([item]);
    }
  }
}
