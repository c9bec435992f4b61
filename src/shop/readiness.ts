/**
 * Whether buyers can buy here, and what else is in trouble. Only what stops orders makes an engine
 * unready: a balancer that took engines out because lists are old would end the sale for everybody.
 */
import { clockStepMs } from '../../actors/limits.ts';
import { SqlUnavailable } from '../db/sql.ts';
import type { KeyValueStore } from '../store/store.ts';
import { copyOf } from './cluster/copies.ts';
import { Serving } from './cluster/serving.ts';
import { clusterWarnings } from './cluster/warnings.ts';
import { lostRows, lostText } from './lost-rows.ts';
import type { ShopParts } from './parts.ts';
import { webhookTroubles } from './webhooks/troubles.ts';

/** The projector reports every second that it runs; after this silence it counts as gone. */
const projectorSilentMs = 5_000;

/** SQL and the store are asked at most this often, however often the engine is asked. */
const askMs = 1_000;
/** What SQL has lost is looked for less often: it reads the numbers of the whole catalogue. */
const lookForLostMs = 30_000;
/** What has not answered within this time counts as away. */
const answerMs = 1_500;

/** A value that the store is asked to keep: a store that can be read but not written is in trouble. */
const sampleKey = 'readiness';
const sampleTtlMs = 60_000;

export interface Readiness {
  /** Why buyers cannot buy here; empty when they can. */
  unready: string[];
  /** What else is in trouble; orders go on. */
  degraded: string[];
}

export type ReadinessParts = Pick<
  ShopParts,
  'board' | 'positions' | 'partitions' | 'clock' | 'steadyClock' | 'sql' | 'engines' | 'webhooks'
> & {
  store: Pick<KeyValueStore, 'set'>;
  /** True from the moment the engine is asked to stop. */
  draining(): boolean;
};

/** Judges the engine as this thread sees it; one for each HTTP thread. */
export class ReadinessCheck {
  readonly #parts: ReadinessParts;
  readonly #asked: readonly Asked[];
  readonly #serving: Serving;

  constructor(parts: ReadinessParts) {
    this.#parts = parts;
    this.#serving = new Serving(parts);
    const { sql, store } = parts;
    this.#asked = [
      new Asked('SQL: accounts and lists wait', () => sql.users.byId(0)),
      new Asked('the store: log-in and admission wait', () =>
        store.set(sampleKey, '1', sampleTtlMs),
      ),
      new Asked('SQL: its rows wait', () => lostOf(parts), lookForLostMs),
    ];
  }

  /** Notes what is served also while nobody asks; whoever calls it stops the timer. */
  watch(): Timer {
    return this.#serving.watch();
  }

  /** Takes at most about `answerMs`. */
  async judge(): Promise<Readiness> {
    const troubles = await Promise.all(this.#asked.map((part) => part.trouble()));
    const told = troubles.filter((trouble) => trouble !== null);
    const { unready, waited } = this.#serving.look();
    return {
      unready: this.#parts.draining() ? ['draining', ...unready] : unready,
      degraded: [
        ...waited,
        ...whyDegraded(this.#parts),
        ...webhookTroubles(this.#parts),
        ...ofCluster(this.#parts),
        ...told,
      ],
    };
  }
}

/** A part that has to be asked: all who want to know within the same moment share a question. */
class Asked {
  #askedAt = Number.NEGATIVE_INFINITY;
  #answered = true;
  /** Whether the last question has had no good answer: the next is then not put off. */
  #failed = false;
  #trouble: Promise<string | null> = Promise.resolve(null);

  constructor(
    private readonly what: string,
    /** May answer with trouble of its own, a text. */
    private readonly ask: () => Promise<unknown>,
    private readonly everyMs = askMs,
  ) {}

  /** What is wrong with the part, or null: any error, or no answer in time, is trouble. */
  trouble(): Promise<string | null> {
    const now = performance.now();
    // A question that hangs is not put again: the next one would only hang behind it.
    if (this.#answered && now - this.#askedAt >= (this.#failed ? askMs : this.everyMs)) {
      this.#askedAt = now;
      this.#answered = false;
      this.#failed = true;
      this.#trouble = this.#question();
    }
    return this.#trouble;
  }

  async #question(): Promise<string | null> {
    const late = Promise.withResolvers<string>();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      late.resolve(`${this.what}, it does not answer`);
    }, answerMs);
    const answer = this.ask().then(
      (found) => {
        // What comes late is told to no one: it has to be asked again.
        this.#failed = isLate;
        return typeof found === 'string' ? found : null;
      },
      (error: unknown) => `${this.what}, ${error instanceof Error ? error.message : String(error)}`,
    );
    const settled = answer.finally(() => {
      this.#answered = true;
      clearTimeout(timer);
    });
    return await Promise.race([settled, late.promise]);
  }
}

/** What SQL has lost. Whether it is there at all is asked, and told, by another question. */
async function lostOf(parts: ReadinessParts): Promise<string | null> {
  try {
    return lostText(await lostRows(parts));
  } catch (error) {
    if (error instanceof SqlUnavailable) return null;
    throw error;
  }
}

function whyDegraded({ positions, partitions, clock, sql }: ReadinessParts): string[] {
  const reasons: string[] = [];
  if (sql.trouble !== null)
    reasons.push(`SQL: accounts and the catalogue stay as they are, ${sql.trouble}`);
  if (clock() - positions.projectorBeatAt > projectorSilentMs)
    reasons.push('the projector writes nothing: see its log');
  const silent = range(partitions).filter((p) => positions.get(p, 'replicaSilent') === 1);
  if (silent.length > 0)
    reasons.push(`the replica of partition ${silent.join(', ')} is not written`);
  const still = range(partitions).filter((p) => positions.get(p, 'aheadMs') >= clockStepMs);
  if (still.length > 0)
    reasons.push(`the clock is behind partition ${still.join(', ')}: holds end late`);
  return reasons;
}

/** What stops nobody from buying, but would make more of the next failure. */
function ofCluster({ positions, partitions, steadyClock, engines }: ReadinessParts): string[] {
  const reasons = clusterWarnings(engines.members);
  for (const partition of range(partitions)) {
    const copy = copyOf(positions, partition, steadyClock);
    if (copy === null || (copy.mode === 'following' && copy.answers)) continue;
    const what = copy.mode === 'following' ? 'behind' : copy.mode;
    reasons.push(`this engine's copy of partition ${partition} is ${what}`);
  }
  return reasons;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
