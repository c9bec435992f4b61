/**
 * Requests that must not be carried out twice, by the key that their sender gave each: what it asked for,
 * and what came of it.
 *
 * Before anything is done the *intent* is kept: what was asked for, and the name of the attempt. The work
 * is given that name, and hands it to whatever it makes, so that the same attempt made again (its engine
 * died, or its outcome is unknown) finds what it has made already instead of making another. A final
 * answer is kept beside the intent, and given to every repeat.
 *
 * A *turn* keeps repeats that arrive at once apart. It lapses by itself, since its holder may be dead;
 * that two should work on one attempt then does no harm, for the reason above.
 */
import { getLogger } from '../../actors/log.ts';
import { type KeyValueStore, StoreUnavailable } from './store.ts';

/** How long a key stands for its request. */
const keptMs = 24 * 3_600_000;
/** Longer than a request takes that waits for SQL and for an actor in turn. */
const turnMs = 15_000;
/** How long a repeat waits for the one before it, and how often it looks. */
const waitMs = 5_000;
const lookMs = 50;

/** What came of a request: `final` is kept, anything else lets a repeat try again. */
export interface Worked<T> {
  answer: T;
  final: boolean;
}

export type Carried<T> =
  | { outcome: 'answered'; answer: T; replayed: boolean }
  /** The key stands for another request. */
  | { outcome: 'used otherwise' }
  /** The same request is being carried out, and has not come to an end while this one waited. */
  | { outcome: 'in progress' }
  /** The store is away: nothing was done. */
  | { outcome: 'unprotected' };

interface Kept<T> {
  /** What was asked for. */
  what: string;
  attempt: string;
  /** Missing until there is a final one. */
  answer?: T;
}

type Store = Pick<KeyValueStore, 'get' | 'keep' | 'setIfAbsent' | 'deleteIf'>;

export class KeptAnswers {
  constructor(
    private readonly store: Store,
    private readonly waitedMs = waitMs,
  ) {}

  /**
   * Carries a request out, unless it was, and resolves with its answer, which must be JSON.
   * @param key - whose request, and the key that they gave it.
   * @param what - the request itself: the same text is the same request.
   * @param work - gets the name of the attempt. What it throws leaves the outcome open.
   */
  async once<T>(
    key: string,
    what: string,
    work: (attempt: string) => Promise<Worked<T>>,
  ): Promise<Carried<T>> {
    const turn = Bun.randomUUIDv7();
    const begun = await this.#unlessAway(() => this.#begin<T>(key, what, turn));
    if (begun === null) return { outcome: 'unprotected' };
    if (begun.outcome !== 'ours') return begun;
    const { attempt } = begun;
    try {
      const { answer, final } = await work(attempt);
      // The answer is true also where it cannot be kept: a repeat finds what was made.
      if (final) await this.#unlessAway(() => this.#keep(key, { what, attempt, answer }));
      return { outcome: 'answered', answer, replayed: false };
    } finally {
      // A turn that cannot be given back lapses.
      await this.#unlessAway(() => this.store.deleteIf(turnOf(key), turn));
    }
  }

  /** Waits for its turn, and keeps the intent; or finds that there is nothing to do. */
  async #begin<T>(
    key: string,
    what: string,
    turn: string,
  ): Promise<Carried<T> | { outcome: 'ours'; attempt: string }> {
    const until = performance.now() + this.waitedMs;
    while (!(await this.store.setIfAbsent(turnOf(key), turn, turnMs))) {
      const known = answered(await this.#read<T>(key), what);
      if (known !== null) return known;
      if (performance.now() >= until) return { outcome: 'in progress' };
      await Bun.sleep(lookMs);
    }
    const kept = await this.#read<T>(key);
    const known = answered(kept, what);
    if (known !== null) {
      await this.store.deleteIf(turnOf(key), turn);
      return known;
    }
    const attempt = kept?.attempt ?? Bun.randomUUIDv7();
    if (kept === null) await this.#keep(key, { what, attempt });
    return { outcome: 'ours', attempt };
  }

  async #read<T>(key: string): Promise<Kept<T> | null> {
    const text = await this.store.get(keptAt(key));
    return text === null ? null : (JSON.parse(text) as Kept<T>); // As it was written below.
  }

  async #keep<T>(key: string, kept: Kept<T>): Promise<true> {
    await this.store.keep(keptAt(key), JSON.stringify(kept), keptMs);
    return true;
  }

  /** Null where the store is away. */
  async #unlessAway<R>(use: () => Promise<R>): Promise<R | null> {
    try {
      return await use();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      getLogger(['stampede', 'store']).warning('a key of a request is not kept', {
        error: error.message,
      });
      return null;
    }
  }
}

const keptAt = (key: string) => `request:${key}`;
const turnOf = (key: string) => `request-turn:${key}`;

/** What a repeat is told at once; null where there is something to do. */
function answered<T>(kept: Kept<T> | null, what: string): Carried<T> | null {
  if (kept === null) return null;
  if (kept.what !== what) return { outcome: 'used otherwise' };
  if (kept.answer === undefined) return null;
  return { outcome: 'answered', answer: kept.answer, replayed: true };
}
