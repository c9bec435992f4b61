/** An engine with three sales and a crowd of buyers, on the servers to inject faults into. */
import { expect } from 'bun:test';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../../actors/testing/process.ts';
import {
  type EngineOptions,
  type Sale,
  startTestEngine,
  type TestEngine,
} from './engine-process.ts';
import type { ItemsInJournal } from './items-in-journal.ts';
import { Buyers, type CrowdOptions } from './persistent-buyers.ts';

/**
 * How long to wait for what should take a second or three, on a machine that is also busy otherwise.
 */
export const patienceMs = 20_000;

export interface Statement {
  itemId: number;
  loaded: number;
  sold: number;
  held: number;
  left: number;
  journalSeq: number;
  sqlSeq: number;
  replicaSeq: number;
}

export class FaultRig {
  readonly folder: TemporaryFolder = temporaryFolder();
  /** In three partitions; the last has few units, whose holds end after two seconds. */
  sales: Sale[] = [];

  #engine: TestEngine | null = null;
  #buyers: Buyers | null = null;

  constructor(
    readonly env: Record<string, string>,
    private readonly options: Omit<EngineOptions, 'dataDir' | 'env'> = {},
    private readonly crowd: CrowdOptions = {},
  ) {}

  get engine(): TestEngine {
    return this.#engine!;
  }

  get buyers(): Buyers {
    return this.#buyers!;
  }

  /** Starts the engine, or starts it again. */
  async start(): Promise<void> {
    const { env, folder, options } = this;
    this.#engine = await startTestEngine({ dataDir: folder.path, env, ...options });
  }

  /** Goes on with another engine; the previous one must have ended. */
  goOnWith(engine: TestEngine): void {
    this.#engine = engine;
  }

  async openSales(): Promise<void> {
    const roomy = { stock: 1_000_000, limitPerUser: 2 };
    const scarce = { stock: 100, limitPerUser: 2, payWindowSeconds: 2 };
    for (const terms of [roomy, roomy, scarce]) this.sales.push(await this.engine.sale(terms));
  }

  /** Starts engine, sales and buyers. `engine` gives the engine to ask next; this rig's by default. */
  async sell(engine: () => TestEngine = () => this.engine): Promise<void> {
    await this.start();
    await this.openSales();
    this.#buyers = new Buyers(engine, this.sales, this.crowd);
    await this.buyers.buy(100);
  }

  async statements(): Promise<Statement[]> {
    const answer = await this.engine.api<{ items: Statement[] }>('GET', '/api/admin/statements');
    return answer.data.items;
  }

  /** Why the engine says that it is not ready; empty when it is. */
  readonly reasons = () => reasonsOf(this.engine);
  readonly readiness = () => readinessOf(this.engine);

  /** Waits until the engine says that it is ready, or that it is not, for a reason that fits. */
  async untilReady(withinMs = patienceMs): Promise<void> {
    const nothingSaid = async () => {
      const reasons = await this.reasons();
      // Whoever waits in vain is to see what for.
      if (reasons.length > 0) throw new Error(reasons.join('; '));
      return true;
    };
    await waitUntil('ready', nothingSaid, withinMs);
  }

  untilNotReady(reason: RegExp): Promise<void> {
    return this.#untilSays(false, reason);
  }

  /** Waits until the engine says that buyers can buy here, and that something else is in trouble. */
  untilDegraded(reason: RegExp): Promise<void> {
    return this.#untilSays(true, reason);
  }

  async #untilSays(readyOrNot: boolean, reason: RegExp): Promise<void> {
    const says = async () => {
      const { ready, reasons } = await this.readiness();
      return ready === readyOrNot && reasons.some((each) => reason.test(each));
    };
    await waitUntil(
      `${readyOrNot ? 'ready' : 'not ready'}, and in trouble: ${reason}`,
      says,
      patienceMs,
    );
  }

  /**
   * Ends the sale and checks that everything buyers were told is true: by the answers to the same
   * tokens, by the journal, by SQL and by `bun replay`. `others`: orders of the test's own. Resolves with what
   * the journal has.
   */
  async expectKept(others = 0): Promise<ItemsInJournal> {
    await this.buyers.stop();
    await this.buyers.askAgain();
    await this.untilProjected();
    expect(this.buyers.notKnown).toBe(0);
    expect(await this.engine.stop()).toBe(0);
    return this.buyers.expectKept(this.folder.path, this.env, others);
  }

  async untilProjected(): Promise<void> {
    await waitUntil(
      'SQL holds every entry',
      async () => (await this.statements()).every((each) => each.sqlSeq === each.journalSeq),
      patienceMs,
    );
  }

  async remove(): Promise<void> {
    await this.#engine?.kill();
    // A buyer who is still waiting fails for want of an engine, which proves nothing.
    this.folder.remove();
  }
}

/** What an engine says is in trouble; empty when nothing is. */
async function reasonsOf(engine: TestEngine): Promise<string[]> {
  const { reasons } = await readinessOf(engine);
  return reasons;
}

/** What an engine answers to a balancer, which hears only the status, and to its operator. */
export async function readinessOf(
  engine: TestEngine,
): Promise<{ ready: boolean; reasons: string[] }> {
  const signal = AbortSignal.timeout(3_000);
  const response = await fetch(`${engine.url}/readyz`, { signal });
  // The shape of `/readyz`.
  const { data } = (await response.json()) as { data: { ready: boolean; reasons: string[] } };
  expect(response.status).toBe(data.ready ? 200 : 503);
  return data;
}
