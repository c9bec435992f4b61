import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { inParallel } from '../../testing/crowd.ts';
import {
  mustSucceed,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

interface PromoData {
  id: number;
  itemId: number;
  startAt: string;
  published: boolean;
}

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const draftOf = (itemId: number) => ({
  itemId,
  name: 'Midnight',
  price: 10,
  startAt: inMs(-1_000),
  endAt: inMs(3_600_000),
});
const draft = (body: unknown) => engine.api<PromoData>('POST', '/api/promos', body);
const publish = (id: number | string) =>
  engine.api<PromoData>('POST', `/api/promos/${id}/publish`, {});

describe('a promo', () => {
  test('is a draft first, with defaults for what is left out', async () => {
    const body = draftOf(await engine.item(1));
    const { status, data } = await draft(body);
    expect(status).toBe(201);
    const defaults = { limitPerUser: 1, gateFactor: 5, payWindowSeconds: 900, captcha: true };
    expect(data).toMatchObject({ ...body, ...defaults, published: false });
    const promoId = data.id;
    const order = await engine.place(tokenFor({ itemId: body.itemId, promoId }, 1));
    expect(order.errCode).toBe(30013);
    const { data: item } = await engine.api('GET', `/api/items/${body.itemId}`);
    expect(item.promo).toBeNull();
  });

  test('sells once it is published, and publishing again changes nothing', async () => {
    const { id, itemId } = mustSucceed(await draft(draftOf(await engine.item(5))));
    const answers = await inParallel(8, 8, () => publish(id));
    for (const { status, data } of answers) {
      expect([status, data.id, data.published]).toEqual([200, id, true]);
    }
    expect((await engine.place(tokenFor({ itemId, promoId: id }, 1))).status).toBe(201);
    expect((await publish(id)).status).toBe(200);
    expect((await engine.place(tokenFor({ itemId, promoId: id }, 2))).status).toBe(201);
  });

  test('stays published over a restart of an engine that was killed', async () => {
    const other = temporaryFolder();
    let second = await startTestEngine({ dataDir: other.path });
    const sale = await second.sale();
    await second.kill();
    second = await startTestEngine({ dataDir: other.path });
    expect((await second.place(tokenFor(sale, 1))).status).toBe(201);
    expect((await second.api('POST', `/api/promos/${sale.promoId}/publish`)).status).toBe(200);
    await second.stop();
    other.remove();
  });

  test('is refused while another of the item is pending or running: 30011', async () => {
    const itemId = await engine.item(5);
    const first = mustSucceed(await draft({ ...draftOf(itemId), endAt: inMs(500) }));
    const second = mustSucceed(await draft(draftOf(itemId)));
    mustSucceed(await publish(first.id));
    const refused = await publish(second.id);
    expect([refused.status, refused.errCode]).toEqual([409, 30011]);
    await waitUntil('the first ends', async () => (await publish(second.id)).status === 200);
    const order = await engine.place(tokenFor({ itemId, promoId: first.id }, 1));
    expect(order.errCode).toBe(30005);
    expect((await engine.place(tokenFor({ itemId, promoId: second.id }, 1))).status).toBe(201);
  });

  test('is refused when it is over before it begins: 30005', async () => {
    const over = { startAt: inMs(-2_000), endAt: inMs(-1_000) };
    const { id } = mustSucceed(await draft({ ...draftOf(await engine.item(1)), ...over }));
    const { status, errCode } = await publish(id);
    expect([status, errCode]).toEqual([409, 30005]);
  });

  test('understands times of any zone and answers in UTC', async () => {
    const body = { ...draftOf(await engine.item(1)), startAt: '2026-11-27T20:00:00.5+08:00' };
    const { data } = await draft({ ...body, endAt: '2099-01-01T00:00:00z' });
    expect(data.startAt).toBe('2026-11-27T12:00:00.500Z');
  });

  test('names every wrong field: 10001', async () => {
    const wrong = {
      itemId: 0,
      name: '',
      price: 1_000_000_001,
      startAt: '2026-11-27 20:00:00',
      endAt: '2026-02-30T00:00:00Z',
      limitPerUser: 0,
      gateFactor: 1.5,
      payWindowSeconds: 8 * 24 * 3_600,
      captcha: 'yes',
    };
    const { status, errCode, errMsg } = await draft(wrong);
    expect([status, errCode]).toEqual([400, 10001]);
    for (const field of Object.keys(wrong)) expect(errMsg).toContain(field);
    const nowhen = ['2026-11-27T24:00:00Z', '2026-13-01T00:00:00Z', '2027-02-29T00:00:00Z'];
    for (const endAt of [...nowhen, '9999-12-31T23:59:59-01:00', '1969-12-31T23:59:59Z', 0]) {
      expect((await draft({ ...draftOf(1), endAt })).errMsg).toContain('endAt');
    }
    const backwards = { startAt: inMs(2_000), endAt: inMs(1_000) };
    const swapped = await draft({ ...draftOf(await engine.item(1)), ...backwards });
    expect(swapped.errCode).toBe(10001);
    expect(swapped.errMsg).toContain('endAt');
  });

  test('that is missing, or whose item is missing, is 10005', async () => {
    expect((await draft(draftOf(131_071))).errCode).toBe(10005);
    for (const id of ['999999', '0', '-1', 'x', '1.5', '9'.repeat(30)]) {
      const { status, errCode } = await publish(id);
      expect([id, status, errCode]).toEqual([id, 404, 10005]);
    }
  });

  test('is created and published by the merchant only', async () => {
    const body = draftOf(await engine.item(1));
    const { id } = mustSucceed(await draft(body));
    for (const path of ['/api/promos', `/api/promos/${id}/publish`]) {
      const nobody = await engine.api('POST', path, body, { admin: false });
      expect([nobody.status, nobody.errCode]).toEqual([401, 20003]);
    }
    const order = await engine.place(tokenFor({ itemId: body.itemId, promoId: id }, 1));
    expect(order.errCode).toBe(30013);
  });
});
