/**
 * Which version of the catalogue is current, found in two steps. Threads of one process share a
 * counter in shared memory: a change made by any of them is seen by all at once. Processes share a
 * text in the store, which each thread reads again when the counter has moved, and about once a
 * second. Entries in the store are kept under the version they were read in, so a stale one, written
 * late, is never found by a reader that knows of the change.
 */
import { getLogger } from '../../actors/log.ts';
import { type KeyValueStore, StoreUnavailable } from '../store/store.ts';

/** How long an entry lives in the store. */
export const entryTtlMs = 600_000;
/** The version outlives every entry of the versions before it; without one the first is current again. */
const versionTtlMs = 2 * entryTtlMs;
/** How soon a change in another process is seen. */
const checkMs = 1_000;

const versionKey = 'catalog-version';
const firstVersion = '0';

export class CatalogVersion {
  static readonly bytes = Int32Array.BYTES_PER_ELEMENT;
  readonly #counter: Int32Array;
  #seen = -1;
  #name: string | null = null;
  #checkedAt = 0;
  #changes = 0;

  constructor(
    memory: SharedArrayBuffer,
    private readonly store: Pick<KeyValueStore, 'get' | 'set'>,
  ) {
    this.#counter = new Int32Array(memory);
  }

  /** What `refresh` read last; null while the store is unavailable and the version unknown. */
  get name(): string | null {
    return this.#name;
  }

  /** Grows with each change that `refresh` has found. */
  get changes(): number {
    return this.#changes;
  }

  /** Whether a thread of this process has changed the catalogue since `refresh`. Hot path. */
  get changed(): boolean {
    return Atomics.load(this.#counter, 0) !== this.#seen;
  }

  /** Whether it is time to look for changes by other processes. Hot path. */
  get due(): boolean {
    return performance.now() - this.#checkedAt >= checkMs;
  }

  /** Reads the version again; true when it has changed. */
  async refresh(): Promise<boolean> {
    this.#checkedAt = performance.now();
    const counted = Atomics.load(this.#counter, 0);
    const name = await whileThere(async () => (await this.store.get(versionKey)) ?? firstVersion);
    const other = counted !== this.#seen || name !== this.#name;
    if (other) this.#changes++;
    this.#seen = counted;
    this.#name = name;
    return other;
  }

  /** Begins a new version; call it when the change is in SQL. */
  async change(): Promise<void> {
    await whileThere(() => this.store.set(versionKey, Bun.randomUUIDv7(), versionTtlMs));
    Atomics.add(this.#counter, 0, 1);
  }
}

/** Null, with a warning, while the store is unavailable: SQL can serve the catalogue too. */
export async function whileThere<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    getLogger(['stampede', 'catalog']).warning('the store is unavailable', {
      error: error.message,
    });
    return null;
  }
}
