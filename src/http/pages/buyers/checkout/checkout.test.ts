import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser, type TestVisitor } from '../../../../testing/browser.ts';
import { mustSucceed, type OrderData, tokenFor } from '../../../../testing/engine-process.ts';
import { eventsInJournal } from '../../../../testing/items-in-journal.ts';
import { deliver } from '../../../../testing/provider.ts';
import { type Buyer, type Shop, startShop } from '../../../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
const otherFolder = temporaryFolder();
/** In the first buyers pay on the page that plays a provider, in the second at the merchant's. */
let shop: Shop;
let merchants: Shop;
let browser: TestBrowser;

beforeAll(async () => {
  [shop, merchants, browser] = await Promise.all([
    startShop({ dataDir: folder.path }),
    startShop({ dataDir: otherFolder.path, env: { PAYMENTS: 'webhook' } }),
    startBrowser(),
  ]);
});

afterAll(async () => {
  await browser.close();
  await Promise.all([shop.stop(), merchants.stop()]);
  folder.remove();
  otherFolder.remove();
});

const total = 12_350;

async function order(who: Buyer, { engine } = shop): Promise<string> {
  const sale = await engine.sale({ promoPrice: total, stock: 1 });
  return mustSucceed(await engine.place(tokenFor(sale, who.userId))).orderId;
}

const read = async (who: Buyer, orderId: string) =>
  mustSucceed(await who.api<OrderData & { toRefund: number }>('GET', `/api/orders/${orderId}`));

async function keepSession(visitor: TestVisitor, buyer: Buyer, { engine } = shop) {
  await visitor.context.addCookies([{ name: 'session', value: buyer.session, url: engine.url }]);
  return visitor;
}

/** Sends a checkout's form as a browser does. */
function send(buyer: Buyer, orderId: string, form: Record<string, string>, { engine } = shop) {
  return fetch(`${engine.url}/demo/pay/${orderId}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: `session=${buyer.session}`, accept: 'text/html' },
    body: new URLSearchParams(form),
  });
}

describe('the page that plays a provider', () => {
  const words = {
    en: { locale: 'en-GB', pay: 'Pay ¥123.50', paid: 'paid', demo: 'no money moves' },
    zh: { locale: 'zh-CN', pay: '付款 ¥123.50', paid: '已付款', demo: '不会发生真实扣款' },
  };

  test.each(['en', 'zh'] as const)(
    'takes the money and pays the order by a webhook, in %s',
    async (language) => {
      const own = words[language];
      const buyer = await shop.buyer();
      const orderId = await order(buyer);
      const visitor = await browser.visitor(shop.engine.url, { locale: own.locale });
      const { page, context, complaints } = await keepSession(visitor, buyer);
      await page.goto(`${shop.engine.url}/orders`);
      await page.click('[data-pay]');
      await page.waitForURL(`${shop.engine.url}/demo/pay/${orderId}`);
      const text = (await page.textContent('main'))!;
      for (const shown of [own.demo, 'An item', orderId, '¥123.50']) expect(text).toContain(shown);
      expect((await page.textContent('button[value=pay]'))!.trim()).toBe(own.pay);
      await page.click('button[value=pay]');
      await page.waitForURL(`${shop.engine.url}/orders/${orderId}`);
      await page.waitForSelector('.order[data-state=paid]');
      expect((await page.textContent('[data-status]'))!.trim()).toBe(own.paid);
      expect(await page.isVisible('[data-actions]')).toBe(false);
      expect(complaints).toEqual([]);
      await context.close();
      const item = Number(orderId.split('-')[1]);
      const events = await Array.fromAsync(eventsInJournal(folder.path), ({ event }) => event);
      expect(events.filter((event) => event.type === 'paid' && event.item === item)).toMatchObject([
        { amountMinor: total, by: 'webhook', reference: expect.stringMatching(/^demo_[\w-]{36}$/) },
      ]);
    },
  );

  test('needs no script, and neither does the order that it leads back to', async () => {
    const buyer = await shop.buyer();
    const orderId = await order(buyer);
    const { page, context } = await keepSession(
      await browser.withoutScripts(shop.engine.url),
      buyer,
    );
    await page.goto(`${shop.engine.url}/orders/${orderId}`);
    expect(await page.textContent('.order')).toContain('to be paid');
    expect(await page.isVisible('[data-cancel]')).toBe(false);
    await page.click('[data-pay]');
    await page.click('button[value=decline]');
    await page.waitForURL(`${shop.engine.url}/orders/${orderId}`);
    expect((await read(buyer, orderId)).status).toBe('placed');
    await page.click('[data-pay]');
    await page.click('button[value=pay]');
    await page.waitForURL(`${shop.engine.url}/orders/${orderId}`);
    expect(await page.getAttribute('.order', 'data-state')).toBe('paid');
    expect((await page.textContent('.total'))!.trim()).toBe('¥123.50');
    await page.goto(`${shop.engine.url}/demo/pay/${orderId}`);
    expect(await page.textContent('main')).toContain('nothing to pay');
    expect(await page.$('button[value=pay]')).toBeNull();
    await context.close();
  });

  test('takes the money of a form once, however often it is sent', async () => {
    const buyer = await shop.buyer();
    const orderId = await order(buyer);
    const form = { choice: 'pay', payment: crypto.randomUUID() };
    const answers = await Promise.all([1, 2, 3].map(() => send(buyer, orderId, form)));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await read(buyer, orderId)).toMatchObject({ status: 'paid', toRefund: 0 });
    const other = { choice: 'pay', payment: crypto.randomUUID() };
    expect((await send(buyer, orderId, other)).status).toBe(303);
    expect(await read(buyer, orderId)).toMatchObject({ status: 'paid', toRefund: 0 });
  });

  test('is the page of an order of the buyer’s own, sent from this site', async () => {
    const [owner, stranger] = [await shop.buyer(), await shop.buyer()];
    const orderId = await order(owner);
    const form = { choice: 'pay', payment: crypto.randomUUID() };
    expect((await send(stranger, orderId, form)).status).toBe(404);
    expect((await send(owner, 'nonsense', form)).status).toBe(404);
    const path = `${shop.engine.url}/demo/pay/${orderId}`;
    const nobody = await fetch(path, { redirect: 'manual' });
    expect([nobody.status, nobody.headers.get('location')]).toEqual([
      303,
      `/login?next=${encodeURIComponent(`/demo/pay/${orderId}`)}`,
    ]);
    const elsewhere = await fetch(path, {
      method: 'POST',
      headers: { cookie: `session=${owner.session}`, origin: 'https://evil.example' },
      body: new URLSearchParams(form),
    });
    expect(elsewhere.status).toBe(403);
    for (const wrong of [{}, { choice: 'pay' }, { choice: 'pay', payment: 'mine' }]) {
      const again = await send(owner, orderId, wrong);
      expect([again.status, again.headers.get('location')]).toEqual([303, `/demo/pay/${orderId}`]);
    }
    expect((await read(owner, orderId)).status).toBe('placed');
  });
});

describe('where buyers pay at the merchant’s', () => {
  test('there is no such page, no button, and no way to pay by their own word', async () => {
    const buyer = await merchants.buyer();
    const orderId = await order(buyer, merchants);
    const form = { choice: 'pay', payment: crypto.randomUUID() };
    expect((await send(buyer, orderId, form, merchants)).status).toBe(404);
    const headers = { cookie: `session=${buyer.session}` };
    const page = await fetch(`${merchants.engine.url}/demo/pay/${orderId}`, { headers });
    expect(page.status).toBe(404);
    const pay = await buyer.api('POST', `/api/orders/${orderId}/pay`, { reference: 'mine' });
    expect([pay.status, pay.errCode]).toEqual([403, 20006]);
    expect((await read(buyer, orderId)).status).toBe('placed');
  });

  test('their order says so, and how it stands once they are back', async () => {
    const buyer = await merchants.buyer();
    const orderId = await order(buyer, merchants);
    const { url } = merchants.engine;
    const visitor = await browser.visitor(url);
    const { page, context, complaints } = await keepSession(visitor, buyer, merchants);
    await page.goto(`${url}/orders`);
    await page.waitForSelector('.order[data-state=placed]:has-text("merchant’s checkout")');
    expect(await page.$('[data-pay]')).toBeNull();
    const delivery = { orderId, amount: total, reference: 'p1' };
    expect((await deliver(merchants.engine, { ...delivery, status: 'paid' })).status).toBe(200);
    // As a browser says that its tab is looked at again.
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.waitForSelector('.order[data-state=paid]');
    await deliver(merchants.engine, { ...delivery, reference: 'p2', status: 'paid' });
    await page.goto(`${url}/orders/${orderId}`);
    await page.waitForSelector('[data-refund]:has-text("¥123.50")');
    await deliver(merchants.engine, { ...delivery, status: 'refunded' });
    await page.reload();
    await page.waitForSelector('.order[data-state=refunded]:has-text("due back to you")');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('they may still cancel, and a payment that crosses it is shown as due back', async () => {
    const buyer = await merchants.buyer();
    const orderId = await order(buyer, merchants);
    const { url } = merchants.engine;
    const visitor = await browser.visitor(url, { locale: 'zh-CN' });
    const { page, context, complaints } = await keepSession(visitor, buyer, merchants);
    await page.goto(`${url}/orders/${orderId}`);
    await page.click('[data-cancel]');
    await page.click('[data-cancel]:has-text("确定取消")');
    await page.waitForSelector('.order[data-state=cancelled]');
    const late = { orderId, amount: total, reference: 'p1', status: 'paid' } as const;
    expect((await deliver(merchants.engine, late)).data.refundDue).toBe(true);
    await page.reload();
    await page.waitForSelector('[data-refund]:has-text("¥123.50 将退还给您")');
    await waitUntil('the list says so too', async () => {
      await page.goto(`${url}/orders`);
      return (await page.textContent('#orders'))!.includes('将退还给您');
    });
    expect(complaints).toEqual([]);
    await context.close();
  });
});
