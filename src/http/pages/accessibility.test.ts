/**
 * Every page, as axe sees it and in the widths of phones and screens, in both languages and schemes of colour. A page
 * that is not in the list fails the test.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { violationsOf } from '../../testing/axe.ts';
import { startBrowser, type TestBrowser, type TestVisitor } from '../../testing/browser.ts';
import { adminToken } from '../../testing/engine-process.ts';
import { routesOfPages } from '../../testing/page-routes.ts';
import { type ShopOfEveryState, startShopOfEveryState } from '../../testing/shop-of-every-state.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
const widths = [320, 390, 1280];
/** What a language or a scheme of colours may break: the rest is the same in the markup of all. */
const ofLanguageAndScheme = [
  'color-contrast',
  'label-content-name-mismatch',
  'button-name',
  'link-name',
];
let states: ShopOfEveryState;
let browser: TestBrowser;

beforeAll(async () => {
  [states, browser] = await Promise.all([startShopOfEveryState(folder.path), startBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await states.stop();
  folder.remove();
});

interface ListedPage {
  path: string;
  /** What is done there before it is looked at. */
  done?(page: Page): Promise<void>;
}

const openAll = "for (const each of document.querySelectorAll('details')) each.open = true";

/** Fills in a form and sends it, whatever the browser would say of it first. */
function refused(path: string, action: string, typed: Record<string, string> = {}): ListedPage {
  return {
    path,
    done: async (page) => {
      await page.evaluate(openAll);
      const form = page.locator(`main form[action="${action}"]`).first();
      for (const [name, text] of Object.entries(typed))
        await form.locator(`[name=${name}]`).fill(text);
      await page.evaluate('for (const each of document.forms) each.noValidate = true');
      await form.locator('.primary').click();
      await page.waitForSelector(
        '[role=alert]:visible, [aria-invalid=true], .message.error:visible',
      );
    },
  };
}

const plain = (path: string): ListedPage => ({ path });

/** For whoever comes. */
function openPages(): ListedPage[] {
  return [
    ...['/', '/?show=coming', '/?q=nothing-of-this-name', '/nowhere', '/docs'].map(plain),
    ...['/login', '/login/code', '/register', '/password', '/account/deleted', '/admin/login'].map(
      plain,
    ),
    refused('/login', '/login', { telephone: '+8613812345678', password: 'no such word' }),
    refused('/register', '/register'),
    refused('/admin/login', '/admin/login', { token: 'no-key-of-an-administrator' }),
  ];
}

function buyersPages({ sales, orders }: ShopOfEveryState): ListedPage[] {
  const { draft: _, ...published } = sales;
  return [
    ...['/', '/orders', '/account/delete', `/orders/${orders.paid}/receipt`],
    ...Object.values(published).map(({ itemId }) => `/items/${itemId}`),
    `/items/${sales.running.itemId}?price=normal`,
    ...[sales.joining, sales.drawn].map((sale) => `/items/${sale.itemId}/draw/${sale.promoId}`),
    ...Object.values(orders).map((id) => `/orders/${id}`),
    ...[orders.placed, orders.paid].map((id) => `/demo/pay/${id}`),
  ].map(plain);
}

function merchantsPages({ sales, orders, buyer }: ShopOfEveryState): ListedPage[] {
  const action = (state: keyof typeof sales, name: string) =>
    `/admin/sales/${sales[state].promoId}/${name}`;
  const { draft, ...published } = sales;
  const { itemId, promoId } = sales.waiting;
  return [
    ...['/admin', '/admin/items', '/admin/items?q=nothing-of-this-name', '/admin/items/new'],
    ...[sales.running, draft, sales.ended].map((sale) => `/admin/items/${sale.itemId}`),
    ...Object.values(published).map((sale) => `/admin/sales/${sale.promoId}`),
    ...['pause', 'extend', 'restock', 'take', 'end'].map((name) => action('running', name)),
    ...[action('draft', 'publish'), action('draft', 'delete')],
    ...[action('paused', 'resume'), action('pending', 'withdraw')],
    ...[action('running', 'report'), action('draft', 'preview')],
    ...[`${action('draft', 'preview')}?as=running`, action('running', 'edit')],
    ...['what', 'when', 'who'].map((step) => `${action('draft', 'edit')}?step=${step}`),
    ...['/admin/sales/new', `/admin/sales/new?item=${itemId}`, '/admin/orders'],
    ...['/admin/queue', `/admin/queue?sale=${promoId}&user=${buyer.userId}`],
    ...['/admin/search', `/admin/search?item=${itemId}&user=${buyer.userId}`],
    ...Object.values(orders).map((id) => `/admin/orders/${id}`),
    ...['/admin/refunds', '/admin/webhooks', '/admin/webhooks?show=delivered'],
    ...['/admin/keys', '/admin/actions', '/admin/engine', '/admin/nowhere'],
  ]
    .map(plain)
    .concat([
      refused('/admin/items/new', '/admin/items'),
      refused(`/admin/items/${itemId}`, `/admin/items/${itemId}/restock`, { units: 'many' }),
      refused(action('running', 'restock'), action('running', 'restock'), { units: 'many' }),
      refused('/admin/keys', '/admin/keys'),
    ]);
}

/** Addresses that are no pages, as their routes have them, and what to open in order to see that, where it ends. */
function noPages({ sales, orders }: ShopOfEveryState): Record<string, string | null> {
  const { itemId, promoId } = sales.running;
  const item = `/items/${itemId}`;
  return {
    '/healthz': '/healthz',
    '/readyz': '/readyz',
    '/metrics': '/metrics',
    '/openapi.json': '/openapi.json',
    '/assets/:name': '/assets/none',
    '/pictures/:name': '/pictures/none',
    // Streams.
    '/live': null,
    '/admin/live': null,
    // A part of the sale's page, and a document in a sandbox, where no script runs.
    '/admin/sales/:id{[0-9]+}/live': `/admin/sales/${promoId}/live`,
    '/admin/sales/:id{[0-9]+}/report/document': null,
    // Files.
    '/items/:id/sale.ics': `${item}/sale.ics`,
    '/admin/orders.csv': '/admin/orders.csv',
    '/admin/orders.jsonl': '/admin/orders.jsonl',
    // What is sent on: whoever opens the address that a form was sent to.
    '/items/:id/tell': `${item}/tell`,
    '/admin/sales': '/admin/sales',
    '/admin/items/:id/:form': `/admin${item}/restock`,
    '/admin/items/:id/:form/:which': `/admin${item}/pictures/1`,
    '/admin/items/:id/:form/:which/:what': `/admin${item}/pictures/1/remove`,
    '/admin/promos/:id/:action': `/admin/promos/${promoId}/publish`,
    '/admin/orders/:orderId/:change': `/admin/orders/${orders.paid}/pay`,
    '/admin/refunds/:refundId/settle': '/admin/refunds/1-1/settle',
    '/admin/keys/:id/revoke': '/admin/keys/1/revoke',
    '/admin/webhooks/:wish': '/admin/webhooks/test',
  };
}

/** The addresses that are served, as their routes have them, but for those of the API. */
function servedRoutes(): string[] {
  const { merchants, others } = routesOfPages();
  const read = [...others, ...merchants].filter(
    ({ method, path }) => method === 'GET' && !path.startsWith('/api/'),
  );
  return [...new Set(read.map(({ path }) => path))];
}

const isServedBy = (route: string, { path }: ListedPage) => {
  const places = route
    .split('/')
    .map((part) => part.replace(/^:\w+(?:\{(.*)\})?$/, (_, own = '[^/]+') => `(?:${own})`));
  return new RegExp(`^${places.join('/')}$`).test(path.split('?')[0]!);
};

async function visitor(width: number, locale: string): Promise<TestVisitor> {
  return browser.visitor(states.shop.engine.url, { locale, width, reducedMotion: true });
}

/** Logs in as the buyer and as the merchant. */
async function logIn({ context }: TestVisitor): Promise<void> {
  const { engine } = states.shop;
  const session = { name: 'session', value: states.buyer.session, url: engine.url };
  const answer = await fetch(`${engine.url}/admin/login`, {
    method: 'POST',
    body: new URLSearchParams({ token: adminToken }),
    redirect: 'manual',
  });
  const [name, value] = answer.headers.getSetCookie()[0]!.split(';')[0]!.split('=');
  await context.addCookies([session, { name: name!, value: value!, url: engine.url }]);
}

/** What is wrong with a page, in each width, after what is done there. */
async function faultsOf(
  { page, complaints }: TestVisitor,
  listed: ListedPage,
  { language, rules }: { language: string; rules?: readonly string[] },
): Promise<string[]> {
  const { url } = states.shop.engine;
  const faults: string[] = [];
  const width = page.viewportSize()!.width;
  await page.goto(url + listed.path);
  const { pathname } = new URL(page.url());
  if (pathname !== listed.path.split('?')[0]) faults.push(`leads to ${pathname}`);
  const lang = await page.getAttribute('html', 'lang');
  if (lang !== language) faults.push(`is in ${lang}`);
  await listed.done?.(page);
  await page.evaluate(openAll);
  faults.push(...(await violationsOf(page, rules)));
  for (const other of [...widths.filter((each) => each !== width), width]) {
    await page.setViewportSize({ width: other, height: 900 });
    const needed = await page.evaluate('document.documentElement.scrollWidth');
    if (needed !== other) faults.push(`needs ${needed} pixels of ${other}`);
  }
  // The browser itself complains of pages that come with the status of a refusal.
  const own = complaints.splice(0).filter((text) => !/status of 4\d\d/.test(text));
  return [...faults, ...own].map((fault) => `${listed.path}: ${fault}`);
}

describe('every page', () => {
  test('is in the list, and what is none is none', async () => {
    const exceptions = noPages(states);
    const listed = [...openPages(), ...buyersPages(states), ...merchantsPages(states)];
    const routes = servedRoutes();
    const missing = routes.filter(
      (route) => !(route in exceptions) && !listed.some((each) => isServedBy(route, each)),
    );
    expect(missing).toEqual([]);
    expect(Object.keys(exceptions).filter((route) => !routes.includes(route))).toEqual([]);
    const someone = await visitor(1280, 'en-GB');
    await logIn(someone);
    for (const [route, path] of Object.entries(exceptions)) {
      if (path === null) continue;
      const answer = await someone.context.request.get(states.shop.engine.url + path, {
        maxRedirects: 0,
      });
      expect([route, (await answer.text()).includes('<main')]).toEqual([route, false]);
    }
    await someone.context.close();
  });

  for (const [locale, seen, colorScheme, width] of [
    ['en-GB', { language: 'en' }, 'light', 1280],
    ['zh-CN', { language: 'zh-CN', rules: ofLanguageAndScheme }, 'dark', 390],
  ] as const) {
    test(`can be used by everybody, in ${locale} and ${colorScheme}`, async () => {
      const someone = await visitor(width, locale);
      await someone.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const faults: string[] = [];
      for (const each of openPages()) faults.push(...(await faultsOf(someone, each, seen)));
      await logIn(someone);
      for (const each of [...buyersPages(states), ...merchantsPages(states)])
        faults.push(...(await faultsOf(someone, each, seen)));
      expect(faults).toEqual([]);
      await someone.context.close();
    });
  }
});
