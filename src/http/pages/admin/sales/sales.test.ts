import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../../../actors/testing/process.ts';
import { type AdminVisit, adminVisit, readable } from '../../../../testing/admin-visit.ts';
import {
  mustSucceed,
  startTestEngine,
  type TestEngine,
} from '../../../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;
let visit: AdminVisit;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path, env: { TIME_ZONE: 'Asia/Shanghai' } });
  visit = await adminVisit(engine);
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

/** The parts of the page by their headings. */
async function parts(path = '/admin'): Promise<Map<string, string>> {
  const html = await visit.page(path);
  const sections = html.split(/<section\b/).slice(1);
  return new Map(sections.map((section) => [/<h2>([^<]*)/.exec(section)![1]!, readable(section)]));
}

async function draft(
  itemId: number,
  name: string,
  startAt: string,
  endAt: string,
): Promise<number> {
  const body = { itemId, name, price: 500, startAt, endAt };
  return Number(mustSucceed(await engine.api('POST', '/api/promos', body)).id);
}

const publish = async (id: number) =>
  mustSucceed(await engine.api('POST', `/api/promos/${id}/publish`, {}));

test('a shop without sales is told what one is, and where to begin', async () => {
  const html = await visit.page('/admin');
  expect(readable(html)).toContain('No sale yet.');
  expect(html).toContain('href="/admin/sales/new"');
});

test('sales are found by what they are doing, with their item and in the zone', async () => {
  const [one, other] = [await engine.sale({ stock: 7 }), await engine.item(3)];
  const coming = await draft(other, 'Spring', '2031-03-05T18:00:00Z', '2031-03-05T19:30:00Z');
  await publish(coming);
  await draft(other, 'Not sure yet', '2031-04-01T00:00:00Z', '2031-04-02T00:00:00Z');
  const past = await engine.sale();
  mustSucceed(await engine.api('POST', `/api/promos/${past.promoId}/end`, {}));
  const shown = await parts();
  expect(shown.get('Running now')).toContain('running 7 0 0');
  expect(shown.get('Running now')).not.toContain('Spring');
  expect(shown.get('Next')).toContain('2031-03-06 02:00 – 03:30 UTC+8');
  expect(shown.get('Drafts')).toContain('Not sure yet');
  expect(shown.get('Past')).toContain('ended');
  const html = await visit.page('/admin');
  for (const id of [one.promoId, coming, past.promoId])
    expect(html).toContain(`href="/admin/sales/${id}"`);
});

test('the calendar shows a month, and each sale in its days', async () => {
  const month = (await parts('/admin?month=2031-03')).get('Calendar: March 2031')!;
  // The evening of the fifth in UTC is the sixth in Shanghai.
  expect(month).toMatch(/ 5 6 02:00 Spring 7 /);
  const april = (await parts('/admin?month=2031-04')).get('Calendar: April 2031')!;
  expect(april).toMatch(/ 1 08:00 Not sure yet 2 Not sure yet 3 /);
  expect((await parts('/admin?month=2032-02')).get('Calendar: February 2032')).toContain(
    'No sale in this month.',
  );
  // What names no month is the present one.
  const now = await parts();
  expect([...(await parts('/admin?month=99')).keys()]).toEqual([...now.keys()]);
});

test('past sales come in pages, the latest first', async () => {
  const itemId = await engine.item(1);
  for (let n = 1; n <= 52; n++) {
    const [startAt, endAt] = [Date.now() - 1_000, Date.now() + 60_000].map((ms) =>
      new Date(ms).toISOString(),
    );
    const id = await draft(itemId, `Sale ${n}.`, startAt!, endAt!);
    await publish(id);
    mustSucceed(await engine.api('POST', `/api/promos/${id}/end`, {}));
  }
  const first = (await parts()).get('Past')!;
  expect(first).toContain('Sale 52.');
  expect(first).not.toContain('Sale 2.');
  const next = /href="(\/admin\?past=[^"]+)"/.exec(await visit.page('/admin'))![1]!;
  const second = (await parts(next.replace('#past', ''))).get('Past')!;
  expect(second).toContain('Sale 2.');
  expect(second).not.toContain('Sale 52.');
  for (const wrong of ['nonsense', 'a.b', '1.'])
    expect((await parts(`/admin?past=${wrong}`)).get('Past')).toBe(first);
});
