import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../../../testing/browser.ts';
import {
  adminToken,
  mustSucceed,
  type Sale,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;
let browser: TestBrowser;
/** `admin=<session>`. */
let cookie: string;

const start = () => startTestEngine({ dataDir: folder.path, env: { PAYMENTS: 'demo' } });

beforeAll(async () => {
  [engine, browser] = await Promise.all([start(), startBrowser()]);
  cookie = await logIn();
});

afterAll(async () => {
  await browser.close();
  await engine.stop();
  folder.remove();
});

async function logIn(): Promise<string> {
  const body = new URLSearchParams({ token: adminToken });
  const url = `${engine.url}/admin/login`;
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' });
  return answer.headers.get('set-cookie')!.split(';')[0]!;
}

interface Shown {
  status: number;
  /** Where a form led, without the host. */
  path: string;
  text: string;
}

/** Opens a page, or sends a form, as a browser without scripts does. */
async function open(
  path: string,
  fields?: Record<string, string>,
  language = 'en',
): Promise<Shown> {
  const headers = { cookie, origin: engine.url, 'accept-language': language };
  const form = fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) };
  const answer = await fetch(engine.url + path, { headers, ...form });
  const { pathname, search } = new URL(answer.url);
  const text = (await answer.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  return { status: answer.status, path: pathname + search, text };
}

let users = 0;
async function buy(sale: Sale, amount = 1): Promise<string> {
  return mustSucceed(await engine.place(tokenFor(sale, ++users), amount)).orderId;
}

const pathOf = ({ promoId }: Sale) => `/admin/sales/${promoId}`;

describe('a sale in a browser', () => {
  test('goes on live, is ended after a question, and has the same charts after a reload and a restart', async () => {
    const sale = await engine.sale({ stock: 3, payWindowSeconds: 2, limitPerUser: 3 });
    const { page, context, complaints } = await browser.visitor(engine.url);
    const [name, value] = cookie.split('=') as [string, string];
    await context.addCookies([{ name, value, url: engine.url }]);
    await page.goto(engine.url + pathOf(sale));
    await page.waitForSelector('[data-live][data-state=live]');
    await page.waitForSelector('.standing:has-text("Ends in")');
    await page.waitForSelector('.sale-charts:has-text("Nothing has happened yet")');
    await page.evaluate('window.isTheSamePage = true');
    const orderId = await buy(sale, 2);
    mustSucceed(await engine.api('POST', `/api/orders/${orderId}/pay`, {}));
    await page.waitForSelector('[data-figure=sold]:text-is("2")');
    await page.waitForSelector('[data-figure=takings]:has-text("¥")');
    await page.waitForSelector('.plot .bars', { state: 'attached' });
    await buy(sale);
    const refused = await engine.place(tokenFor(sale, ++users));
    expect(refused.errCode).toBe(30001);
    await page.waitForSelector('.why th:has-text("too late: sold out")');
    // Not paid in its second.
    await page.waitForSelector('[data-figure=held]:text-is("0")');
    await page.waitForSelector('[data-figure=left]:text-is("1")');
    expect(await page.evaluate('window.isTheSamePage')).toBe(true);

    await page.click('.sale-actions a:has-text("End now")');
    await page.waitForSelector('.confirm li:has-text("1 units stay unsold")');
    await page.keyboard.press('Tab');
    await page.locator('.confirm [type=submit]').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=status]:has-text("The sale is over.")');
    await page.waitForSelector(
      '.summary dd:has-text("2 units paid, 0 orders cancelled, 1 not paid")',
    );
    // After the last moment to pay the charts stay as they are.
    await Bun.sleep(2_200);
    const chartsNow = async () => {
      await page.reload();
      return page.locator('.sale-charts').innerHTML();
    };
    const charts = await chartsNow();
    expect(charts).toContain('class="bars refused"');
    expect(await chartsNow()).toBe(charts);
    expect(complaints).toEqual([]);
    await engine.stop();
    engine = await start();
    cookie = await logIn();
    const again = cookie.split('=')[1]!;
    await context.addCookies([{ name, value: again, url: engine.url }]);
    await page.goto(engine.url + pathOf(sale));
    expect(await page.locator('.sale-charts').innerHTML()).toBe(charts);
    await context.close();
  });
});

describe('a sale without scripts', () => {
  test('is paused and resumed, and says before what that means for buyers', async () => {
    const sale = await engine.sale({ stock: 9 });
    await buy(sale, 1);
    const path = pathOf(sale);
    expect((await open(path)).text).toContain('Pause Move the end Restock');
    const question = await open(`${path}/pause`);
    expect(question.text).toMatch(
      /nobody can order.+Nobody is waiting.+1 ordered units are not paid/,
    );
    expect(question.text).toContain('a pause does not make the sale longer');
    for (const _ of 'twice') {
      const paused = await open(`${path}/pause`, {});
      expect([paused.status, paused.path]).toEqual([200, `${path}?done=pause`]);
      expect(paused.text).toMatch(/paused Nobody can order until you resume.+The sale is paused/);
    }
    expect((await engine.place(tokenFor(sale, ++users))).errCode).toBe(30016);
    expect((await open(path)).text).toContain('the sale was paused');
    // A page that was open since before asks for what is done already.
    const stale = await open(`${path}/pause`);
    expect([stale.status, stale.text]).toEqual([409, expect.stringContaining('not possible any')]);
    const resumed = await open(`${path}/resume`, {});
    expect(resumed.text).toMatch(/running Ends in \d+.+The sale goes on/);
    await buy(sale);
  });

  test('gets another end and more units, each once, and says what is wrong in a form', async () => {
    const sale = await engine.sale({ stock: 2 });
    const path = pathOf(sale);
    const wrong = await open(`${path}/extend`, { endAt: '2001-01-01T00:00:00' });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('later than now')]);
    const moved = await open(`${path}/extend`, { endAt: '2099-05-06T07:08:09', endAtZone: 'UTC' });
    expect(moved.path).toBe(`${path}?done=extend`);
    expect(moved.text).toContain('2099-05-06 07:08:09 UTC');
    const many = await open(`${path}/restock`, { units: 'many', key: 'a form' });
    expect([many.status, many.text]).toEqual([400, expect.stringContaining('A whole number')]);
    for (const _ of 'twice') await open(`${path}/restock`, { units: '5', key: 'another form' });
    expect((await open(path)).text).toMatch(/Units left 7 of 7 of the item/);
    const all = await open(`${path}/take`, { units: '8', key: 'a third form' });
    expect([all.status, all.text]).toEqual([409, expect.stringContaining('out of stock')]);
    const taken = await open(`${path}/take`, { units: '7', key: 'a fourth form' });
    expect(taken.path).toBe(`${path}?done=take`);
    expect(taken.text).toMatch(/All units are gone.+Units left 0 of 0/);
  });

  test('that has ended meanwhile refuses what was asked on an old page', async () => {
    const sale = await engine.sale();
    const path = pathOf(sale);
    mustSucceed(await engine.api('POST', `/api/promos/${sale.promoId}/end`, {}));
    for (const [action, fields] of Object.entries({
      ...{ pause: {}, resume: {}, end: {}, withdraw: {} },
      ...{ extend: { endAt: '2099-05-06T07:08:09' }, restock: { units: '5', key: 'x' } },
    })) {
      const answer = await open(`${path}/${action}`, fields);
      const isRepeat = action === 'end';
      expect([action, answer.status]).toEqual([action, isRepeat ? 200 : 409]);
      expect(answer.text).toMatch(/ended Ended \d{4}/);
      expect(answer.text).toContain(isRepeat ? 'The sale is over' : 'not possible any more');
    }
  });

  test('begins as a draft with its warnings, is published, and withdrawn before its start', async () => {
    const { itemId } = await engine.sale();
    mustSucceed(await engine.api('PATCH', `/api/items/${itemId}`, { price: 100 }));
    const day = 86_400_000;
    const iso = (inMs: number) => new Date(Date.now() + inMs).toISOString();
    const draft = async (extra: object) => {
      const terms = { itemId, name: 'Night', price: 900, startAt: iso(day), endAt: iso(2 * day) };
      const answer = await engine.api<{ id: number }>('POST', '/api/promos', {
        ...terms,
        ...extra,
      });
      return `/admin/sales/${mustSucceed(answer).id}`;
    };
    const path = await draft({ queue: 'draw', queueOpenAt: iso(3_600_000) });
    const shown = await open(path);
    expect(shown.path).toBe(`${path}/preview`);
    expect(shown.text).toMatch(/above the normal price.+What now\? Publish … .+Delete …/);
    const meaning = (await open(`${path}/publish`)).text;
    expect(meaning).toMatch(/Buyers see it at once.+terms are fixed.+commitment of the draw/);
    const published = await open(`${path}/publish`, {});
    expect(published.text).toMatch(/not started People may join in (59:\d\d|1:00:00)/);
    const chinese = await open(path, undefined, 'zh');
    expect(chinese.text).toMatch(/未开始.+后开放报名.+撤回活动/);
    expect((await open(`${path}/withdraw`)).text).toContain('The sale will not take place');
    expect((await open(`${path}/withdraw`, {})).text).toMatch(/withdrawn It was withdrawn/);
    const other = await draft({});
    for (const _ of 'twice') {
      const gone = await open(`${other}/delete`, { itemId: String(itemId) });
      expect(gone.path).toBe(`/admin/items/${itemId}?done=delete`);
    }
    expect((await open(other)).status).toBe(404);
    expect((await open('/admin/sales/999999999')).status).toBe(404);
  });
});
