import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { pictureFormBytesMax, picturesPerItemMax } from '../../../../../actors/limits.ts';
import { temporaryFolder, waitUntil } from '../../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser, type TestVisitor } from '../../../../testing/browser.ts';
import {
  adminToken,
  startTestEngine,
  type TestEngine,
} from '../../../../testing/engine-process.ts';
import { testPicture } from '../../../../testing/test-pictures.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;
let browser: TestBrowser;
let cookie: string;

beforeAll(async () => {
  const started = startTestEngine({ dataDir: folder.path });
  [engine, browser] = await Promise.all([started, startBrowser()]);
  const response = await fetch(url('/admin/login'), {
    method: 'POST',
    body: new URLSearchParams({ token: adminToken }),
    redirect: 'manual',
  });
  cookie = response.headers.get('set-cookie')!.split(';')[0]!;
});

afterAll(async () => {
  await browser.close();
  await engine.stop();
  folder.remove();
});

const url = (path: string) => engine.url + path;

async function asAdmin(visitor: TestVisitor): Promise<TestVisitor> {
  const [name, value] = cookie.split('=') as [string, string]; // `admin=<token>`.
  await visitor.context.addCookies([{ name, value, url: engine.url }]);
  return visitor;
}

/** A file as somebody chooses it. */
async function file(name: string, width: number, height: number, hue = 0) {
  const form = name.endsWith('.png') ? 'png' : 'jpeg';
  return { name, mimeType: `image/${form}`, buffer: await testPicture(form, width, height, hue) };
}

const text = { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a picture') };
const field = '#pictures input[type=file]';

/** Waits until the merchant's page has so many pictures. */
const rows = (page: Page, count: number) =>
  page.waitForSelector(
    `#pictures > ol:not(:has(> li:nth-child(${count + 1}))) > li:nth-child(${count})`,
  );

/** What buyers who do not see the pictures of an item are told. */
const slides = (page: Page) =>
  page.evaluate(`[...document.querySelectorAll('.slide img')].map(({ alt }) => alt)`);

describe('pictures of an item', () => {
  test('are uploaded, put in order and told of by a merchant, and buyers see them', async () => {
    const itemId = await engine.item(5);
    const { page, complaints } = await asAdmin(await browser.visitor(engine.url));
    await page.goto(url(`/admin/items/${itemId}`));
    await page.waitForSelector('#pictures .none');
    const chosen = [await file('front.jpg', 900, 600), await file('back.png', 500, 700, 1), text];
    await page.setInputFiles(field, chosen);
    await rows(page, 2);
    const alert = await page.textContent('#pictures [role=alert]');
    expect(alert).toContain('notes.jpg: not a JPEG, PNG or WebP');
    await page.fill('#alt-2', 'The back, with its label');
    await page.click('#pictures li:nth-child(2) button[value=up]');
    await page.waitForSelector('#alt-1:not([value=""])');
    // The focus has gone with the picture.
    const focused = `document.activeElement.closest('li').querySelector('input').id`;
    expect(await page.evaluate(focused)).toBe('alt-1');
    expect(await page.$('#pictures [role=alert]')).toBeNull();

    const buyer = await browser.visitor(engine.url, { width: 390, height: 844 });
    await buyer.page.goto(url(`/items/${itemId}`));
    const alts = ['The back, with its label', 'An item (Picture 2 of 2)'];
    expect(await slides(buyer.page)).toEqual(alts);
    await buyer.page.click('.thumbs li:nth-child(2) a');
    await buyer.page.waitForSelector('.thumbs li:nth-child(2) a[aria-current]');
    const hasCome = `document.querySelector('#picture-2 img').naturalWidth > 0`;
    await waitUntil('the second picture has come', () => buyer.page.evaluate(hasCome));
    await buyer.page.goto(url('/'));
    const card = await buyer.page.getAttribute('.card .picture img', 'src');
    expect(card).toMatch(/^\/pictures\/[0-9a-f]{64}\.webp$/);

    await page.click('#pictures li:nth-child(1) summary');
    await page.click('#pictures li:nth-child(1) details button');
    await rows(page, 1);
    await buyer.page.goto(url(`/items/${itemId}`));
    expect(await slides(buyer.page)).toEqual(['An item']);
    expect(await buyer.page.$('.thumbs')).toBeNull();
    // The browser's own word on the file that was refused.
    expect(complaints).toEqual([expect.stringContaining('status of 400')]);
    expect(buyer.complaints).toEqual([]);
  });

  test('are uploaded and changed without scripts, and with a new item at once', async () => {
    const { page } = await asAdmin(await browser.withoutScripts(engine.url));
    await page.goto(url('/admin/items/new'));
    await page.fill('#item-title', 'A mug');
    await page.fill('#item-price', '12');
    await page.fill('#item-stock', '3');
    await page.setInputFiles('#pictures-files', [await file('mug.jpg', 640, 480, 2), text]);
    await page.click('form[data-once] button.primary');
    const error = await page.textContent('#pictures-files-hint');
    expect(error).toContain('notes.jpg: not a JPEG, PNG or WebP');
    expect(await page.inputValue('#item-title')).toBe('A mug');
    await page.setInputFiles('#pictures-files', [await file('mug.jpg', 640, 480, 2)]);
    await page.click('form[data-once] button.primary');
    await page.waitForURL(/\/admin\/items\/\d+\?done=item/);
    expect(await page.$$('#pictures ol > li')).toHaveLength(1);
    await page.setInputFiles(field, [
      await file('lid.png', 300, 300, 1),
      await file('box.png', 300, 200),
    ]);
    await page.click('#pictures [data-upload] button');
    await page.waitForSelector('#pictures [role=status]:has-text("are added")');
    await page.fill('#alt-3', 'The box');
    await page.click('#pictures li:nth-child(3) button[value=first]');
    expect(await page.inputValue('#alt-1')).toBe('The box');
    await page.click('#pictures li:nth-child(2) summary');
    await page.click('#pictures li:nth-child(2) details button');
    expect(await page.$$('#pictures ol > li')).toHaveLength(2);
    const itemId = /\/admin\/items\/(\d+)/.exec(page.url())![1];
    await page.goto(url(`/items/${itemId}`));
    expect(await slides(page)).toEqual(['The box', 'A mug (Picture 2 of 2)']);
    await page.click('.thumbs li:nth-child(2) a');
    expect(await page.evaluate(`document.querySelector('.slides').scrollLeft > 100`)).toBe(true);
  });

  test('say what is wrong with a form: nothing in it, too much, too many', async () => {
    const itemId = await engine.item(5);
    const send = async (...files: [string, Uint8Array][]) => {
      const body = new FormData();
      for (const [name, bytes] of files) body.append('pictures', new File([bytes], name));
      const path = url(`/admin/items/${itemId}/pictures`);
      const headers = { cookie, accept: 'text/html' };
      const answer = await fetch(path, { method: 'POST', body, headers, redirect: 'manual' });
      return { status: answer.status, page: await answer.text() };
    };
    const nothing = await send();
    expect([nothing.status, nothing.page.includes('Choose one file')]).toEqual([400, true]);
    // As browsers send a field that was left empty.
    const unnamed = await send(['', new Uint8Array()]);
    expect([unnamed.status, unnamed.page.includes('Choose one file')]).toEqual([400, true]);
    expect((await send(['a.jpg', new Uint8Array(pictureFormBytesMax)])).status).toBe(413);
    const many = Array.from({ length: picturesPerItemMax + 1 }, async (_, n) => {
      const { name, buffer } = await file(`${n}.png`, 20 + n, 20);
      return [name, new Uint8Array(buffer)] as [string, Uint8Array];
    });
    const over = await send(...(await Promise.all(many)));
    expect(over.status).toBe(400);
    expect(over.page).toContain('10.png: more than the 10 pictures');
    expect(over.page).toContain('Remove one to add another');
  });

  test('come with a new item whose texts the log of actions has', async () => {
    const body = new FormData();
    const texts = {
      title: 'A lamp',
      description: 'It shines.',
      price: '12',
      stock: '3',
      limitPerUser: '5',
      normalSale: 'on',
    };
    for (const [name, value] of Object.entries(texts)) body.append(name, value);
    const { name, buffer } = await file('lamp.png', 30, 20);
    body.append('pictures', new File([new Uint8Array(buffer)], name));
    const sent = { method: 'POST', body, headers: { cookie }, redirect: 'manual' } as const;
    expect((await fetch(url('/admin/items'), sent)).status).toBe(303);
    const logged = await engine.api<{ actions: object[] }>('GET', '/api/admin/actions');
    expect(logged.data.actions[0]).toMatchObject({ action: 'item.create', details: texts });
  });

  test('are for the merchant alone to change', async () => {
    const itemId = await engine.item(5);
    const body = new FormData();
    const path = url(`/admin/items/${itemId}/pictures`);
    const stranger = await fetch(path, { method: 'POST', body, redirect: 'manual' });
    expect(stranger.status).not.toBe(200);
    const headers = { cookie, origin: 'https://elsewhere.example' };
    const elsewhere = await fetch(path, { method: 'POST', body, headers, redirect: 'manual' });
    expect(elsewhere.status).toBe(403);
  });
});
