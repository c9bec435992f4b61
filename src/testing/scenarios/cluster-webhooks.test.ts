/** Webhooks of two engines: partitions change hands while orders change, and one engine freezes in between. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startNats } from '../../../actors/testing/nats.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { ClusterRig, type Member } from '../cluster-rig.ts';
import { type Answer, type OrderData, type Sale, tokenFor } from '../engine-process.ts';
import { patienceMs } from '../fault-rig.ts';
import { WebhookReceiver } from '../webhook-receiver.ts';

let rig: ClusterRig;
let receiver: WebhookReceiver;
const sales: Sale[] = [];
let users = 0;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  const script = 'src/testing/rehearsal-engine.ts';
  rig = await ClusterRig.on(
    await startNats(),
    { ...receiver.env, LOG_LEVEL: 'error' },
    { script, args: ['quick-webhooks'] },
  );
  for (let engine = 1; engine <= 2; engine++) await rig.add();
  await rig.untilShared();
  for (let made = 0; made < 8; made++) sales.push(await rig.next().sale({ stock: 10_000 }));
}, 240_000);

afterAll(async () => {
  await rig.remove();
  await receiver.stop();
}, 60_000);

/** Asks again while nobody can answer. */
async function insist<T>(ask: () => Promise<Answer<T>>): Promise<T> {
  for (;;) {
    const { data, errCode } = await ask().catch(() => ({ data: null as never, errCode: 10004 }));
    if (errCode === null) return data;
    expect([10004, 30002, 30003]).toContain(errCode);
    await Bun.sleep(100);
  }
}

/** Places, pays and refunds an order of each sale; returns the ids. */
async function trade(): Promise<string[]> {
  return Promise.all(
    sales.map(async (sale) => {
      const token = tokenFor(sale, ++users);
      const { orderId } = await insist(() => rig.next().place(token));
      for (const what of ['pay', 'refund'])
        await insist(() => rig.next().api<OrderData>('POST', `/api/orders/${orderId}/${what}`, {}));
      return orderId;
    }),
  );
}

async function delivered({ engine }: Member): Promise<number> {
  const text = await (await fetch(`${engine.url}/metrics`)).text();
  return Number(/stampede_webhook_tries_total\{outcome="delivered"\} (\d+)/.exec(text)![1]);
}

async function expectTold(orders: readonly string[]): Promise<void> {
  const all = ['order.placed', 'order.paid', 'order.refunded'];
  const isTold = () => orders.every((orderId) => receiver.typesOf(orderId).length === 3);
  await waitUntil('all are told', isTold, patienceMs);
  for (const orderId of orders)
    expect([orderId, receiver.typesOf(orderId)]).toEqual([orderId, all]);
}

test('each order is told whole and in order, whoever owns it, freezes or leaves', async () => {
  let requests = 0;
  receiver.answering = () => ({ status: ++requests % 5 === 0 ? 500 : 204 });
  const [first, second] = rig.members as [Member, Member];
  const orders = [...(await trade()), ...(await trade())];
  await expectTold(orders);
  for (const member of [first, second]) expect(await delivered(member)).toBeGreaterThan(0);
  // Frozen while it tells of orders: the other takes over, and tells of them again where it must.
  const trading = trade();
  await rig.freeze(first);
  orders.push(...(await trade()));
  rig.thaw(first);
  orders.push(...(await trading));
  await rig.untilShared();
  orders.push(...(await trade()));
  const last = trade();
  first.asked = false;
  expect(await rig.leave(first)).toBe(0);
  orders.push(...(await last), ...(await trade()));
  await expectTold(orders);
  expect(orders).toHaveLength(56);
}, 240_000);
