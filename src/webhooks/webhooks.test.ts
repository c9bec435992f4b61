/** The whole way: an engine, its journal and SQL, and a merchant's receiver that is not always well. */
import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../../actors/testing/process.ts';
import {
  mustSucceed,
  type OrderData,
  type Sale,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../testing/engine-process.ts';
import { deliver } from '../testing/provider.ts';
import { WebhookReceiver } from '../testing/webhook-receiver.ts';

setDefaultTimeout(240_000);

let folder: TemporaryFolder;
let receiver: WebhookReceiver;
let engine: TestEngine;
let sale: Sale;
let users = 0;

const ok = () => ({ status: 204 });

/** Starts the engine on what it left behind; `url` replaces the receiver's, null: nobody is told. */
async function start(url?: string | null): Promise<void> {
  const { WEBHOOK_URL, ...rest } = receiver.env;
  const told = url === null ? {} : { WEBHOOK_URL: url ?? WEBHOOK_URL!, ...rest };
  engine = await startTestEngine({
    dataDir: folder.path,
    script: 'src/testing/rehearsal-engine.ts',
    args: ['quick-webhooks', 'crashes'],
    env: { ...told, LOG_LEVEL: 'error' },
  });
}

async function place(of = sale): Promise<OrderData> {
  return mustSucceed(await engine.place(tokenFor(of, ++users)));
}

async function change(orderId: string, what: 'pay' | 'cancel' | 'refund'): Promise<void> {
  mustSucceed(await engine.api('POST', `/api/orders/${orderId}/${what}`, {}));
}

async function untilTold(orderId: string, ...types: string[]): Promise<void> {
  const isTold = () => receiver.typesOf(orderId).length >= types.length;
  await waitUntil(`${types} of ${orderId} are told`, isTold);
  expect(receiver.typesOf(orderId)).toEqual(types);
}

beforeAll(async () => {
  folder = temporaryFolder();
  receiver = await WebhookReceiver.start();
  await start(null);
  sale = await engine.sale({ stock: 100_000 });
});

beforeEach(() => {
  receiver.answering = ok;
});

afterAll(async () => {
  await engine.kill();
  await receiver.stop();
  folder.remove();
});

test('the first start that has an address begins at the end of the journal, a later one where it stood', async () => {
  const before = await place();
  await engine.stop();
  await start();
  const first = await place();
  await untilTold(first.orderId, 'order.placed');
  await engine.stop();
  await start(null);
  const meanwhile = await place();
  await engine.stop();
  await start();
  await untilTold(meanwhile.orderId, 'order.placed');
  expect(receiver.typesOf(before.orderId)).toEqual([]);
  expect(receiver.requests.filter(({ data }) => data.orderId === first.orderId)).toHaveLength(1);
});

test('whatever becomes of an order is told, as the API shows it', async () => {
  const [paid, refunded, cancelled] = [await place(), await place(), await place()];
  await change(paid.orderId, 'pay');
  await change(refunded.orderId, 'pay');
  await change(refunded.orderId, 'refund');
  await change(cancelled.orderId, 'cancel');
  const free = await place(await engine.sale({ stock: 5, promoPrice: 0 }));
  const late = {
    orderId: cancelled.orderId,
    amount: 500,
    reference: 'pay_9',
    status: 'paid',
  } as const;
  mustSucceed(await deliver(engine, late));
  const nowhere = {
    ...late,
    orderId: `${cancelled.orderId.slice(0, -1)}99999`,
    reference: 'pay_8',
  };
  await deliver(engine, nowhere);
  await untilTold(paid.orderId, 'order.placed', 'order.paid');
  await untilTold(refunded.orderId, 'order.placed', 'order.paid', 'order.refunded');
  await untilTold(cancelled.orderId, 'order.placed', 'order.cancelled', 'refund.due');
  await untilTold(free.orderId, 'order.placed', 'order.paid');
  await waitUntil('the unknown is told', () => receiver.find('refund.due', null) !== undefined);
  for (const [type, orderId] of [
    ['order.paid', paid.orderId],
    ['order.refunded', refunded.orderId],
    ['order.cancelled', cancelled.orderId],
  ] as const) {
    const { data } = await engine.api('GET', `/api/orders/${orderId}`);
    const { toRefund: _, ...shown } = data;
    const { seq, partition, ...told } = receiver.find(type, orderId)!.data;
    expect(told).toEqual(shown as typeof told);
    expect([seq > 0, partition]).toEqual([true, sale.itemId % 8]);
  }
  const due = receiver.find('refund.due', cancelled.orderId)!.data;
  expect(due).toMatchObject({
    status: 'cancelled',
    refundDue: { amount: 500, reason: 'cancelled', reference: 'pay_9' },
  });
});

test.each([
  ['fails', 2, { status: 500 }],
  ['hangs', 2, 'hang'],
  ['closes the connection', 2, 'close'],
  ['redirects', 2, { status: 307, headers: { location: '/elsewhere' } }],
  ['has too much to do', 1, { status: 429, headers: { 'retry-after': '1' } }],
] as const)('a receiver that %s for a while misses nothing', async (_, failuresMax, answering) => {
  const order = await place();
  await untilTold(order.orderId, 'order.placed');
  let failures = 0;
  receiver.answering = (webhook) =>
    webhook.data.orderId !== order.orderId || ++failures > failuresMax ? ok() : answering;
  await change(order.orderId, 'pay');
  await change(order.orderId, 'refund');
  const other = await place();
  await untilTold(other.orderId, 'order.placed');
  await untilTold(order.orderId, 'order.placed', 'order.paid', 'order.refunded');
  const ids = receiver.requests
    .filter(({ type, data }) => type === 'order.paid' && data.orderId === order.orderId)
    .map(({ id }) => id);
  expect(ids).toHaveLength(failuresMax + 1);
  expect(new Set(ids).size).toBe(1);
});

test('an event that is refused for too long is given up, and those after it are told', async () => {
  const order = await place();
  await untilTold(order.orderId, 'order.placed');
  receiver.answering = ({ type }) => (type === 'order.paid' ? { status: 400 } : ok());
  await change(order.orderId, 'pay');
  await change(order.orderId, 'refund');
  await untilTold(order.orderId, 'order.placed', 'order.refunded');
});

test('a sender that crashes is started again and goes on', async () => {
  engine.process.input('webhooks\n');
  const order = await place();
  await untilTold(order.orderId, 'order.placed');
});

test('whatever is killed, each order is told whole and in order to who drops repeats', async () => {
  let requests = 0;
  // Most are taken; some time out after they were, as far as the receiver knows.
  receiver.answering = () => {
    requests++;
    if (requests % 7 === 0) return { status: 500 };
    return requests % 31 === 0 ? 'close' : ok();
  };
  const orders: string[] = [];
  const buy = async (count: number) => {
    for (let each = 0; each < count; each++) {
      const { orderId } = await place();
      orders.push(orderId);
      await change(orderId, 'pay');
      if (each % 2 === 0) await change(orderId, 'refund');
    }
  };
  await Promise.all([buy(40), buy(40)]);
  await engine.kill();
  await start();
  await Promise.all([buy(20), buy(20)]);
  await engine.kill();
  await start();
  const isRefunded = async (orderId: string) =>
    (await engine.api<OrderData>('GET', `/api/orders/${orderId}`)).data.status === 'refunded';
  for (const orderId of orders) {
    const all = ['order.placed', 'order.paid'];
    await untilTold(orderId, ...((await isRefunded(orderId)) ? [...all, 'order.refunded'] : all));
  }
  expect(orders).toHaveLength(120);
});
