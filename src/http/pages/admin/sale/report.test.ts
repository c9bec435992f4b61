import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, rmSync } from 'node:fs';
import { makePrivateDatabase } from '../../../../../actors/private-files.ts';
import { temporaryFolder, waitUntil } from '../../../../../actors/testing/process.ts';
import { ReportFiles } from '../../../../reports/report-files.ts';
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
const files = new ReportFiles(folder.path);
let engine: TestEngine;
let browser: TestBrowser;
let cookie: string;
let sale: Sale;
let path: string;

beforeAll(async () => {
  [engine, browser] = await Promise.all([
    startTestEngine({ dataDir: folder.path, env: { PAYMENTS: 'demo' } }),
    startBrowser(),
  ]);
  const body = new URLSearchParams({ token: adminToken });
  const logIn = { method: 'POST', body, redirect: 'manual' as const };
  const answer = await fetch(`${engine.url}/admin/login`, logIn);
  cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
  sale = await engine.sale({ stock: 3 });
  for (const user of [1, 2, 3]) mustSucceed(await engine.place(tokenFor(sale, user)));
  expect((await engine.place(tokenFor(sale, 4))).errCode).toBe(30001);
  mustSucceed(await engine.api('POST', `/api/promos/${sale.promoId}/end`, {}));
  path = `/admin/sales/${sale.promoId}`;
});

afterAll(async () => {
  await browser.close();
  await engine.stop();
  folder.remove();
});

async function open(address: string, method = 'GET') {
  const form = method === 'POST' ? { body: new URLSearchParams() } : {};
  const headers = { cookie, origin: engine.url };
  const answer = await fetch(engine.url + address, { method, headers, ...form });
  const text = (await answer.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  return { status: answer.status, headers: answer.headers, text };
}

test('a report is made by a button, beside the engine, and shown where it can do no harm', async () => {
  expect((await open(path)).text).toContain('Buyers the report counts them');
  const { page, context, complaints } = await browser.visitor(engine.url);
  const [name, value] = cookie.split('=') as [string, string];
  await context.addCookies([{ name, value, url: engine.url }]);
  await page.goto(engine.url + path);
  await page.click('a:has-text("Fairness and replay report")');
  await page.waitForSelector('.report:has-text("No report has been made yet")');
  await page.focus('.report [type=submit]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.report h2:has-text("All holds")');
  await page.waitForSelector('.report div:has(dt:text("Buyers of this sale")) dd:text-is("3")');
  await page.waitForSelector('.report button:has-text("Make it again")');
  const [document] = await Promise.all([context.waitForEvent('page'), page.click('text=Open the')]);
  await document.waitForSelector('h1:has-text("All holds")');
  expect(await document.evaluate('window.origin')).toBe('null');
  expect(complaints).toEqual([]);
  await context.close();
  const shown = await open(`${path}/report/document`);
  expect(shown.headers.get('content-security-policy')).toStartWith("sandbox; default-src 'none'");
  const saved = await open(`${path}/report/document?download`);
  expect(saved.headers.get('content-disposition')).toStartWith(
    'attachment; filename="report-item-',
  );
  expect((await open(path)).text).toContain('Buyers 3');
  expect((await fetch(`${engine.url}${path}/report/document`)).url).toContain('/admin/login');
});

test('while another report is made, no second one begins', async () => {
  const making = { pid: process.pid, startedAt: Date.now(), read: 25, expected: 100 };
  files.tell({ ...making, item: sale.itemId });
  expect((await open(`${path}/report`)).text).toContain('made: 25% read, 25 of 100 entries');
  files.tell({ ...making, item: 9_999 });
  const other = await open(`${path}/report`, 'POST');
  expect(other.text).toContain('A report of item 9999 is being made');
  files.end();
  // One that has not said so yet.
  makePrivateDatabase(files.lock);
  const lock = new Database(files.lock);
  lock.run('BEGIN EXCLUSIVE');
  const before = files.made(sale.itemId)!.at;
  expect((await open(`${path}/report`, 'POST')).status).toBe(200);
  expect(files.made(sale.itemId)!.at).toBe(before);
  lock.close();
});

test('a report that could not be made says why, and one that was cut off that it was', async () => {
  // As with a disk that is full, nothing can be written where it goes.
  const inTheWay = `${files.folder}/item-${sale.itemId}.failed.json.new`;
  mkdirSync(inTheWay);
  const refused = await open(`${path}/report`, 'POST');
  expect([refused.status, refused.text]).toEqual([
    503,
    expect.stringMatching(/The report could not be made: stampede report: E[A-Z]+.+Made \d{4}/),
  ]);
  rmSync(inTheWay, { recursive: true });
  // What a process leaves that was killed on its way.
  files.begin(sale.itemId, { at: Date.now(), why: 'interrupted' });
  expect((await open(`${path}/report`)).text).toContain('did not come to its end');
  await open(`${path}/report`, 'POST');
  await waitUntil('the report is made', () => files.failed(sale.itemId) === null);
  expect((await open(`${path}/report`)).text).not.toContain('did not come to its end');
  expect((await open('/admin/sales/999999/report')).status).toBe(404);
});
