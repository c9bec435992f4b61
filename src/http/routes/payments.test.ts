import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { PaymentDeliveries } from '../../payments/deliveries.ts';
import { newWebhookSecret } from '../../payments/webhook-secret.ts';
import {
  mustSucceed,
  type OrderData,
  paymentWebhookSecret,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../testing/engine-process.ts';
import { type DeliveredOrder, deliver } from '../../testing/provider.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

const total = 500;

async function order(): Promise<string> {
  const sale = await engine.sale({ stock: 1, promoPrice: total });
  return mustSucceed(await engine.place(tokenFor(sale, 1))).orderId;
}

const paid = (orderId: string, reference = 'p1', amount = total) =>
  deliver(engine, { orderId, amount, reference, status: 'paid' });
const refunded = (orderId: string, reference = 'p1', amount = total) =>
  deliver(engine, { orderId, amount, reference, status: 'refunded' });
const cancel = (orderId: string) =>
  engine.api<DeliveredOrder>('POST', `/api/orders/${orderId}/cancel`, {});
const read = async (orderId: string) =>
  mustSucceed(await engine.api<DeliveredOrder>('GET', `/api/orders/${orderId}`));

/** A sample of a metric; the name is a pattern. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${engine.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

describe('a delivery', () => {
  test('that is signed pays its order, and says so as the order does', async () => {
    const orderId = await order();
    const { status, data } = await paid(orderId);
    expect([status, data.status, data.toRefund]).toEqual([200, 'paid', 0]);
    expect(data).toEqual(await read(orderId));
    expect(Object.keys(data)).not.toContain('refundDue');
  });

  test('is counted by what became of it, as a payment by hand is', async () => {
    const [orderId, byHand] = [await order(), await order()];
    const count = (outcome: string) => metric(`stampede_payments_total\\{outcome="${outcome}"\\}`);
    const outcomes = ['paid', 'repeated', 'refund_due'] as const;
    const before = await Promise.all(outcomes.map(count));
    await paid(orderId);
    await paid(orderId);
    await paid(orderId, 'another');
    mustSucceed(await engine.api('POST', `/api/orders/${byHand}/pay`, {}));
    const after = await Promise.all(outcomes.map(count));
    expect(after.map((now, index) => now - before[index]!)).toEqual([2, 1, 1]);
  });

  test('whose signature or time is wrong is 401, and counted, and pays nothing', async () => {
    const orderId = await order();
    const good = { orderId, amount: total, reference: 'p1', status: 'paid' } as const;
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
    const other = JSON.stringify({ ...good, orderId: `${orderId}1` });
    const before = await metric('stampede_payments_unsigned_total');
    const wrong = [
      { secret: newWebhookSecret() },
      { sentBody: other },
      { sentBody: ` ${JSON.stringify(good)}` },
      { sentBody: '' },
      { sentAt: ago(310) },
      { sentAt: ago(-310) },
      { headers: { 'webhook-id': 'another' } },
      { headers: { 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 60) } },
      { headers: { 'webhook-timestamp': 'now' } },
      ...['', 'v1,', 'v1', 'v1,AAAA', 'v2,AAAA'].map((signature) => ({
        headers: { 'webhook-signature': signature },
      })),
      ...['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
        headers: { [name]: null },
      })),
    ];
    for (const options of wrong) {
      const { status, errCode, errMsg } = await deliver(engine, good, options);
      expect([options, status, errCode]).toEqual([options, 401, 20003]);
      expect(errMsg).toContain('signature');
    }
    expect((await read(orderId)).status).toBe('placed');
    await waitUntil(
      'they are counted',
      async () => (await metric('stampede_payments_unsigned_total')) === before + wrong.length,
    );
    expect((await deliver(engine, good, { sentAt: ago(280) })).status).toBe(200);
  });

  test('may carry the signatures of several secrets, of which one is right', async () => {
    const orderId = await order();
    const body = JSON.stringify({ orderId, amount: total, reference: 'p1', status: 'paid' });
    const sentAt = new Date();
    const signatures = [newWebhookSecret(), paymentWebhookSecret].map(
      (secret) => new PaymentDeliveries(secret).sign('msg_1', sentAt, body)['webhook-signature'],
    );
    const headers = { 'webhook-id': 'msg_1', 'webhook-signature': signatures.join(' ') };
    expect((await deliver(engine, body, { sentAt, headers })).status).toBe(200);
  });

  test('that is signed but not understood is 10001 with what is wrong, is logged and counted', async () => {
    const orderId = await order();
    const good = { orderId, amount: total, reference: 'p1', status: 'paid' };
    const wrong: [unknown, string][] = [
      ['no JSON', 'body'],
      ['[]', 'body'],
      [{ ...good, amount: 5.5 }, 'amount'],
      [{ ...good, amount: '500' }, 'amount'],
      [{ ...good, amount: -500 }, 'amount'],
      [{ ...good, status: 'PAID' }, 'status'],
      [{ ...good, reference: '' }, 'reference'],
      [{ ...good, reference: 'two words' }, 'reference'],
      [{ ...good, reference: 'x'.repeat(65) }, 'reference'],
      [{ ...good, reference: 'a"b' }, 'reference'],
      [{ ...good, orderId: '' }, 'orderId'],
      [`{"__proto__":{},${JSON.stringify(good).slice(1)}`, '__proto__'],
    ];
    const before = await metric('stampede_payments_unplaced_total');
    for (const [body, named] of wrong) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const { status, errCode, errMsg } = await deliver(engine, text);
      expect([text, status, errCode]).toEqual([text, 400, 10001]);
      expect(errMsg).toContain(named);
    }
    expect((await read(orderId)).status).toBe('placed');
    await waitUntil(
      'they are counted',
      async () => (await metric('stampede_payments_unplaced_total')) === before + wrong.length,
    );
    expect(engine.process.output()).toContain('not in the form');
    expect((await deliver(engine, ' '.repeat(65_537))).errCode).toBe(10006);
  });
});

describe('money is an order paid or a refund due', () => {
  test('also where the amount is wrong: 422, and the right amount still pays', async () => {
    const orderId = await order();
    for (const again of [1, 2]) {
      const { status, errCode } = await paid(orderId, 'p1', total - 1);
      expect([again, status, errCode]).toEqual([again, 422, 30014]);
    }
    expect(await read(orderId)).toMatchObject({ status: 'placed', toRefund: total - 1 });
    expect((await paid(orderId, 'p2')).data).toMatchObject({ status: 'paid' });
    expect(await read(orderId)).toMatchObject({ status: 'paid', toRefund: total - 1 });
    expect((await paid(orderId, 'p1', 0)).errCode).toBe(30014);
  });

  test('also where the order is not known: 404, and not that of the number that it has', async () => {
    const orderId = await order();
    const before = await metric('stampede_payments_unplaced_total');
    const [day, item] = orderId.split('-');
    const [otherDay, later] = [`19990101-${item}-1`, `${day}-${item}-7`];
    for (const unknown of [otherDay, later]) {
      for (const deliverIt of [paid, paid, refunded, refunded]) {
        const { status, errCode } = await deliverIt(unknown);
        expect([unknown, status, errCode]).toEqual([unknown, 404, 10005]);
      }
      expect((await refunded(unknown, 'never')).errCode).toBe(10005);
    }
    expect(await read(orderId)).toMatchObject({ status: 'placed', toRefund: 0 });
    expect(await metric('stampede_payments_unplaced_total')).toBe(before);
  });

  test('and where there is not even an item, the log has its reference', async () => {
    const before = await metric('stampede_payments_unplaced_total');
    const nowhere = ['20261127-131071-1', 'nonsense', '__proto__', '20261127-0-1', '💸'];
    for (const [index, unknown] of nowhere.entries()) {
      const { status, errCode } = await paid(unknown, `lost_${index}`);
      expect([unknown, status, errCode]).toEqual([unknown, 404, 10005]);
      await waitUntil('the log has it', () => engine.process.output().includes(`"lost_${index}"`));
    }
    await waitUntil(
      'they are counted',
      async () => (await metric('stampede_payments_unplaced_total')) === before + nowhere.length,
    );
  });

  test('also after the pay window: honoured while units are left, due back when they are gone', async () => {
    const sale = await engine.sale({ stock: 1, payWindowSeconds: 1 });
    const first = mustSucceed(await engine.place(tokenFor(sale, 1))).orderId;
    await waitUntil('it expires', async () => (await read(first)).status === 'expired');
    const second = mustSucceed(await engine.place(tokenFor(sale, 2))).orderId;
    expect((await paid(second)).data.status).toBe('paid');
    const due = { status: 'expired', refundDue: true, toRefund: total };
    for (const again of [1, 2]) {
      const late = await paid(first);
      expect([again, late.status, late.data]).toEqual([again, 200, expect.objectContaining(due)]);
    }
    const other = await engine.sale({ stock: 1, payWindowSeconds: 1 });
    const lone = mustSucceed(await engine.place(tokenFor(other, 1))).orderId;
    await waitUntil('it expires', async () => (await read(lone)).status === 'expired');
    expect((await paid(lone)).data).toMatchObject({ status: 'paid', closedAt: null });
  });

  test('also where nothing is to be paid: such an order is paid when it is placed', async () => {
    const sale = await engine.sale({ stock: 1, promoPrice: 0 });
    const token = tokenFor(sale, 1);
    const placed = await engine.place(token);
    expect([placed.status, placed.data]).toMatchObject([201, { status: 'paid', total: 0 }]);
    const { orderId } = placed.data;
    expect(await read(orderId)).toMatchObject({ status: 'paid', paidAt: expect.any(String) });
    expect((await paid(orderId, 'p1', 0)).data).toMatchObject({ status: 'paid', toRefund: 0 });
    expect((await paid(orderId, 'p2', 7)).data).toMatchObject({ refundDue: true, toRefund: 7 });
    mustSucceed(await engine.api('POST', `/api/orders/${orderId}/refund`, { backOnSale: true }));
    const again = await engine.place(token);
    expect([again.status, again.data]).toEqual([200, placed.data]);
  });
});

describe('deliveries of one order', () => {
  type Step = 'p1' | 'p2' | 'cancel' | 'back';
  const steps: Record<Step, (orderId: string) => ReturnType<typeof paid>> = {
    p1: (orderId) => paid(orderId, 'p1'),
    p2: (orderId) => paid(orderId, 'p2'),
    cancel,
    back: (orderId) => refunded(orderId, 'p1'),
  };

  /** What a step is answered: the order's state, whether its payment is due back, or the refusal. */
  function told({ status, errCode, data }: Awaited<ReturnType<typeof paid>>): string {
    if (errCode !== null) return `${status} ${errCode}`;
    return data.refundDue === true ? `${data.status}, due` : data.status;
  }

  test.each<[steps: Step[], answers: string[]]>([
    // The same one again, and an old one after a refund.
    [
      ['p1', 'p1', 'back', 'back', 'p1'],
      ['paid', 'paid', 'refunded', 'refunded', 'refunded'],
    ],
    // Another order of deliveries: the refund waits for its payment.
    [
      ['back', 'p1', 'back'],
      ['409 30011', 'paid', 'refunded'],
    ],
    // Two payments, of which one goes back.
    [
      ['p2', 'p1', 'back', 'back'],
      ['paid', 'paid, due', 'paid', 'paid'],
    ],
    [
      ['p1', 'p2', 'back'],
      ['paid', 'paid, due', 'refunded'],
    ],
    // A payment that crosses a cancellation.
    [
      ['cancel', 'p1', 'p1', 'back'],
      ['cancelled', 'cancelled, due', 'cancelled, due', 'cancelled'],
    ],
    [
      ['p1', 'cancel', 'back', 'p2'],
      ['paid', '409 30011', 'refunded', 'refunded, due'],
    ],
  ])('%p are answered %p', async (given, answers) => {
    const orderId = await order();
    const got: string[] = [];
    for (const step of given) got.push(told(await steps[step](orderId)));
    expect(got).toEqual(answers);
  });

  test('leave no money unaccounted for, in whatever order they come', async () => {
    for (const given of permutations<Step>(['p1', 'p2', 'cancel', 'back'])) {
      const orderId = await order();
      let settled = 0;
      for (const step of given) {
        const before = (await read(orderId)).toRefund;
        const { data, errCode } = await steps[step](orderId);
        if (errCode !== null) expect([given, step, errCode]).toEqual([given, step, 30011]);
        else if (data.toRefund < before) settled += before - data.toRefund;
      }
      const { status, toRefund } = await read(orderId);
      const withOrder = status === 'paid' || status === 'refunded' ? total : 0;
      expect([given, withOrder + toRefund + settled]).toEqual([given, 2 * total]);
    }
  });
});

describe('the merchant', () => {
  const act = (orderId: string, verb: string, body: unknown) =>
    engine.api<OrderData>('POST', `/api/orders/${orderId}/${verb}`, body);

  test('pays by hand, once under one reference, and gives the money back', async () => {
    const orderId = await order();
    const pay = () => act(orderId, 'pay', { reference: 'cash_7' });
    const first = await pay();
    expect([first.status, first.data.status]).toEqual([200, 'paid']);
    expect((await pay()).data).toEqual(first.data);
    expect((await act(orderId, 'pay', {})).data).toEqual(first.data);
    expect((await paid(orderId, 'cash_7')).data).toMatchObject({ status: 'paid', toRefund: 0 });
    const back = await act(orderId, 'refund', { reference: 'back_7', backOnSale: true });
    expect(back.data).toMatchObject({ status: 'refunded', paidAt: first.data.paidAt });
    expect(back.data.closedAt).not.toBeNull();
    expect((await act(orderId, 'refund', {})).data).toEqual(back.data);
    expect((await paid(orderId, 'cash_7')).data).toMatchObject({ status: 'refunded' });
  });

  test('puts the units of a refund back on sale, or takes them off the books', async () => {
    for (const backOnSale of [true, false]) {
      const orderId = await order();
      mustSucceed(await act(orderId, 'pay', {}));
      mustSucceed(await act(orderId, 'refund', backOnSale ? { backOnSale } : {}));
      const { data } = await engine.api('GET', `/api/items/${orderId.split('-')[1]}`);
      expect(data).toMatchObject({ stock: backOnSale ? 1 : 0, sales: 0 });
    }
  });

  test('is refused what makes no sense, and alone may refund', async () => {
    const orderId = await order();
    const wrong = [{ reference: 'two words' }, { reference: 7 }, { backOnSale: 'yes' }];
    for (const body of wrong) expect((await act(orderId, 'refund', body)).errCode).toBe(10001);
    expect((await act(orderId, 'pay', { reference: '' })).errCode).toBe(10001);
    expect((await act(orderId, 'refund', {})).errCode).toBe(30011);
    expect((await act(`19990101-${orderId.split('-')[1]}-1`, 'refund', {})).errCode).toBe(10005);
    const path = `/api/orders/${orderId}/refund`;
    expect((await engine.api('POST', path, {}, { admin: false })).errCode).toBe(20003);
    expect(await read(orderId)).toMatchObject({ status: 'placed', toRefund: 0 });
  });
});

function permutations<T>(of: readonly T[]): T[][] {
  if (of.length === 0) return [[]];
  return of.flatMap((first, index) =>
    permutations(of.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}
