/**
 * Orders that may have left the memory: whoever asks for one gets the answer they would have got before, but for what
 * would change it. Which ones have left shows in the answer to their purchase token.
 */
import { expect } from 'bun:test';
import { orderStatusNames } from '../../actors/protocol.ts';
import { parseOrderId } from '../order-id.ts';
import { inParallel } from './crowd.ts';
import type { Answer, Client } from './engine-process.ts';
import { type ItemsInJournal, orderIn } from './items-in-journal.ts';
import { type DeliveredOrder, deliver } from './provider.ts';
import type { Purchase } from './purchase.ts';

export const promoEnded = 30005;
const wrongState = 30011;

/** Sends a request until the answer is final. */
type Ask = <T>(
  purchase: Purchase,
  request: (engine: Client) => Promise<Answer<T>>,
) => Promise<Answer<T>>;

/** How many of those that have left are asked for everything in the end, and at a time. */
const askedInTheEnd = 200;
const crowdSize = 8;

export class OldOrders {
  /** Of those that have left, by their ids: as they were read. */
  readonly #left = new Map<string, DeliveredOrder | null>();
  /** Ids of those that money came for after they had left. */
  readonly #owed = new Set<string>();

  /** @param leavesFrom - when the first order of a promo may leave, in milliseconds since 1970 UTC */
  constructor(
    private readonly leavesFrom: (promo: number) => number,
    private readonly send: Ask,
  ) {}

  get left(): number {
    return this.#left.size;
  }

  /** A purchase token was told that the promo is over. */
  noteEnded(purchase: Purchase): void {
    purchase.endedAt = Math.min(purchase.endedAt, performance.now());
    const { order } = purchase;
    if (order === null || this.#left.has(order.orderId)) return;
    expect(Date.now()).toBeGreaterThanOrEqual(this.leavesFrom(order.promoId));
    this.#left.set(order.orderId, null);
  }

  /** Asks for something or other. */
  async ask(purchase: Purchase): Promise<void> {
    const lot = Math.random();
    const hasLeft = this.#left.has(purchase.order!.orderId);
    if (lot < 0.5 || !hasLeft) await this.#read(purchase);
    else if (lot < 0.7) await this.#cancel(purchase);
    else if (lot < 0.9) await this.#refund(purchase);
    else await this.#pay(purchase);
  }

  /** Asks for everything, some of those that have left. */
  async askAll(purchases: readonly Purchase[]): Promise<void> {
    const left = purchases.filter(({ order }) => order !== null && this.#left.has(order.orderId));
    const some = left.toSorted(() => Math.random() - 0.5).slice(0, askedInTheEnd);
    await inParallel(some.length, crowdSize, async (index) => {
      const purchase = some[index]!;
      await this.#read(purchase);
      await this.#cancel(purchase);
      await this.#refund(purchase);
      await this.#pay(purchase);
    });
  }

  /** The journal must have archived what was told to have left, as it was read, and owe what came too late. */
  expectKept(items: ItemsInJournal): void {
    for (const [orderId, read] of this.#left) {
      const { item, n } = parseOrderId(orderId)!;
      expect([orderId, items.get(item)!.orders.isArchived(n)]).toEqual([orderId, true]);
      if (read === null) continue;
      const { status } = orderIn(items, orderId);
      expect([orderId, read.status]).toEqual([orderId, orderStatusNames[status]!]);
    }
    for (const orderId of this.#owed) {
      const { item, n } = parseOrderId(orderId)!;
      const reasons = items
        .get(item)!
        .dues.filter((due) => due.n === n)
        .map(({ reason }) => reason);
      expect([orderId, reasons]).toEqual([orderId, expect.arrayContaining(['archived'])]);
    }
  }

  async #read(purchase: Purchase): Promise<void> {
    const { order, userId, settled } = purchase;
    const { orderId } = order!;
    const hadLeft = this.#left.get(orderId);
    const { errCode, data } = await this.send(purchase, (engine) =>
      engine.api<DeliveredOrder>('GET', `/api/orders/${orderId}`),
    );
    expect([orderId, errCode]).toEqual([orderId, null]);
    const { status: _status, paidAt: _paidAt, closedAt: _closedAt, ...placed } = order!;
    const { toRefund: _toRefund, ...read } = data;
    expect(read).toMatchObject({ ...withoutMoney(placed), userId });
    if (settled !== null) expect([orderId, read.status]).toEqual([orderId, settled]);
    if (hadLeft === undefined) return;
    expect(read).toEqual(withoutMoney(hadLeft ?? data));
    this.#left.set(orderId, data);
  }

  async #cancel(purchase: Purchase): Promise<void> {
    await this.#mustBeSettled(purchase, 'cancel');
  }

  /** Of a payment that is not due back. */
  async #refund(purchase: Purchase): Promise<void> {
    await this.#mustBeSettled(purchase, 'refund', { reference: 'never-came' });
  }

  async #mustBeSettled(purchase: Purchase, verb: 'cancel' | 'refund', body = {}): Promise<void> {
    const { orderId } = purchase.order!;
    const { errCode } = await this.send(purchase, (engine) =>
      engine.api('POST', `/api/orders/${orderId}/${verb}`, body),
    );
    expect([orderId, verb, errCode]).toEqual([orderId, verb, wrongState]);
  }

  /** A payment that nobody has told of before is due back, however often it is told. */
  async #pay(purchase: Purchase): Promise<void> {
    const { orderId, total: amount } = purchase.order!;
    const late = { orderId, amount, reference: `late-${orderId}`, status: 'paid' } as const;
    const { errCode, data } = await this.send(purchase, (engine) => deliver(engine, late));
    expect([orderId, errCode, data.refundDue]).toEqual([orderId, null, true]);
    this.#owed.add(orderId);
  }
}

function withoutMoney<T extends object>(order: T): Omit<T, 'toRefund'> {
  const { toRefund: _, ...rest } = order as T & { toRefund?: number };
  return rest as Omit<T, 'toRefund'>; // It has all but that.
}
