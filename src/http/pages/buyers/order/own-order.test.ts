import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../../../actors/testing/process.ts';
import { mustSucceed, tokenFor } from '../../../../testing/engine-process.ts';
import { deliver } from '../../../../testing/provider.ts';
import { type Buyer, type Shop, startShop } from '../../../../testing/shop.ts';

setDefaultTimeout(120_000);

const folder = temporaryFolder();
let shop: Shop;
let buyer: Buyer;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path });
  buyer = await shop.buyer();
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

async function shown(path: string, session = buyer.session, language = 'en') {
  const headers = { cookie: `session=${session}`, 'accept-language': language };
  const answer = await fetch(shop.engine.url + path, { headers, redirect: 'manual' });
  const text = (await answer.text()).replaceAll(/<[^>]*>/g, ' ');
  return { status: answer.status, text, location: answer.headers.get('location') };
}

async function placed(): Promise<string> {
  const sale = await shop.engine.sale({ promoPrice: 9_950, limitPerUser: 5 });
  return mustSucceed(await shop.engine.place(tokenFor(sale, buyer.userId))).orderId;
}

describe('a buyer’s own order', () => {
  test('tells when what happened, and has no receipt before it is paid', async () => {
    const id = await placed();
    const { text } = await shown(`/orders/${id}`);
    for (const told of ['What happens next', 'Placed', 'To be paid by'])
      expect([told, text.includes(told)]).toEqual([told, true]);
    expect(text).not.toContain('Receipt');
    expect(await shown(`/orders/${id}/receipt`)).toMatchObject({
      status: 303,
      location: `/orders/${id}`,
    });
  });

  test('has a receipt once it is paid, which says when it was refunded', async () => {
    const id = await placed();
    const amount = 9_950;
    await deliver(shop.engine, { orderId: id, amount, reference: 'pay_77', status: 'paid' });
    expect((await shown(`/orders/${id}`)).text).toContain('Receipt');
    const path = `/orders/${id}/receipt`;
    await waitUntil('it is projected', async () => (await shown(path)).text.includes('pay_77'));
    const { text } = await shown(path);
    for (const told of ['¥99.50', 'CNY', id, 'Paid', 'Unit price'])
      expect([told, text.includes(told)]).toEqual([told, true]);
    expect(text).not.toContain('Refunded');
    mustSucceed(await shop.engine.api('POST', `/api/orders/${id}/refund`, {}));
    expect((await shown(path)).text).toContain('Refunded');
    expect((await shown(path, buyer.session, 'zh')).text).toContain('已退款');
  });

  test('is nobody else’s to see', async () => {
    const id = await placed();
    mustSucceed(await shop.engine.api('POST', `/api/orders/${id}/pay`, {}));
    const other = await shop.buyer();
    expect((await shown(`/orders/${id}/receipt`, other.session)).status).toBe(404);
    expect((await shown(`/orders/${id}/receipt`, '')).location).toStartWith('/login?next=');
    expect((await shown('/orders/nonsense/receipt')).status).toBe(404);
  });
});
