import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../../../testing/browser.ts';
import { adminToken, mustSucceed } from '../../../../testing/engine-process.ts';
import { type Shop, startShop } from '../../../../testing/shop.ts';
import { testPicture } from '../../../../testing/test-pictures.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let browser: TestBrowser;
let cookie: string;

beforeAll(async () => {
  [shop, browser] = await Promise.all([startShop({ dataDir: folder.path }), startBrowser()]);
  const body = new URLSearchParams({ token: adminToken });
  const login = { method: 'POST', body, redirect: 'manual' } as const;
  const answer = await fetch(`${shop.engine.url}/admin/login`, login);
  cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
});

afterAll(async () => {
  await browser.close();
  await shop.stop();
  folder.remove();
});

interface Opened {
  status: number;
  /** Where it led. */
  path: string;
  html: string;
  /** What is read, without marks. */
  text: string;
}

/** Opens a page as a browser without scripts does, or sends a form there; follows where it leads. */
async function open(path: string, fields?: Record<string, string>, language = 'en') {
  const headers = { cookie, 'accept-language': language, accept: 'text/html' };
  const form = fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) };
  const answer = await fetch(shop.engine.url + path, { headers, ...form });
  const { pathname, search } = new URL(answer.url);
  const html = await answer.text();
  const text = html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  return { status: answer.status, path: pathname + search, html, text } satisfies Opened;
}

const hourMs = 3_600_000;
const local = (inMs: number) => new Date(Date.now() + inMs).toISOString().slice(0, 19);

/** The second step as it is sent. */
const when = (itemId: number, more: Record<string, string> = {}) => ({
  ...{ item: String(itemId), name: 'Night', price: '5', limitPerUser: '1' },
  ...{ startAt: local(hourMs), endAt: local(2 * hourMs), startAtZone: 'UTC', endAtZone: 'UTC' },
  ...{ payWindow: '15', payWindowUnit: 'minutes', key: Bun.randomUUIDv7() },
  ...more,
});

/** The third step as it is sent. */
const who = {
  ...{ step: 'who', queue: 'draw', queueOpenAt: '', gateFactor: '5', captcha: 'on' },
  ...{ admit: '5', admitUnit: 'minutes' },
};

interface Action {
  action: string;
  target: string | null;
}

interface Draft {
  itemId: number;
  id: number;
}

async function drafted(more: Record<string, string> = {}): Promise<Draft> {
  const itemId = await shop.engine.item(10);
  const { path } = await open('/admin/sales', when(itemId, more));
  return { itemId, id: Number(/\/admin\/sales\/(\d+)\/edit\?step=who/.exec(path)![1]) };
}

/** The value of a field of a form. */
const heldIn = ({ html }: Opened, id: string) =>
  new RegExp(`<input value="([^"]*)" id="${id}"`).exec(html)?.[1];
const errorsIn = ({ html }: Opened) =>
  [...html.matchAll(/class="error" id="([\w-]+)-error"/g)].map(([, id]) => id);

describe('a sale in three steps, without scripts', () => {
  test('goes from an item that is chosen to a draft and its preview', async () => {
    const itemId = await shop.engine.item(10);
    const first = await open('/admin/sales/new');
    expect(first.text).toMatch(/What do you sell\? .+An item ¥10 · 10 left/);
    expect(first.html).toContain(`name="item" value="${itemId}"`);
    const second = await open(`/admin/sales/new?item=${itemId}`);
    expect(heldIn(second, 'sale-name')).toBe('Flash sale');
    const [startAt, endAt] = ['sale-startAt', 'sale-endAt'].map((id) => heldIn(second, id)!);
    expect(startAt).toEndWith(':00:00');
    expect(Date.parse(endAt!) - Date.parse(startAt!)).toBe(hourMs);
    const third = await open('/admin/sales', when(itemId));
    expect(third.text).toMatch(/Who gets in\? .+With 10 units left: 50 buyers at the start/);
    const preview = await open(third.path.replace(/\?.*/, ''), who);
    expect(preview.path).toMatch(/\/admin\/sales\/\d+\/preview$/);
    expect(preview.text).toContain('¥5 instead of ¥10: 50% off');
    expect(preview.text).toMatch(/A draw\. .+ 15 minutes before the start/);
    expect(preview.text).not.toContain('Before you publish');
  });

  test('loses nothing on the way back, before there is a draft and after', async () => {
    const [itemId, other] = [await shop.engine.item(10), await shop.engine.item(3)];
    // The button "Back" sends the form in the address, right or wrong.
    const typed = new URLSearchParams({ ...when(itemId, { price: 'five' }), step: 'what' });
    const back = await open(`/admin/sales/new?${typed}`);
    expect(back.text).toMatch(/An item ¥10 · 10 left · chosen/);
    for (const [name, value] of typed) {
      if (name === 'item' || name === 'step') continue;
      expect(back.html).toContain(`name="${name}" value="${value}"`);
    }
    typed.delete('step');
    typed.set('item', String(other));
    const again = await open(`/admin/sales/new?${typed}`);
    expect([heldIn(again, 'sale-name'), heldIn(again, 'sale-price')]).toEqual(['Night', 'five']);
    expect(again.html).toContain(`name="key" value="${typed.get('key')}"`);

    const { id } = await drafted();
    const edit = `/admin/sales/${id}/edit`;
    const kept = await open(edit, { ...who, gateFactor: '7', go: 'back' });
    expect(kept.path).toBe(`${edit}?step=when`);
    const moved = await open(edit, { ...when(0, { price: '6' }), step: 'when', go: 'back' });
    expect(moved.path).toBe(`${edit}?step=what`);
    const chosen = await open(edit, { step: 'what', item: String(other) });
    expect(chosen.path).toBe(`${edit}?step=when`);
    expect([chosen.text.includes('3 left'), heldIn(chosen, 'sale-price')]).toEqual([true, '6.00']);
    const last = await open(`${edit}?step=who`);
    expect(heldIn(last, 'sale-gateFactor')).toBe('7');
    expect(last.html).toMatch(/value="draw" checked/);
  });

  test('makes an item on the way, once, with its pictures, and goes on with it', async () => {
    const { startAt, endAt, key } = when(0);
    const send = async (sale: string) => {
      const body = new FormData();
      const item = { title: 'A mug', description: '', price: '12', stock: '30', key: `mug ${key}` };
      const carried = JSON.stringify({ name: 'Mugs', startAt, endAt, secret: 'x' });
      for (const [name, value] of Object.entries({ ...item, sale, carried })) {
        body.append(name, value);
      }
      body.append('pictures', new File([await testPicture('png', 90, 60)], 'mug.png'));
      const headers = { cookie };
      return fetch(`${shop.engine.url}/admin/sales/new`, { method: 'POST', body, headers });
    };
    const [made, twice] = [await send(''), await send('')];
    expect(twice.url).toBe(made.url);
    const { pathname, searchParams } = new URL(made.url);
    expect([pathname, [...searchParams.keys()]]).toEqual([
      '/admin/sales/new',
      ['name', 'startAt', 'endAt', 'item'],
    ]);
    expect(await made.text()).toMatch(/<img [^>]*src="\/pictures\/\w+\.webp".+value="Mugs"/s);
    const item = await shop.call('GET', `/api/items/${searchParams.get('item')}`);
    // Nothing is sold before the sale.
    expect(item.data).toMatchObject({ title: 'A mug', price: 1_200, stock: 30, normalSale: false });
    const { id } = await drafted();
    const changed = await send(String(id));
    expect(new URL(changed.url).pathname).toBe(`/admin/sales/${id}/edit`);
    expect(await changed.text()).toContain('The item is made. Choose it to go on.');
    const log = await shop.engine.api<{ actions: Action[] }>('GET', '/api/admin/actions');
    const [last, , , before] = mustSucceed(log).actions;
    expect(last).toMatchObject({
      action: 'item.create',
      target: new URL(changed.url).search.slice(-1),
    });
    expect(before).toMatchObject({ action: 'item.create', target: searchParams.get('item') });
    const wrong = await open('/admin/sales/new', { title: 'A mug', price: 'x', stock: '1' });
    expect([wrong.status, errorsIn(wrong)]).toEqual([400, ['item-description', 'item-price']]);
  });

  test('marks what is wrong at its field, in both languages, and makes nothing', async () => {
    const itemId = await shop.engine.item(10);
    const endAt = local(hourMs / 2);
    for (const language of ['en', 'zh']) {
      const wrong = when(itemId, { endAt, price: '-1', payWindow: '8', payWindowUnit: 'days' });
      const answer = await open('/admin/sales', wrong, language);
      expect([answer.status, errorsIn(answer)]).toEqual([400, ['sale-price', 'sale-payWindow']]);
      expect(answer.html).toMatch(/id="sale-price" [^>]*autofocus/);
      const late = await open('/admin/sales', when(itemId, { endAt }), language);
      expect([late.status, errorsIn(late)]).toEqual([400, ['sale-endAt']]);
      expect(heldIn(late, 'sale-endAt')).toBe(endAt);
    }
    const items = await open(`/admin/items/${itemId}`);
    expect(items.text).toContain('No promo yet.');
    const key = Bun.randomUUIDv7();
    const { id } = await drafted({ key });
    const edit = `/admin/sales/${id}/edit`;
    const after = { ...who, queueOpenAt: local(90 * 60_000), queueOpenAtZone: 'UTC' };
    const opening = await open(edit, { ...after, admit: '2', admitUnit: 'days' });
    expect([opening.status, errorsIn(opening)]).toEqual([400, ['sale-admit']]);
    expect(errorsIn(await open(edit, after))).toEqual(['sale-queueOpenAt']);
    expect(errorsIn(await open(edit, { ...after, queue: 'fifo' }))).toEqual([]);
    // The start cannot be moved before the opening of the draw either.
    await open(edit, { ...after, queueOpenAt: local(50 * 60_000) });
    const early = when(0, { startAt: local(40 * 60_000) });
    const before = await open(edit, { ...early, step: 'when' });
    expect([before.status, errorsIn(before)]).toEqual([400, ['sale-startAt']]);
    expect(before.text).toContain('The draw opens at');
    // Nor by the form that has made the draft, from the browser's history.
    const fromHistory = await open('/admin/sales', { ...early, item: String(itemId), key });
    expect([fromHistory.status, errorsIn(fromHistory)]).toEqual([400, ['sale-startAt']]);
  });

  test('shows buyers as the sale goes, and what to know, with what names the other sale', async () => {
    const { id, itemId } = await drafted();
    const path = `/admin/sales/${id}/preview`;
    await open(`/admin/sales/${id}/edit`, who);
    const moments = { before: 'Not open yet', joining: 'Join the draw', running: 'Buy now' };
    for (const [as, label] of Object.entries({ ...moments, soldOut: 'Sold out' })) {
      const { html } = await open(`${path}?as=${as}`);
      const [, still = ''] = /<div class="still" inert="[^"]*">(.+)$/s.exec(html)!;
      expect(still).toContain('<h1>An item</h1>');
      const button = /<button type="button" class="primary" id="buy"([^>]*)>([^<]+)/.exec(still)!;
      expect([as, button[2], button[1]!.includes('disabled')]).toEqual([
        ...[as, label],
        as === 'before' || as === 'soldOut',
      ]);
    }
    const other = await drafted({ item: String(itemId), name: 'Dawn <3', price: '11' });
    const clash = await open(`/admin/sales/${other.id}/edit`, {
      step: 'what',
      item: String(itemId),
    });
    expect(clash.status).toBe(200);
    const step = await open(`/admin/sales/${other.id}/edit?step=who`);
    expect(step.text).toMatch(/Before you publish The price is above the normal price\..+ Change/);
    const warned = await open(`/admin/sales/${other.id}/preview`);
    expect(warned.text).toMatch(/above the normal price\. .+a draft: not both can be published/);
    expect(warned.html).toContain(`<a href="${path}">promo ${id} (Night)</a>`);
    expect(warned.html).toContain(`/admin/sales/${other.id}/publish`);
    mustSucceed(await shop.engine.api('POST', `/api/promos/${id}/publish`, {}));
    const blocked = await open(`/admin/sales/${other.id}/preview`, undefined, 'zh');
    expect(blocked.text).toContain('目前无法发布');
    expect(blocked.html).toContain(`<a href="/admin/sales/${id}">活动 ${id}（Night）</a>`);
    expect(blocked.html).not.toContain(`/admin/sales/${other.id}/publish`);

    // What is published is not edited any more.
    for (const step of ['what', 'when', 'who']) {
      const fixed = await open(`/admin/sales/${id}/edit?step=${step}`);
      expect([fixed.status, fixed.text.includes('This sale is published')]).toEqual([409, true]);
      expect(fixed.text).toContain('Withdraw it before its start');
    }
    const late = await open(`/admin/sales/${id}/edit`, who);
    expect([late.status, late.path]).toEqual([409, `/admin/sales/${id}/edit?step=who`]);
    expect((await open(path)).path).toBe(`/admin/sales/${id}`);
  });

  test('says where there is no such item or sale', async () => {
    const gone = await open('/admin/sales/new?item=131071');
    expect(gone.text).toContain('This item does not exist.');
    const made = await open('/admin/sales', when(131_071));
    expect([made.status, made.text.includes('This item does not exist.')]).toEqual([200, true]);
    for (const page of ['edit', 'preview']) {
      expect((await open(`/admin/sales/999999/${page}`)).status).toBe(404);
    }
    expect((await open('/admin/sales/999999/edit', who)).status).toBe(404);
    const { id } = await drafted();
    const missing = await open(`/admin/sales/${id}/edit`, { step: 'what', item: '131071' });
    expect([missing.status, missing.text.includes('does not exist')]).toEqual([404, true]);
  });
});

describe('a newcomer', () => {
  test('makes a draw from nothing, goes back and forth, publishes, and a buyer sees it', async () => {
    const { url } = shop.engine;
    const { page, context, complaints } = await browser.visitor(url, { timeZone: 'Asia/Shanghai' });
    const [name, value] = cookie.split('=') as [string, string]; // `admin=<token>`.
    await context.addCookies([{ name, value, url }]);
    await page.goto(`${url}/admin`);
    await page.click('main a:text-is("New sale")');
    await page.fill('#item-title', 'Aurora headphones');
    await page.fill('#item-price', '899');
    await page.fill('#item-stock', '100');
    await page.setInputFiles('#pictures-files', {
      ...{ name: 'front.jpg', mimeType: 'image/jpeg' },
      buffer: await testPicture('jpeg', 300, 200),
    });
    await page.click('button:text-is("Make the item")');
    await page.fill('#sale-name', 'Midnight draw');
    await page.fill('#sale-price', '99');
    await page.waitForSelector('#sale-price-note:text-is("Normal price: ¥899 · 89% off")');
    // The end goes with the start.
    await page.fill('#sale-startAt', '2031-05-06T20:00');
    expect(await page.inputValue('#sale-endAt')).toMatch(/^2031-05-06T21:00/);
    await page.click('button:text-is("Back")');
    await page.click('.pick[aria-current]:has-text("Aurora headphones")');
    expect(await page.inputValue('#sale-name')).toBe('Midnight draw');
    await page.click('button:text-is("Next")');
    await page.check('[name=queue][value=draw]');
    await page.waitForSelector('#sale-queueOpenAt');
    await page.click('button:text-is("Back")');
    expect(await page.inputValue('#sale-endAt')).toMatch(/^2031-05-06T21:00/);
    await page.fill('#sale-price', '9000');
    await page.press('#sale-price', 'Enter');
    expect(await page.isChecked('[name=queue][value=draw]')).toBe(true);
    await page.click('button:text-is("To the preview")');
    await page.click('[data-warning=priceAboveNormal] a:text-is("Change")');
    await page.fill('#sale-price', '90');
    await page.click('button:text-is("Next")');
    await page.click('button:text-is("To the preview")');
    await page.click('a:text-is("Draw is open")');
    await page.waitForSelector('.still #buy:text-is("Join the draw")');
    // Nothing in the picture of the page can be pressed.
    const focusable = `[...document.querySelectorAll('.still a, .still button')].some((each) => {
      each.focus();
      return document.activeElement === each;
    })`;
    expect(await page.evaluate(focusable)).toBe(false);
    await page.click('a:has-text("Publish")');
    await page.waitForSelector('li:has-text("commitment of the draw is made public")');
    await page.click('button:has-text("publish it")');
    await page.waitForSelector('[role=status]:has-text("is published")');

    const buyer = await browser.visitor(url, { timeZone: 'Europe/Berlin' });
    await buyer.page.goto(url);
    await buyer.page.click('a:has-text("Aurora headphones")');
    await buyer.page.waitForSelector('.eyebrow:text-is("Midnight draw")');
    await buyer.page.waitForSelector('[data-opens]:has-text("May 6, 2031, 2:00 PM GMT+2")');
    await buyer.page.waitForSelector('.price:has-text("¥90")');
    await buyer.page.waitForSelector('#about-draw');
    expect([...complaints, ...buyer.complaints]).toEqual([]);
    await Promise.all([context.close(), buyer.context.close()]);
  });
});
