/** What is asked of orders that their actor no longer has, while SQL has them, and while it does not. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { code } from '../../actors/protocol.ts';
import { SqlUnavailable } from '../db/sql.ts';
import { faultCode } from '../http/wire/fault-answers.ts';
import { failures } from '../http/wire/messages.ts';
import { orderId } from '../order-id.ts';
import type { Delivery } from '../payments/deliveries.ts';
import { Projector } from '../projector/projector.ts';
import { ShopRig } from '../testing/shop-rig.ts';
import { hasPaid } from './archived-orders.ts';
import { createItem } from './create-item.ts';
import { draftPromo } from './draft-promo.ts';
import { refuse } from './outcome.ts';
import { type Change, type ChangedBy, changeOrder } from './payments/change-order.ts';
import { takeDelivery } from './payments/take-delivery.ts';
import { publishPromo } from './publish-promo.ts';
import { readOrder } from './read-order.ts';

const price = 100;
const payWindowSeconds = 60;
const otherDay = 9 * 24 * 3_600_000;
const merchant = { user: 0, by: 'admin' } as const;

let shop: ShopRig;
let projector: Projector;
/** Deliveries that the merchant was told of, and why. */
let unplaced: [orderId: string, why: string][];
let item: number;
/** When the orders were placed, and their ids: paid by `p-1`, cancelled, and expired. */
let placedAt: number;
let paid: string;
let cancelled: string;
let expired: string;

beforeAll(async () => {
  shop = await ShopRig.start();
  const { partition, sql } = shop;
  const { journal } = partition;
  projector = new Projector({ journal, projection: sql.projection, partitions: 1 });
});

afterAll(() => shop.remove());

/** Three orders of a promo that is over, still in memory; SQL has them unless told otherwise. */
async function soldOut(isProjected = true): Promise<void> {
  const lamp = { title: 'Lamp', description: '', price: 4_200, stock: 3, imageUrl: null };
  const draft = { ...lamp, normalSale: true, limitPerUser: 5, hidden: false };
  item = (await createItem(shop, draft, 'admin')).value!;
  const promo = await draftPromo(shop, {
    ...{ itemId: item, name: 'Midnight', price, startAt: shop.now, endAt: shop.now + 1_000 },
    ...{ limitPerUser: 1, gateFactor: 5, payWindowSeconds, admitSeconds: 300 },
    ...({ captcha: true, queue: 'off', queueOpenAt: null } as const),
  });
  const { id } = promo.value!;
  expect((await publishPromo(shop, id, 'admin')).refused).toBeNull();
  placedAt = shop.now;
  for (const user of [1, 2, 3]) {
    const token = { promo: id, nonce: user, expiresAt: 9_999_999 };
    const bought = await shop.send({ type: 'place', item, user, amount: 1, ...token });
    expect(bought.code).toBe(code.ok);
  }
  [paid = '', cancelled = '', expired = ''] = [1, 2, 3].map((n) => orderId(item, n, placedAt));
  const money = { amountMinor: price, reference: 'p-1', by: 'webhook' };
  await shop.send({ type: 'pay', item, n: 1, user: 0, ...money });
  await shop.send({ type: 'cancel', item, n: 2, user: 2 });
  shop.now += payWindowSeconds * 1_000 + 1;
  await pass();
  if (isProjected) await projector.catchUp();
}

async function pass(): Promise<void> {
  const { partition, journal } = shop.partition;
  partition.tick(shop.now);
  partition.commit();
  await journal.acknowledgeAll();
}

/** Has every order leave the memory that can change no more; the projector is said to have told SQL. */
async function archive(): Promise<void> {
  const { archive, positions } = shop.partition;
  shop.now += 1_000;
  positions.set(0, 'sqlKnown', 1);
  positions.set(0, 'sqlSeq', positions.get(0, 'journalSeq'));
  archive.retainMs = 0;
  await pass();
  archive.retainMs = Number.POSITIVE_INFINITY;
  const { order, about } = await shop.send({ type: 'read', item, n: 3, user: 0 });
  expect([order, about]).toEqual([null, -1]);
}

const parts = () => ({
  send: shop.send,
  sql: shop.sql,
  unplaced: ({ orderId: id }: Delivery, why: string) => unplaced.push([id, why]),
});

const change = (id: string, wanted: Change, who: ChangedBy = merchant) =>
  changeOrder(shop, id, who, wanted);

const deliver = (id: string, reference: string, status: Delivery['status'] = 'paid') =>
  takeDelivery(parts(), { orderId: id, amount: price, reference, status });

const dues = async () => {
  await projector.catchUp();
  const open = await shop.sql.refundsDue.open(null, 50);
  return open
    .filter(({ itemId }) => itemId === item)
    .map(({ n, reason, amountMinor, reference }) => [n, reason, amountMinor, reference]);
};

beforeEach(() => {
  unplaced = [];
});

describe('an order that is archived', () => {
  beforeEach(async () => {
    await soldOut();
    await archive();
  });

  test('is read from SQL as its actor had it, by whoever may', async () => {
    const { value } = await readOrder(shop, paid, 1);
    expect(value!.order).toEqual({
      ...{ n: 1, user: 1, promo: value!.order.promo, amount: 1, unitPrice: price, status: 1 },
      ...{ createdAt: placedAt, payBy: placedAt + payWindowSeconds * 1_000 },
      ...{ paidAt: placedAt, closedAt: 0, toRefund: 0 },
    });
    expect(value!.archived!.row.id).toBe(paid);
    expect(await readOrder(shop, paid, 2)).toEqual(refuse(code.notFound));
    expect(await readOrder(shop, orderId(item, 1, otherDay), 0)).toEqual(refuse(code.notFound));
  });

  test('knows the payment that has paid it, and no other', async () => {
    const archived = (await readOrder(shop, paid, 0)).value!.archived!;
    expect(['p-1', '', 'p-2'].map((reference) => hasPaid(archived, reference))).toEqual([
      ...[true, true, false],
    ]);
    const never = (await readOrder(shop, cancelled, 0)).value!.archived!;
    expect(hasPaid(never, '')).toBe(false);
  });

  test('is cancelled by nobody, and refunded by nobody', async () => {
    for (const id of [paid, cancelled, expired]) {
      expect(await change(id, { type: 'cancel' })).toEqual(refuse(code.wrongState));
      const refund = { type: 'refund', backOnSale: false } as const;
      expect(await change(id, refund)).toEqual(refuse(code.wrongState));
    }
    expect(await change(paid, { type: 'cancel' }, { user: 1 })).toEqual(refuse(code.wrongState));
    expect(await change(paid, { type: 'cancel' }, { user: 2 })).toEqual(refuse(code.notFound));
  });

  test('is paid by hand once more without effect; where it was cancelled that money is due back, once', async () => {
    expect((await change(paid, { type: 'pay' })).value!.order.status).toBe(1);
    expect((await change(paid, { type: 'pay' }, { user: 1 })).refused).toBeNull();
    const late = { type: 'pay', reference: 'by-hand' } as const;
    for (const _ of ['first', 'second'])
      expect(await change(cancelled, late)).toEqual(refuse(code.refundDue));
    expect(await change(cancelled, late, { user: 2 })).toEqual(refuse(code.wrongState));
    expect(await dues()).toEqual([[2, 'archived', price, 'by-hand']]);
    expect((await readOrder(shop, cancelled, 0)).value!.order.toRefund).toBe(price);
  });

  test("takes a provider's payment that it has had, and owes one that is new", async () => {
    expect((await deliver(paid, 'p-1')).value).toMatchObject({ item, refundDue: false });
    for (const _ of ['first', 'second'])
      expect((await deliver(expired, 'p-3')).value).toMatchObject({ item, refundDue: true });
    expect(await dues()).toEqual([[3, 'archived', price, 'p-3']]);
    expect(unplaced).toEqual([]);
  });

  test('is not refunded by its provider, and the merchant is told', async () => {
    expect(await deliver(paid, 'p-1', 'refunded')).toEqual(refuse(code.wrongState));
    const why = 'the order is archived: its books keep the money that went back';
    expect(unplaced).toEqual([[paid, why]]);
  });

  test('has back what was due of it: the provider may say so', async () => {
    await deliver(cancelled, 'p-2');
    expect(await dues()).toHaveLength(1);
    expect((await deliver(cancelled, 'p-2', 'refunded')).refused).toBeNull();
    expect(await dues()).toEqual([]);
    expect(unplaced).toEqual([]);
  });
});

describe('an order that leaves the memory after it was read', () => {
  /** As `shop.send`, but the order has left when it is sent what would change it. */
  const leaving = () => {
    let reads = 0;
    const send: typeof shop.send = async (command) => {
      if (command.type !== 'read' && reads++ === 0) await archive();
      return shop.send(command);
    };
    return { ...parts(), send };
  };

  beforeEach(() => soldOut());

  test('is answered for as one that had left before', async () => {
    const late = { type: 'pay', reference: 'by-hand' } as const;
    expect(await changeOrder(leaving(), cancelled, merchant, late)).toEqual(refuse(code.refundDue));
  });

  test('also to its provider', async () => {
    const delivery = { orderId: expired, amount: price, reference: 'p-9', status: 'paid' } as const;
    expect((await takeDelivery(leaving(), delivery)).value!.refundDue).toBe(true);
    expect(await dues()).toEqual([[3, 'archived', price, 'p-9']]);
  });
});

test('an order that SQL does not have yet is unknown for now, and no money for it is answered', async () => {
  await soldOut(false);
  await archive();
  const asked = [
    () => readOrder(shop, paid, 1),
    () => change(cancelled, { type: 'pay' }),
    () => deliver(expired, 'p-3'),
    () => deliver(paid, 'p-1', 'refunded'),
  ];
  for (const ask of asked) {
    const fault = await ask().then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).toBeInstanceOf(SqlUnavailable);
    expect(failures[faultCode(fault as SqlUnavailable)].status).toBe(503);
  }
  expect(unplaced).toEqual([]);
  await projector.catchUp();
  expect((await deliver(expired, 'p-3')).value!.refundDue).toBe(true);
});
