/**
 * A sale with a draw, as three people live through it in their browsers: they join, are drawn, verify their
 * place, buy and pay; and the audit of the journal finds nothing wrong.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../browser.ts';
import { runCommand } from '../command.ts';
import { commandLine, engineEnvironment, mustSucceed, type Sale } from '../engine-process.ts';
import { expectOrders } from '../listed-orders.ts';
import { type Buyer, type Shop, startShop } from '../shop.ts';

// People, and the browsers they use, are slow where machines are busy.
setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let browser: TestBrowser;

beforeAll(async () => {
  // The engine of `bun start --demo` with its captcha, which the device solves, and its payment provider.
  const env = { CAPTCHA: '', PAYMENTS: 'demo' };
  const started = startShop({ dataDir: folder.path, script: commandLine, env });
  [shop, browser] = await Promise.all([started, startBrowser()]);
});

afterAll(async () => {
  await browser.close();
  folder.remove();
});

interface Person {
  buyer: Buyer;
  page: Page;
  complaints: readonly string[];
}

async function person(locale: string): Promise<Person> {
  const buyer = await shop.buyer();
  const { page, context, complaints } = await browser.visitor(shop.engine.url, { locale });
  await context.addCookies([{ name: 'session', value: buyer.session, url: shop.engine.url }]);
  return { buyer, page, complaints };
}

const itemUrl = ({ itemId }: Sale) => `${shop.engine.url}/items/${itemId}`;

async function joinDraw({ page }: Person, sale: Sale): Promise<void> {
  await page.goto(itemUrl(sale));
  await page.click('#buy:enabled');
  await page.waitForSelector('body[data-stands=drawing]');
}

/** Follows the link to the draw, verifies it there, and comes back with the place of the visitor. */
async function verifiedPlace({ page }: Person, sale: Sale): Promise<number> {
  await page.goto(itemUrl(sale));
  await page.click('#about-draw');
  await page.click('#check:enabled');
  await page.waitForSelector('#check:enabled');
  const states = await page.evaluate<string[]>(
    `[...document.querySelectorAll('[data-step]')].map(({ dataset }) => dataset.state)`,
  );
  expect(states).toEqual(Array(7).fill('ok'));
  return Number(/\d+/.exec((await page.textContent('.place'))!)![0]);
}

/** Buys on the item's page, which shows that the visitor is let in. */
async function buy({ page }: Person): Promise<void> {
  await page.waitForSelector('body[data-stands=admitted]');
  await page.click('#buy:enabled');
  await page.waitForSelector('#result:not([hidden])');
}

/** Follows the link to the order, and pays it. */
async function pay({ page, buyer }: Person, sale: Sale): Promise<void> {
  await page.click('#result [data-link]');
  await page.click('[data-pay]');
  await page.click('button[value=pay]');
  await page.waitForSelector('.order[data-state=paid]');
  await expectOrders(shop, buyer, [{ status: 'paid', itemId: sale.itemId, promoId: sale.promoId }]);
}

test('a sale with a draw is run by three people from joining to paying, each verifies their place, and replay proves it', async () => {
  const people = await Promise.all(['en-GB', 'zh-CN', 'en-GB'].map(person));
  const rules = { queue: 'draw', gateFactor: 1, stock: 2, startsInMs: 20_000 } as const;
  const sale = await shop.engine.sale(rules);
  await Promise.all(people.map((each) => joinDraw(each, sale)));

  // The draw lets in as many as there are units; the third waits.
  const stands = ({ page }: Person) => page.getAttribute('body', 'data-stands');
  for (const { page } of people) {
    await page.waitForSelector(':is(body[data-stands=admitted], body[data-stands=waiting])');
  }
  const places: number[] = [];
  for (const each of people) {
    const stood = await stands(each);
    const place = await verifiedPlace(each, sale);
    expect([place, stood]).toEqual([place, place <= 2 ? 'admitted' : 'waiting']);
    places.push(place);
  }
  expect(places.toSorted()).toEqual([1, 2, 3]);

  const inOrder = people.toSorted(
    (a, b) => places[people.indexOf(a)]! - places[people.indexOf(b)]!,
  );
  const [first, second, third] = inOrder as [Person, Person, Person];
  for (const { page } of inOrder) await page.goto(itemUrl(sale));
  await buy(first);
  await pay(first, sale);
  await buy(second);
  // While a unit is held unpaid the third waits; one more, and they are in, wherever they look meanwhile.
  expect(await stands(third)).toBe('waiting');
  mustSucceed(await shop.engine.api('POST', `/api/items/${sale.itemId}/restock`, { units: 1 }));
  await buy(third);
  await pay(third, sale);
  await pay(second, sale);
  for (const { complaints } of people) expect(complaints).toEqual([]);

  // While the engine runs, and after.
  const audit = () => runCommand(['replay', '--json'], engineEnvironment(folder.path));
  for (const stop of [async () => undefined, () => shop.stop()]) {
    await stop();
    const { code, output, errors } = await audit();
    expect({ code, errors: code === 0 ? '' : errors + output }).toEqual({ code: 0, errors: '' });
    expect(JSON.parse(output).items).toMatchObject([{ loaded: 3, sold: 3, held: 0, left: 0 }]);
  }
});
