/** Live streams where there are none left: who is refused, and what pages do instead. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../../testing/browser.ts';
import {
  mustSucceed,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
/** Two streams for an address, three for all. */
let engine: TestEngine;
let browser: TestBrowser;
/** With its answer: a stream whose answer nobody keeps is closed. */
const open: { leaving: AbortController; answer: Response }[] = [];

beforeAll(async () => {
  [engine, browser] = await Promise.all([
    startTestEngine({
      dataDir: folder.path,
      script: 'src/testing/rehearsal-engine.ts',
      args: ['streams=2'],
      env: { LIVE_STREAMS: '3', TRUSTED_PROXIES: '127.0.0.1' },
    }),
    startBrowser(),
  ]);
});

afterAll(async () => {
  hangUp();
  await browser.close();
  await engine.stop();
  folder.remove();
});

/** Opens a stream, which stays open, and returns the answer. */
async function stream(path: string, address: string): Promise<Response> {
  const leaving = new AbortController();
  const headers = { 'x-forwarded-for': address };
  const answer = await fetch(engine.url + path, { headers, signal: leaving.signal });
  open.push({ leaving, answer });
  return answer;
}

function hangUp(): void {
  for (const { leaving } of open.splice(0)) leaving.abort();
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${engine.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

describe('a stream of stock', () => {
  test('is refused with the time to wait: 10003 for an address, 30003 for all', async () => {
    const item = await engine.item(5);
    const [alone, several] = [`/api/items/${item}/live`, `/live?items=${item}`];
    expect((await stream(alone, '192.0.2.1')).status).toBe(200);
    expect((await stream(several, '192.0.2.1')).status).toBe(200);
    for (const [path, address, status, errCode] of [
      [alone, '192.0.2.1', 429, 10003],
      [several, '192.0.2.1', 429, 10003],
      [several, '2001:db8:0:1::1', 200, null],
      [alone, '198.51.100.1', 503, 30003],
    ] as const) {
      const answer = await stream(path, address);
      expect([path, address, answer.status]).toEqual([path, address, status]);
      if (errCode === null) continue;
      expect(await answer.json()).toMatchObject({ status: 'fail', data: { errCode } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await metric('stampede_live_streams')).toBe(3);
    expect(await metric('stampede_live_streams_refused_total')).toBe(3);
    hangUp();
    while ((await metric('stampede_live_streams')) > 0) await Bun.sleep(50);
    expect((await stream(alone, '198.51.100.1')).status).toBe(200);
    hangUp();
    while ((await metric('stampede_live_streams')) > 0) await Bun.sleep(50);
  });

  test('that a page is refused is replaced by asking, and by the stream when there is one', async () => {
    const sale = await engine.sale({ stock: 50 });
    const path = `/items/${sale.itemId}/live`;
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
      expect((await stream(`/api${path}`, address)).status).toBe(200);
    }
    const visitor = await browser.visitor(engine.url);
    const { page } = visitor;
    let asked = 0;
    const streams: number[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === `/api/items/${sale.itemId}`) asked++;
    });
    page.on('response', (response) => {
      if (new URL(response.url()).pathname === '/live') streams.push(response.status());
    });
    await page.goto(`${engine.url}/items/${sale.itemId}`);
    mustSucceed(await engine.place(tokenFor(sale, 1)));
    await page.waitForSelector('[data-stock]:has-text("49 of 50 left")');
    expect([streams[0], asked > 0]).toEqual([503, true]);
    hangUp();
    while (!streams.includes(200)) await page.waitForTimeout(200);
    mustSucceed(await engine.place(tokenFor(sale, 2)));
    await page.waitForSelector('[data-stock]:has-text("48 of 50 left")');
    const before = asked;
    await page.waitForTimeout(6_000);
    expect(asked).toBe(before);
    await visitor.context.close();
  });
});
