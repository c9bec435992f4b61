import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser, type TestVisitor } from '../../../../testing/browser.ts';
import {
  adminToken,
  mustSucceed,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../../../testing/engine-process.ts';
import { deliver } from '../../../../testing/provider.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;
let browser: TestBrowser;
let cookie: string;

beforeAll(async () => {
  [engine, browser] = await Promise.all([
    startTestEngine({ dataDir: folder.path }),
    startBrowser(),
  ]);
  const answer = await send('/admin/login', { token: adminToken });
  cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
});

afterAll(async () => {
  await browser.close();
  await engine.stop();
  folder.remove();
});

/** Sends a form as a browser without a script does. */
function send(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(fields);
  return fetch(engine.url + path, { method: 'POST', body, redirect: 'manual', headers });
}

async function loggedIn(options: { locale?: string } = {}): Promise<TestVisitor> {
  const visitor = await browser.visitor(engine.url, options);
  const [name, value] = cookie.split('=') as [string, string]; // `admin=<token>`.
  await visitor.context.addCookies([{ name, value, url: engine.url }]);
  return visitor;
}

interface Due {
  id: string;
  orderId: string | null;
  userId: number | null;
  amount: number;
  reference: string | null;
  reason: string;
  by: string | null;
  settledAt: string | null;
  settledBy: string | null;
  settledReference: string | null;
}
interface Page {
  refundsDue: Due[];
  next: string | null;
}

const total = 12_350;
let user = 100;

/** An order that its merchant has cancelled before its payment came, and what is due for it. */
async function due(reference: string): Promise<{ orderId: string; id: string }> {
  const sale = await engine.sale({ promoPrice: total });
  const { orderId } = mustSucceed(await engine.place(tokenFor(sale, ++user)));
  mustSucceed(await engine.api('POST', `/api/orders/${orderId}/cancel`, {}));
  const late = { orderId, amount: total, reference, status: 'paid' } as const;
  expect((await deliver(engine, late)).data.refundDue).toBe(true);
  const id = `${sale.itemId}-1`;
  await waitUntil('it is projected', async () => (await listed()).some((each) => each.id === id));
  return { orderId, id };
}

/** Everything that is due, page by page. */
async function listed(): Promise<Due[]> {
  const all: Due[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const query = next === '' ? '' : `?cursor=${encodeURIComponent(next)}`;
    const page: Page = mustSucceed(await engine.api<Page>('GET', `/api/admin/refunds-due${query}`));
    all.push(...page.refundsDue);
    next = page.next;
  }
  return all;
}

const settle = (id: string, body: unknown) =>
  engine.api<Due>('POST', `/api/admin/refunds-due/${id}/settle`, body);

describe('refunds due', () => {
  test('are listed newest first with whom they go to, until they are settled', async () => {
    const [first, second] = [await due('p1'), await due('p2')];
    const [newest, before] = await listed();
    expect(newest).toMatchObject({ id: second.id, orderId: second.orderId, userId: user });
    expect(before).toMatchObject({
      ...{ id: first.id, amount: total, reference: 'p1', reason: 'cancelled', by: 'webhook' },
      settledAt: null,
    });
    const settled = await settle(first.id, { reference: 'bank-1' });
    expect(settled.data).toMatchObject({ ...first, settledBy: 'admin' });
    // Whoever asks after the answer, asks after the settling.
    expect((await listed()).map(({ id }) => id)).not.toContain(first.id);
    const again = await settle(first.id, { reference: 'bank-2' });
    expect([again.status, again.data]).toEqual([200, settled.data]);
    const order = await engine.api<{ toRefund: number }>('GET', `/api/orders/${first.orderId}`);
    expect(order.data.toRefund).toBe(0);
    for (const id of ['nonsense', '0-1', `${second.id}1`, '131071-1', '1-99999999999'])
      expect([id, (await settle(id, {})).errCode]).toEqual([id, 10005]);
  });

  test('for no order have none, and nobody', async () => {
    const itemId = await engine.item(1);
    const unknown = `19990101-${itemId}-1`;
    const lost = { orderId: unknown, amount: 7, reference: 'p1', status: 'paid' } as const;
    expect((await deliver(engine, lost)).errCode).toBe(10005);
    await waitUntil('it is projected', async () => (await listed())[0]?.id === `${itemId}-1`);
    expect((await listed())[0]).toMatchObject({
      ...{ orderId: null, userId: null, amount: 7, reason: 'unknownOrder', reference: 'p1' },
    });
    mustSucceed(await settle(`${itemId}-1`, {}));
  });

  test('come in pages, of which none repeats or leaves out one', async () => {
    const sale = await engine.sale({ stock: 1, promoPrice: total });
    const { orderId } = mustSucceed(await engine.place(tokenFor(sale, ++user)));
    // More than a page has, and no multiple of it.
    const count = 70;
    for (let n = 1; n <= count; n++)
      await deliver(engine, { orderId, amount: n, reference: `p${n}`, status: 'paid' });
    const own = async () => (await listed()).filter((each) => each.orderId === orderId);
    await waitUntil('they are projected', async () => (await own()).length >= count);
    const amounts = (await own()).map(({ amount }) => amount);
    expect(amounts).toEqual(Array.from({ length: count }, (_, index) => count - index));
    const settled = amounts.map((n) => settle(`${sale.itemId}-${n}`, {}));
    for (const each of await Promise.all(settled)) mustSucceed(each);
    expect(await own()).toEqual([]);
  });
});

describe('a merchant with a browser', () => {
  test.each([
    ['en-GB', 'the order was cancelled', 'Noted as paid back.'],
    ['zh-CN', '订单已取消', '已记录为退还。'],
  ])('sees what is due and settles it, in %s', async (locale, reason, done) => {
    const { id, orderId } = await due(`p-${locale}`);
    const { page, context, complaints } = await loggedIn({ locale });
    await page.goto(`${engine.url}/admin`);
    await page.click('nav a[href="/admin/refunds"]');
    const row = `tr:has(form[action="/admin/refunds/${id}/settle"])`;
    const text = await page.textContent(row);
    for (const shown of ['¥123.50', orderId, `p-${locale}`, reason]) expect(text).toContain(shown);
    await page.fill(`${row} input`, 'two words');
    await page.press(`${row} input`, 'Enter');
    await page.waitForSelector('[role=alert]');
    await page.fill(`${row} input`, 'bank-1');
    await page.press(`${row} input`, 'Enter');
    await page.waitForSelector(`[role=status]:has-text("${done}")`);
    expect(await page.$(row)).toBeNull();
    expect(await page.textContent('.settled tbody tr')).toContain('bank-1');
    // Refusing a form is an error of the browser's console, and of nothing else.
    expect(complaints.filter((each) => !each.includes('status of 400'))).toEqual([]);
    await context.close();
  });

  test('pays, refunds and cancels orders by hand, found by their buyer', async () => {
    const sale = await engine.sale({ promoPrice: total, stock: 2, limitPerUser: 2 });
    const orders = [1, 2].map(() => engine.place(tokenFor(sale, 7)));
    const [paid, cancelled] = (await Promise.all(orders)).map((each) => mustSucceed(each).orderId);
    const { page, context, complaints } = await loggedIn();
    await page.goto(`${engine.url}/admin/search?item=${sale.itemId}&user=7`);
    await page.click(`a:has-text("${paid}")`);
    await page.click('summary:has-text("Note as paid")');
    await page.fill('#pay-reference', 'cash-7');
    await page.click('button:has-text("Yes, it is paid")');
    await page.waitForSelector('[role=status]:has-text("Done")');
    await page.click('summary:has-text("Note as refunded")');
    expect(await page.textContent('.by-hand form')).toContain('¥123.50');
    await page.check('[name=backOnSale]');
    await page.click('button:has-text("went back")');
    await page.waitForSelector('.lead:has-text("refunded")');
    expect(await page.$('.by-hand')).toBeNull();
    const history = await page.$$eval('.history tbody tr', (rows) =>
      rows.map(({ textContent }) => textContent),
    );
    const told = ['Placed.*the buyer', 'Paid.*cash-7.*admin', 'Refunded.*back on sale.*admin'];
    expect(history).toEqual(
      told.map((each) => expect.stringMatching(new RegExp(`${each}.*partition \\d+, entry \\d+`))),
    );
    await page.goto(`${engine.url}/admin/orders/${cancelled}`);
    await page.click('summary:has-text("Cancel the order")');
    await page.click('button:has-text("Yes, cancel it")');
    await page.waitForSelector('.lead:has-text("cancelled")');
    const { data } = await engine.api('GET', `/api/items/${sale.itemId}`);
    expect(data).toMatchObject({ stock: 2, sales: 0, held: 0 });
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('alone comes here, and from this site', async () => {
    const { id, orderId } = await due('p9');
    for (const path of [`/admin/refunds/${id}/settle`, `/admin/orders/${orderId}/pay`]) {
      const nobody = await send(path, {});
      expect([nobody.status, nobody.headers.get('location')]).toEqual([
        303,
        expect.stringContaining('/admin/login'),
      ]);
      const elsewhere = await send(path, {}, { cookie, origin: 'https://evil.example' });
      expect(elsewhere.status).toBe(403);
    }
    expect((await listed()).map((each) => each.id)).toContain(id);
    const headers = { cookie };
    const page = (path: string) => fetch(engine.url + path, { headers, redirect: 'manual' });
    expect((await page('/admin/orders/nonsense')).status).toBe(404);
    expect((await page(`/admin/refunds/${id}/settle`)).status).toBe(303);
    expect((await page(`/admin/orders/${orderId}/pay`)).headers.get('location')).toBe(
      `/admin/orders/${orderId}`,
    );
    const refused = await send(`/admin/orders/${orderId}/cancel`, {}, { cookie });
    expect(refused.status).toBe(409);
    expect((await send(`/admin/orders/${orderId}/give`, {}, { cookie })).status).toBe(404);
    expect((await send('/admin/refunds/0-0/settle', {}, { cookie })).status).toBe(404);
  });
});
