import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../../../actors/testing/process.ts';
import { type AdminVisit, adminVisit, readable } from '../../../../testing/admin-visit.ts';
import { startTestEngine, type TestEngine, tokenFor } from '../../../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;
let visit: AdminVisit;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path });
  visit = await adminVisit(engine);
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

const keyIn = (html: string) => /value="(stampede_[^"]+)"/.exec(html)?.[1] ?? '';
const formKey = (html: string) => /name="key" value="([^"]+)"/.exec(html)![1]!;

/** Makes a key by the form, and returns it. */
async function made(fields: Record<string, string>): Promise<string> {
  const answer = await visit.send('/admin/keys', fields);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return keyIn(await answer.text());
}

const numberOf = async (name: string) =>
  Number(new RegExp(`${name} #(\\d+)`).exec(await visit.page('/admin/keys'))![1]);

describe('the page of keys', () => {
  test('makes an administrator, who logs in with it and is named in what they do', async () => {
    const key = await made({ admin: 'on', name: 'Anna' });
    const anna = await adminVisit(engine, key);
    const id = await numberOf('Anna');
    expect(await anna.page('/admin')).toContain(`Anna #${id}`);
    const { itemId, promoId } = await engine.sale({ stock: 5 });
    await anna.send(`/admin/promos/${promoId}/pause`, { itemId: String(itemId) });
    await anna.send(`/admin/items/${itemId}/restock`, { units: '3', key: 'x' });
    const log = readable(await anna.page('/admin/actions'));
    expect(log).toContain(`Anna #${id} added units of`);
    expect(log).toContain(`Anna #${id} paused the sale`);
    expect(log).toContain(`Anna #${id} logged in`);
    expect(log).toContain('units 3');
    expect(log).not.toContain('key x');
  });

  test('logs out whoever’s key is revoked, at once', async () => {
    const ben = await adminVisit(engine, await made({ admin: 'on', name: 'Ben' }));
    await ben.page('/admin/items');
    const id = await numberOf('Ben');
    expect((await visit.send(`/admin/keys/${id}/revoke`)).headers.get('location')).toBe(
      '/admin/keys?done=revoke',
    );
    expect(ben.page('/admin/items')).rejects.toThrow('303');
    expect(readable(await visit.page('/admin/keys?done=revoke'))).toContain('The key is revoked.');
    expect((await visit.send('/admin/keys/99999/revoke')).status).toBe(404);
  });

  test('makes a key for a program, which does what was ticked and does not open the pages', async () => {
    const key = await made({ name: 'Gateway', mint: 'on', 'orders:read': 'on' });
    const headers = { authorization: `Bearer ${key}` };
    const sale = await engine.sale({ stock: 5 });
    const token = await engine.api(
      'POST',
      '/api/admin/tokens',
      { userId: 3, ...sale },
      { admin: false, headers },
    );
    expect(token.status).toBe(201);
    const pause = await engine.api(
      'POST',
      `/api/promos/${sale.promoId}/pause`,
      {},
      { admin: false, headers },
    );
    expect(pause.errCode).toBe(20006);
    expect(adminVisit(engine, key)).rejects.toThrow('401');
    const shown = readable(await visit.page('/admin/keys'));
    expect(shown).toContain('Let buyers buy: purchase tokens mint');
    expect(shown).not.toContain('stampede_');
  });

  test('makes one key of a form that is sent twice, and shows it again', async () => {
    const key = formKey(await visit.page('/admin/keys'));
    const fields = { name: 'Till', 'orders:write': 'on', key };
    const first = await made(fields);
    expect(await made(fields)).toBe(first);
    expect((await visit.page('/admin/keys')).match(/Till #\d+/g)?.length).toBe(3);
  });

  test('says at the field what is wrong', async () => {
    const bad = await visit.send('/admin/keys', { name: '库'.repeat(20), key: 'k1' });
    expect(bad.status).toBe(400);
    const text = readable(await bad.text());
    expect(text).toContain('a Chinese character has three');
    expect(text).toContain('Choose at least one.');
  });
});

test('the log of actions says it in both languages, and leads to what was changed', async () => {
  const sale = await engine.sale({ stock: 5 });
  const { data } = await engine.place(tokenFor(sale, 9));
  await engine.api('POST', `/api/orders/${data.orderId}/pay`, { reference: 'cash<7>' });
  const html = await visit.page('/admin/actions');
  expect(html).toContain(`href="/admin/orders/${data.orderId}"`);
  expect(html).toContain(`href="/admin/sales/${sale.promoId}"`);
  expect(html).toContain('cash&lt;7&gt;');
  const zh = readable(await visit.page('/admin/actions', { 'accept-language': 'zh' }));
  expect(zh).toContain(`登记订单 ${data.orderId} 的付款`);
});
