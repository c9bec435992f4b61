/**
 * Buyers who persist through faults: each sends an order until it is answered with the order or with a
 * final refusal, honouring Retry-After, and now and then asks again, pays or cancels. Everything a
 * buyer was told is remembered, and must stay true for ever.
 */
import { expect } from 'bun:test';
import { orderStatusNames } from '../../actors/protocol.ts';
import { startProcess, waitUntil } from '../../actors/testing/process.ts';
import { type Crowd, inParallel, startCrowd } from './crowd.ts';
import {
  type Answer,
  type Client,
  engineEnvironment,
  type OrderData,
  root,
  type Sale,
  tokenFor,
} from './engine-process.ts';
import { type ItemsInJournal, itemsInJournalAndSql, orderIn } from './items-in-journal.ts';
import { OldOrders, promoEnded } from './old-orders.ts';
import type { Purchase } from './purchase.ts';

/** Answers that promise nothing: the same request is to be sent again. */
const openCodes = [10004, 30002, 30003];
/** Final refusals: out of stock, and the limit per user. */
const refusals = [30001, 30006];

/** How many visits ask for an order of any age, where some leave the memory. */
const oldShare = 0.15;

const crowdSize = 24;
/** The pause between two visits of one buyer, so that the test leaves room for the servers it tests. */
const visitPauseMs = 8;
/** The longest that a buyer keeps asking before the test fails. */
const patienceMs = 60_000;

/** How many buyers there are, and the pause between two visits of one. */
export interface CrowdOptions {
  size?: number;
  pauseMs?: number;
  /** When the first order of a promo may leave the memory, in milliseconds since 1970 UTC; never when not given. */
  leavesFrom?: (promo: number) => number;
}

/** Users of orders that are tried once count from here: those of the crowd count from 1. */
const firstSingleUser = 1_000_000_000;

export class Buyers {
  /** How often an answer promised nothing, by its code; 0 counts requests without an answer. */
  readonly told = new Map<number, number>();
  /** Orders that were answered for the first time. */
  bought = 0;
  /**
   * When the last request was sent that bought one of them, by `performance.now()`: an answer may still
   * be on its way when the engine can promise nothing any more.
   */
  lastPromiseAskedAt = 0;
  /**
   * Of these, orders that had been stored although their buyer was told that the outcome is unknown.
   */
  foundByToken = 0;
  /**
   * How often a token that had bought, or its order, was not known. Only an engine beside the one that
   * writes may answer so, for up to a second: until it has looked at the journal.
   */
  notKnown = 0;
  /** The longest that one request took since this was set to 0. */
  slowestMs = 0;

  /** Asks for orders that have left the memory; null where none may leave. */
  readonly #old: OldOrders | null;
  readonly #purchases: Purchase[] = [];
  readonly #crowd: Crowd;
  readonly #tries = new Set<Promise<number | null>>();
  #singleUsers = 0;

  /** `engine` gives the engine to ask next: after a restart, or of several, another one. */
  constructor(
    private readonly engine: () => Client,
    private readonly sales: readonly Sale[],
    { size = crowdSize, pauseMs = visitPauseMs, leavesFrom }: CrowdOptions = {},
  ) {
    const ask = <T>(purchase: Purchase, request: (engine: Client) => Promise<Answer<T>>) =>
      this.#ask(purchase, () => request(this.engine()));
    this.#old = leavesFrom === undefined ? null : new OldOrders(leavesFrom, ask);
    this.#crowd = startCrowd(size, async (visit) => {
      await this.#visit(visit);
      await Bun.sleep(pauseMs);
    });
  }

  /** Orders that were told to have left the memory. */
  get left(): number {
    return this.#old?.left ?? 0;
  }

  /** How often buyers were told to ask again. */
  get refusedForNow(): number {
    return openCodes.reduce((sum, code) => sum + (this.told.get(code) ?? 0), 0);
  }

  /** Resolves when this many more orders have been answered, with the milliseconds that took. */
  async buy(orders: number): Promise<number> {
    const [before, startedAt] = [this.bought, performance.now()];
    await waitUntil(`${orders} orders come in`, () => this.bought >= before + orders, patienceMs);
    return Math.round(performance.now() - startedAt);
  }

  /**
   * A new buyer sends one order of a sale to an engine, once. Resolves with null where it was placed, and else
   * with the code of the answer, 0 for none; what came of it then is asked in the end.
   */
  tryOnce(sale: Sale, engine: Client): Promise<number | null> {
    const purchase = this.#wish(sale, firstSingleUser + this.#singleUsers++, 1);
    purchase.open = true;
    const trying = this.#sendOnce(purchase, engine).finally(() => this.#tries.delete(trying));
    this.#tries.add(trying);
    return trying;
  }

  /** Starts no more visits; resolves when every buyer has an answer, each but those who tried once a final one. */
  async stop(): Promise<void> {
    await this.#crowd.stop();
    await Promise.all(this.#tries);
  }

  /**
   * Every buyer asks once more, with the same token, and must get their earlier answer (I3). `engine` is the one
   * that all ask.
   */
  async askAgain(engine = this.engine): Promise<void> {
    const asking = this.#purchases.filter(({ order, open }) => order !== null || open);
    const before = this.notKnown;
    await inParallel(asking.length, crowdSize, (index) => this.#place(asking[index]!, engine));
    expect(this.notKnown).toBe(before);
    await this.#old?.askAll(asking);
  }

  /**
   * Compares what buyers were told with the journal and with SQL, then replays. The engine must have
   * drained. `others`: orders of the test's own. Resolves with what the journal has.
   */
  async expectKept(
    dataDir: string,
    env: Record<string, string>,
    others = 0,
  ): Promise<ItemsInJournal> {
    const items = await itemsInJournalAndSql(dataDir, env);
    const orders = new Set<string>();
    for (const { token, order, userId, amount, settled } of this.#purchases) {
      if (order === null) continue;
      orders.add(order.orderId);
      const stored = orderIn(items, order.orderId);
      const nonce = nonceOf(token);
      expect([stored.user, stored.amount, stored.nonce]).toEqual([userId, amount, nonce]);
      if (settled !== null) expect(orderStatusNames[stored.status]).toBe(settled);
    }
    const stored = [...items.values()].reduce((sum, item) => sum + item.orders.count, 0);
    const unheard = this.#old === null ? 0 : this.#unheardIn(items);
    // As many orders as tokens that bought: none was lost, and none was placed twice.
    expect([orders.size, stored]).toEqual([this.bought, this.bought + unheard + others]);
    this.#old?.expectKept(items);
    expect(await replay(dataDir, env)).toMatchObject({ code: 0 });
    return items;
  }

  /**
   * Orders of buyers who were told only that the outcome is unknown, and later that the promo is over: their order
   * had left the memory by then.
   */
  #unheardIn(items: ItemsInJournal): number {
    const unheard = this.#purchases.filter(
      ({ order, unknown, endedAt }) => order === null && unknown && endedAt < Infinity,
    );
    const nonces = new Map(unheard.map(({ token, userId }) => [nonceOf(token), userId]));
    const theirs = [...items.all()].filter(({ user, nonce }) => nonces.get(nonce) === user);
    expect(new Set(theirs.map(({ nonce }) => nonce)).size).toBe(theirs.length);
    return theirs.length;
  }

  async #visit(visit: number): Promise<void> {
    if (this.#old !== null && Math.random() < oldShare) {
      const any = this.#purchases[Math.floor(Math.random() * this.#purchases.length)];
      if (any !== undefined && any.order !== null) await this.#askOld(any);
      return;
    }
    const lot = Math.random();
    const recent = this.#purchases.at(-1 - Math.floor(Math.random() * 100));
    if (lot < 0.7 || recent === undefined || recent.order === null) await this.#new(visit);
    else if (lot < 0.85) await this.#place(recent);
    else if (recent.settled === null) await this.#settle(recent, lot < 0.95 ? 'pay' : 'cancel');
  }

  async #askOld(purchase: Purchase): Promise<void> {
    if (Math.random() < 0.3) await this.#place(purchase);
    else await this.#old!.ask(purchase);
  }

  async #new(visit: number): Promise<void> {
    const userId = Math.floor(visit / 4) + 1;
    const sale = this.sales[visit % this.sales.length]!;
    await this.#place(this.#wish(sale, userId, Math.random() < 0.8 ? 1 : 2));
  }

  #wish(sale: Sale, userId: number, amount: number): Purchase {
    const told = { order: null, unknown: false, settled: null, open: false, endedAt: Infinity };
    const purchase: Purchase = { token: tokenFor(sale, userId), userId, amount, ...told };
    this.#purchases.push(purchase);
    return purchase;
  }

  async #sendOnce(purchase: Purchase, engine: Client): Promise<number | null> {
    const askedAt = performance.now();
    const answer = await unlessUnanswered(engine.place(purchase.token, purchase.amount, call()));
    const code = answer === null ? 0 : answer.errCode;
    purchase.unknown ||= code === 0 || code === 10004;
    if (answer !== null && (code === null || !openCodes.includes(code)))
      this.#note(purchase, answer, askedAt);
    return code;
  }

  async #place(purchase: Purchase, engine = this.engine): Promise<void> {
    const { token, amount } = purchase;
    let askedAt = 0;
    const answer = await this.#ask(purchase, () => {
      askedAt = performance.now();
      return engine().place(token, amount, call());
    });
    this.#note(purchase, answer, askedAt);
  }

  /** Keeps a final answer, and compares it with what the buyer was told before. */
  #note(purchase: Purchase, answer: Answer<OrderData>, askedAt: number): void {
    const { errCode, data, status } = answer;
    purchase.open = false;
    if (errCode === promoEnded && this.#old !== null) {
      this.#old.noteEnded(purchase);
      return;
    }
    // What has left does not come back.
    if (askedAt > purchase.endedAt) expect(errCode).toBe(promoEnded);
    if (errCode !== null) {
      expect(refusals).toContain(errCode);
      if (purchase.order !== null) this.notKnown++;
      return;
    }
    if (purchase.order === null) {
      this.bought++;
      this.lastPromiseAskedAt = Math.max(this.lastPromiseAskedAt, askedAt);
      if (purchase.unknown && status === 200) this.foundByToken++;
    } else {
      expect(status).toBe(200);
    }
    purchase.order ??= data;
    expect(data).toEqual(purchase.order);
  }

  async #settle(purchase: Purchase, verb: 'pay' | 'cancel'): Promise<void> {
    const path = `/api/orders/${purchase.order!.orderId}/${verb}`;
    const { errCode, data } = await this.#ask(purchase, () =>
      this.engine().api<OrderData>('POST', path, {}, call()),
    );
    if (errCode === 10005) this.notKnown++;
    // Otherwise another buyer of the crowd was first, or the hold has ended.
    if (errCode !== null && [10005, 30011, 30012].includes(errCode)) return;
    const status = verb === 'pay' ? 'paid' : 'cancelled';
    expect([errCode, data.status]).toEqual([null, status]);
    purchase.settled ??= status;
    expect(purchase.settled).toBe(status);
  }

  /** Sends a request until the answer is final. No answer counts as an open one: the engine is dead. */
  async #ask<T>(purchase: Purchase, request: () => Promise<Answer<T>>): Promise<Answer<T>> {
    for (const end = Date.now() + patienceMs; Date.now() < end; ) {
      const sentAt = performance.now();
      const answer = await unlessUnanswered(request());
      this.slowestMs = Math.max(this.slowestMs, performance.now() - sentAt);
      if (answer?.errCode == null || !openCodes.includes(answer.errCode)) {
        if (answer !== null) return answer;
        this.#tell(0);
        purchase.unknown = true;
        await Bun.sleep(50);
        continue;
      }
      this.#tell(answer.errCode);
      purchase.unknown ||= answer.errCode === 10004;
      const seconds = Number(answer.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(0);
      await Bun.sleep(seconds * 1_000);
    }
    throw new Error(`no final answer within ${patienceMs} ms`);
  }

  #tell(code: number): void {
    this.told.set(code, (this.told.get(code) ?? 0) + 1);
  }
}

/** Runs `bun replay` with an engine's settings. */
export async function replay(dataDir: string, env: Record<string, string> = {}) {
  const command = [process.execPath, 'src/main.ts', 'replay'];
  const settings = { ...engineEnvironment(dataDir), ...env };
  const replaying = startProcess({ command, cwd: root, env: settings });
  return { code: await replaying.ended, output: replaying.output() };
}

/** Null for a request that got no answer. @throws where the answer is none of the engine's. */
async function unlessUnanswered<T>(request: Promise<Answer<T>>): Promise<Answer<T> | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof Error && error.message.includes('envelope')) throw error;
    return null;
  }
}

const nonceOf = (token: string) => Number(token.split('.')[5]);

const call = () => ({ signal: AbortSignal.timeout(10_000) });
