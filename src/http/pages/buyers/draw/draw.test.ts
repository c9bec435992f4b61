/** A draw's page in a browser: what it explains, what it keeps, and what it finds when it checks. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser, type TestVisitor } from '../../../../testing/browser.ts';
import type { Sale } from '../../../../testing/engine-process.ts';
import { type PlainDraw, plainDraw, plainLabel } from '../../../../testing/plain-draw.ts';
import { entrantsFrom, PlantedDraw } from '../../../../testing/planted-draw.ts';
import { type Buyer, type Shop, startShop } from '../../../../testing/shop.ts';

// People, and the browsers they use, are slow where machines are busy.
setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let browser: TestBrowser;
let buyer: Buyer;

beforeAll(async () => {
  [shop, browser] = await Promise.all([startShop({ dataDir: folder.path }), startBrowser()]);
  buyer = await shop.buyer();
});

afterAll(async () => {
  await browser.close();
  await shop.stop();
  folder.remove();
});

interface Planted extends Sale {
  draw: PlantedDraw;
  path: string;
}

/** A sale with a planted draw among 2,100, of whom the buyer is the last but one. */
async function planted(startsInMs = 3_600_000): Promise<Planted> {
  const sale = await shop.engine.sale({ startsInMs, endsInMs: startsInMs + 3_600_000 });
  const draw = new PlantedDraw(folder.path, sale.promoId);
  draw.join(entrantsFrom(2_098));
  draw.join([
    [buyer.userId, 4_711],
    [5, 6],
  ]);
  return { ...sale, draw, path: `/items/${sale.itemId}/draw/${sale.promoId}` };
}

const url = (path: string) => shop.engine.url + path;
const placeIn = ({ order }: PlainDraw, promoId: number) =>
  order.indexOf(plainLabel(promoId, buyer.userId, 4_711)) + 1;

async function visitor(isLoggedIn: boolean, locale = 'en-GB', width = 1280): Promise<TestVisitor> {
  const made = await browser.visitor(shop.engine.url, { locale, width });
  const cookie = { name: 'session', value: buyer.session, url: shop.engine.url };
  if (isLoggedIn) await made.context.addCookies([cookie]);
  return made;
}

/** By step, what the page says of it. */
async function outcome(page: Page): Promise<Record<string, string>> {
  await page.click('#check:enabled');
  await page.waitForSelector('#check:enabled');
  const said: Record<string, string> = {};
  for (const line of await page.locator('[data-step]').all()) {
    said[(await line.getAttribute('data-step'))!] = (await line.getAttribute('data-state'))!;
  }
  return said;
}

const allOk = {
  ...{ commitment: 'ok', remembered: 'ok', label: 'ok', among: 'ok' },
  ...{ seed: 'ok', order: 'ok', place: 'ok' },
};

describe('a draw’s page', () => {
  for (const [locale, texts] of [
    [
      'en-GB',
      {
        kept: 'This browser keeps the commitment, and compares it after the draw.',
        later: 'Your place is known when the sale opens.',
        place: (place: number) => `Place ${place} of 2100`,
        fits: (place: number) => `Everything fits: you have place ${place} of 2100.`,
        mark: 'fits',
      },
    ],
    [
      'zh-CN',
      {
        kept: '本浏览器已记下承诺值，抽签后会进行比较。',
        later: '开抢时即可知道您的名次。',
        place: (place: number) => `第 ${place} 名（共 2100 人）`,
        fits: (place: number) => `全部相符：您是 2100 人中的第 ${place} 名。`,
        mark: '相符',
      },
    ],
  ] as const) {
    test(`keeps the commitment, and afterwards proves the visitor’s place (${locale})`, async () => {
      const { draw, path, promoId } = await planted();
      const { page, context, complaints } = await visitor(true, locale, 320);
      await page.goto(url(path));
      await page.waitForSelector(`#kept:has-text("${texts.kept}")`);
      const before = await page.textContent('main');
      expect(before).toContain(draw.plain().commitment);
      expect(before).toContain(plainLabel(promoId, buyer.userId, 4_711));
      expect(before).toContain(texts.later);
      expect(await page.content()).not.toContain(draw.secret);
      expect(await page.locator('#check').count()).toBe(0);
      const held = draw.hold();
      await page.reload();
      const place = placeIn(held, promoId);
      await page.waitForSelector(`.place:has-text("${texts.place(place)}")`);
      expect(await outcome(page)).toEqual(allOk);
      expect(await page.textContent('#message')).toBe(texts.fits(place));
      expect(await page.getAttribute('#message', 'aria-live')).toBe('polite');
      expect(await page.locator('[data-mark]').allTextContents()).toEqual(
        Array(7).fill(texts.mark),
      );
      await page.click('summary');
      // Nothing is wider than a small phone.
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
      expect(complaints).toEqual([]);
      await context.close();
    });
  }

  test('lets anybody check the whole order, and says that there is nothing to compare with', async () => {
    const { draw, path } = await planted();
    draw.hold();
    const { page, context, complaints } = await visitor(false);
    await page.goto(url(path));
    expect(await page.getAttribute('.own a', 'href')).toBe(
      `/login?next=${encodeURIComponent(path)}`,
    );
    expect(await outcome(page)).toEqual({
      ...{ commitment: 'ok', remembered: 'unknown', seed: 'ok', order: 'ok' },
    });
    expect(await page.textContent('#message')).toBe('Everything fits. 2100 took part.');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('checks where the page is not served securely, and the browser gives it no cryptography', async () => {
    const { draw, path } = await planted();
    const { page, context, complaints } = await visitor(true);
    await context.addInitScript(
      "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })",
    );
    await page.goto(url(path));
    await page.waitForSelector('#kept:not(:empty)');
    draw.hold();
    await page.reload();
    expect(await page.evaluate('crypto.subtle')).toBeUndefined();
    expect(await outcome(page)).toEqual(allOk);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('goes on living while it checks a long list', async () => {
    const { draw, path } = await planted();
    draw.join(entrantsFrom(100_000).slice(2_098));
    draw.hold();
    const { page, context } = await visitor(true);
    await page.goto(url(path));
    // How far the check had come whenever the page was drawn.
    await page.evaluate(`
      window.drawn = new Set();
      (function onFrame() {
        drawn.add(document.querySelector('#progress').value);
        requestAnimationFrame(onFrame);
      })();
    `);
    expect((await outcome(page)).order).toBe('ok');
    expect(await page.evaluate<number>('drawn.size')).toBeGreaterThan(10);
    await context.close();
  });

  test('looks for the draw when it is due, by itself', async () => {
    const { draw, path } = await planted(4_000);
    const { page, context } = await visitor(true);
    await page.goto(url(path));
    await page.waitForSelector('#kept:not(:empty)');
    draw.hold();
    await page.waitForSelector('#check:enabled');
    await context.close();
  });

  test('says what is not there: no draw, another item, another’s place', async () => {
    const { itemId, draw } = await planted();
    const other = await shop.engine.sale();
    const status = async (path: string) => (await fetch(url(path))).status;
    expect(await status(`/items/${itemId}/draw/${other.promoId}`)).toBe(404);
    expect(await status(`/items/${other.itemId}/draw/${other.promoId}`)).toBe(404);
    expect(await status(`/items/${other.itemId}/draw/${draw.promoId}`)).toBe(404);
    expect(await status(`/items/${itemId}/draw/x`)).toBe(404);
    const stranger = await shop.buyer();
    const { page, context } = await visitor(false);
    await context.addCookies([{ name: 'session', value: stranger.session, url: shop.engine.url }]);
    await page.goto(url(`/items/${itemId}/draw/${draw.promoId}`));
    expect(await page.textContent('.own')).toContain('You do not take part in this draw.');
    await context.close();
  });
});

describe('a shop that cheats', () => {
  /** Opens the page of a draw that was held, and answers the page's question with something else. */
  async function cheating(
    answer: (held: PlainDraw, entrants: PlantedDraw['entrants']) => PlainDraw,
  ): Promise<{ page: Page; close(): Promise<void> }> {
    const { draw, path } = await planted();
    const { page, context } = await visitor(true);
    await page.goto(url(path));
    await page.waitForSelector('#kept:not(:empty)');
    const held = draw.hold();
    await page.reload();
    await page.route('**/api/promos/*/draw', (route) =>
      route.fulfill({ json: { status: 'success', data: answer(held, draw.entrants) } }),
    );
    return { page, close: () => context.close() };
  }

  async function expectFound(page: Page, wrong: readonly string[]): Promise<void> {
    const said = await outcome(page);
    expect(Object.keys(said).filter((step) => said[step] === 'wrong')).toEqual([...wrong]);
    await page.waitForSelector('#message.error:has-text("Something does not fit")');
  }

  test('is found when it moves a friend to the front', async () => {
    const { page, close } = await cheating((held) => ({
      ...held,
      order: [held.order.at(-1)!, ...held.order.slice(0, -1)],
    }));
    await expectFound(page, ['order', 'place']);
    expect(await page.textContent('[data-step=order] [data-beside]')).toBe(
      'The first that is out of order is at place 2.',
    );
    await close();
  });

  test('is found when it draws again with another secret', async () => {
    const { page, close } = await cheating((held, entrants) => ({
      ...plainDraw(0, 'e'.repeat(64), []),
      ...{ labels: held.labels, order: plainDraw(1, 'e'.repeat(64), entrants).order },
    }));
    await expectFound(page, ['commitment', 'remembered', 'seed', 'order', 'place']);
    expect(await page.textContent('[data-step=remembered] [data-beside]')).toStartWith(
      'Before the draw this browser saw another one: ',
    );
    await close();
  });

  test('is found when it leaves somebody out', async () => {
    const { page, close } = await cheating((held) => {
      const labels = held.labels.toSpliced(-2, 1);
      return { ...held, labels, order: held.order.filter((label) => labels.includes(label)) };
    });
    await expectFound(page, ['among', 'seed', 'order', 'place']);
    await close();
  });

  test('is found when its commitment is another already before the draw', async () => {
    const { path } = await planted();
    const { page, context } = await visitor(true);
    await page.goto(url(path));
    await page.waitForSelector('#kept:not(:empty)');
    await page.route(`**${path}`, async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replaceAll(/[0-9a-f]{64}/g, 'f'.repeat(64));
      await route.fulfill({ response: answer, body });
    });
    await page.reload();
    await page.waitForSelector('#kept.error:has-text("This is not the commitment")');
    await context.close();
  });

  test('or does not answer is told apart from one that does', async () => {
    const { page, close } = await cheating((held) => ({ ...held, order: ['x'] }));
    await page.click('#check');
    await page.waitForSelector('#message.error:has-text("What the shop answered is not a draw.")');
    await page.unroute('**/api/promos/*/draw');
    await page.route('**/api/promos/*/draw', (route) => route.abort());
    await page.click('#check:enabled');
    await page.waitForSelector('#message.error:has-text("could not be read")');
    expect(await page.locator('[data-state=ok]').count()).toBe(0);
    await page.unroute('**/api/promos/*/draw');
    expect(await outcome(page)).toEqual(allOk);
    await close();
  });
});

describe('without scripts', () => {
  test('the page shows all there is, and what it says to paste into a terminal finds the same', async () => {
    const { draw, path, promoId } = await planted();
    const held = draw.hold();
    const { page, context } = await browser.withoutScripts(shop.engine.url);
    await context.addCookies([{ name: 'session', value: buyer.session, url: shop.engine.url }]);
    await page.goto(url(path));
    const shown = await page.textContent('main');
    for (const each of [held.commitment, held.secret, held.seed]) expect(shown).toContain(each);
    expect(shown).toContain(`Place ${placeIn(held, promoId)}`);
    expect(await page.isVisible('#check')).toBe(false);
    const [whole = '', own = ''] = await page.locator('details code').allTextContents();
    const run = (script: string) => Bun.spawn(['sh', '-c', script], { stdout: 'pipe' });
    expect(await new Response(run(whole).stdout).text()).toBe('True\nTrue\nTrue\n');
    const label = await new Response(run(own).stdout).text();
    expect(label).toStartWith(plainLabel(promoId, buyer.userId, 4_711));
    await context.close();
  });
});
