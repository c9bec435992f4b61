import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { sha256 } from '../../../actors/sha256.ts';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import {
  type CallOptions,
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
  name: string;
  price: number;
  startAt: string;
  endAt: string;
  queue: string;
  queueOpenAt: string | null;
  drawCommitment: string | null;
  published: boolean;
  status: string;
  warnings?: { code: string; text: string }[];
}

const hourMs = 3_600_000;
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const ask = (method: string, path: string, body?: unknown, options?: CallOptions) =>
  engine.api<PromoData>(method, `/api/promos${path}`, body, options);
const act = (id: number, action: string, body: unknown = {}) =>
  ask('POST', `/${id}/${action}`, body);
const shown = async (itemId: number) =>
  mustSucceed(await engine.api<{ promo: PromoData | null }>('GET', `/api/items/${itemId}`)).promo;

/** Drafts a promo that runs for an hour, unless told otherwise. */
async function draft(terms: object = {}, options?: CallOptions): Promise<PromoData> {
  const body = {
    name: 'Midnight',
    price: 10,
    startAt: inMs(-1_000),
    endAt: inMs(hourMs),
    ...terms,
  };
  const itemId = 'itemId' in terms ? terms.itemId : await engine.item(5, 100);
  return mustSucceed(await ask('POST', '', { itemId, ...body }, options));
}

async function published(terms: object = {}): Promise<PromoData> {
  const { id } = await draft(terms);
  return mustSucceed(await act(id, 'publish'));
}

/** What a normal-price buyer and a buyer of the promo are told now. */
async function told({ id, itemId }: PromoData): Promise<(number | null)[]> {
  const user = Math.floor(Math.random() * 1e9) + 1;
  const promo = await engine.place(tokenFor({ itemId, promoId: id }, user));
  const normal = await engine.place(tokenFor({ itemId, promoId: 0 }, user));
  return [promo.errCode, normal.errCode];
}

describe('a draft', () => {
  test('has the defaults of the page, and is changed and deleted until it is published', async () => {
    const made = await draft();
    const defaults = { queue: 'fifo', admitSeconds: 300, queueOpenAt: null, status: 'draft' };
    expect(made).toMatchObject({ ...defaults, published: false, drawCommitment: null });
    const changes = { name: 'Noon', price: 20, queue: 'off', captcha: false, admitSeconds: 60 };
    const edited = mustSucceed(await ask('PATCH', `/${made.id}`, changes));
    expect(edited).toEqual({ ...made, ...changes } as PromoData);
    mustSucceed(await act(made.id, 'publish'));
    expect(await shown(made.itemId)).toMatchObject({ price: 20, name: 'Noon', queue: 'off' });
    expect((await ask('PATCH', `/${made.id}`, { price: 1 })).errCode).toBe(30011);
    expect((await ask('DELETE', `/${made.id}`)).errCode).toBe(30011);
    expect(await shown(made.itemId)).toMatchObject({ price: 20 });
    const other = await draft();
    expect((await ask('DELETE', `/${other.id}`)).status).toBe(200);
    for (const method of ['DELETE', 'PATCH']) {
      expect((await ask(method, `/${other.id}`, { price: 1 })).errCode).toBe(10005);
    }
    expect((await act(other.id, 'publish')).errCode).toBe(10005);
  });

  test('says what times are wrong together, when it is made and when it is changed: 10001', async () => {
    const late = { queue: 'draw', startAt: inMs(hourMs), queueOpenAt: inMs(2 * hourMs) };
    const itemId = await engine.item(1);
    const body = { itemId, name: 'x', price: 1, endAt: inMs(3 * hourMs), ...late };
    const { errCode, errMsg } = await ask('POST', '', body);
    expect([errCode, errMsg]).toEqual([10001, expect.stringContaining('queueOpenAt')]);
    const { id } = await draft({ ...body, queueOpenAt: null });
    for (const [changes, field] of [
      [{ queueOpenAt: late.queueOpenAt }, 'queueOpenAt'],
      [{ endAt: inMs(-hourMs) }, 'endAt'],
      [{ queue: 'lottery' }, 'queue'],
      [{ admitSeconds: 0 }, 'admitSeconds'],
      [{ price: -1 }, 'price'],
    ] as const) {
      const refused = await ask('PATCH', `/${id}`, changes);
      expect([changes, refused.errCode]).toEqual([changes, 10001]);
      expect(refused.errMsg).toContain(field);
    }
    expect((await ask('PATCH', `/${id}`, { itemId: 131_071 })).errCode).toBe(10005);
  });

  test.each([
    ['priceAboveNormal', { price: 101 }],
    ['free', { price: 0 }],
    ['startInPast', { startAt: inMs(-hourMs) }],
    ['endInPast', { startAt: inMs(-hourMs), endAt: inMs(-1_000) }],
    ['oneBuyerTakesAll', { limitPerUser: 5 }],
    ['admissionsOutliveSale', { admitSeconds: 7_200 }],
    ['paymentsOutliveSale', { payWindowSeconds: 7_200 }],
    ['queueOpenAtUnused', { queueOpenAt: inMs(-hourMs) }],
  ])('is warned of what may not be meant: %s', async (code, terms) => {
    const fine = { startAt: inMs(60_000), payWindowSeconds: 60 };
    expect((await draft(fine)).warnings).toEqual([]);
    const { warnings } = await draft({ ...fine, ...terms });
    expect(warnings!.map((warning) => warning.code)).toContain(code);
    const chinese = await draft({ ...fine, ...terms }, { headers: { 'accept-language': 'zh' } });
    for (const { text } of chinese.warnings!) expect(text).toMatch(/\p{Script=Han}/u);
  });

  test('is warned of another promo in its time, and of stock 0', async () => {
    const itemId = await engine.item(0, 100);
    const first = await draft({ itemId, startAt: inMs(1_000) });
    expect(first.warnings!.map(({ code }) => code)).toEqual(['nothingLeft']);
    const second = await draft({ itemId, startAt: inMs(2_000) });
    const [, overlaps] = second.warnings!;
    expect(overlaps).toMatchObject({
      code: 'overlaps',
      text: expect.stringContaining(` ${first.id} `),
    });
  });

  test('cannot be paused, ended or extended: 30011', async () => {
    const { id } = await draft();
    for (const action of ['pause', 'resume', 'end', 'withdraw']) {
      const { errCode, errMsg } = await act(id, action);
      expect([action, errCode, errMsg]).toEqual([action, 30011, expect.stringContaining('promo')]);
    }
    expect((await act(id, 'extend', { endAt: inMs(hourMs) })).errCode).toBe(30011);
    for (const action of ['pause', 'publish']) {
      expect((await act(999_999, action)).errCode).toBe(10005);
    }
  });
});

describe('publishing', () => {
  test('is refused where another published promo is in the way, and names it', async () => {
    const first = await published({ startAt: inMs(hourMs), endAt: inMs(2 * hourMs) });
    const { itemId } = first;
    const second = await draft({ itemId, startAt: inMs(hourMs / 2), endAt: inMs(1.5 * hourMs) });
    const refused = await act(second.id, 'publish');
    expect([refused.status, refused.errCode]).toEqual([409, 30011]);
    expect(refused.errMsg).toContain(` ${first.id} `);
    // What was refused is a draft as before: it is moved out of the way, and follows.
    const moved = { startAt: inMs(2 * hourMs), endAt: inMs(3 * hourMs) };
    mustSucceed(await ask('PATCH', `/${second.id}`, moved));
    expect(mustSucceed(await act(second.id, 'publish'))).toMatchObject({ status: 'pending' });
    const over = await act(first.id, 'extend', { endAt: inMs(2.5 * hourMs) });
    expect([over.errCode, over.errMsg]).toEqual([30011, expect.stringContaining(` ${second.id} `)]);
  });

  test('of a draw makes a secret once, whose commitment everybody sees at once', async () => {
    const terms = { queue: 'draw', startAt: inMs(hourMs), endAt: inMs(2 * hourMs) };
    const { id, itemId, queueOpenAt, startAt } = await draft(terms);
    expect(Date.parse(startAt) - Date.parse(queueOpenAt!)).toBe(900_000);
    const answers = await Promise.all([1, 2, 3, 4].map(() => act(id, 'publish')));
    const { drawCommitment } = mustSucceed(answers[0]!);
    expect(drawCommitment).toMatch(/^[0-9a-f]{64}$/);
    for (const { data } of answers) expect(data).toMatchObject({ drawCommitment });
    expect(await shown(itemId)).toMatchObject({ drawCommitment, queue: 'draw', queueOpenAt });
    const draw = await engine.api<{ commitment: string }>('GET', `/api/promos/${id}/draw`);
    expect(mustSucceed(draw)).toMatchObject({ commitment: drawCommitment, secret: null });
    const other = mustSucceed(await act((await draft(terms)).id, 'publish'));
    expect(other.drawCommitment).not.toBe(drawCommitment);
    expect(drawCommitment).not.toBe(sha256(''));
  });
});

describe('a published promo', () => {
  test('is paused and goes on: buyers are told, and every page shows it', async () => {
    const promo = await published();
    const live = await fetch(`${engine.url}/api/items/${promo.itemId}/live`);
    const events = live.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await events.read()).value).toContain('"status":"running"');
    for (let times = 0; times < 2; times++) {
      expect(mustSucceed(await act(promo.id, 'pause'))).toMatchObject({ status: 'paused' });
    }
    expect(await shown(promo.itemId)).toMatchObject({ id: promo.id, status: 'paused' });
    expect((await events.read()).value).toContain('"status":"paused"');
    expect(await told(promo)).toEqual([30016, 30015]);
    const page = await (await fetch(`${engine.url}/items/${promo.itemId}`)).text();
    expect(page).toContain('Paused');
    for (let times = 0; times < 2; times++) {
      expect(mustSucceed(await act(promo.id, 'resume'))).toMatchObject({ status: 'running' });
    }
    expect((await events.read()).value).toContain('"status":"running"');
    expect(await told(promo)).toEqual([null, 30015]);
    await events.cancel();
  });

  test('is ended once, at that moment, and stays over', async () => {
    const promo = await published();
    const before = Date.now();
    const ended = mustSucceed(await act(promo.id, 'end'));
    expect(ended).toMatchObject({ status: 'ended', published: true });
    expect(Date.parse(ended.endAt)).toBeWithin(before - 1_000, Date.now() + 1_000);
    expect(mustSucceed(await act(promo.id, 'end'))).toMatchObject({ endAt: ended.endAt });
    expect(await shown(promo.itemId)).toMatchObject({ status: 'ended', endAt: ended.endAt });
    expect(await told(promo)).toEqual([30005, null]);
    for (const action of ['pause', 'resume', 'withdraw']) {
      expect([action, (await act(promo.id, action)).errCode]).toEqual([action, 30005]);
    }
    expect((await act(promo.id, 'extend', { endAt: inMs(hourMs) })).errCode).toBe(30005);
  });

  test('that is ended makes place for the next, and tells how it ended itself', async () => {
    const promo = await published();
    const { itemId } = promo;
    const next = await published({ itemId, startAt: inMs(2 * hourMs), endAt: inMs(3 * hourMs) });
    const ended = mustSucceed(await act(promo.id, 'end'));
    expect(ended).toMatchObject({ id: promo.id, status: 'ended' });
    expect(Date.parse(ended.endAt)).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(await shown(itemId)).toMatchObject({ id: next.id, status: 'pending' });
    expect(await told(promo)).toEqual([30005, 30015]);
  });

  test('is extended, or ends sooner, and never into the past', async () => {
    const promo = await published({ endAt: inMs(hourMs) });
    for (const endAt of [inMs(2 * hourMs), inMs(hourMs)]) {
      expect(mustSucceed(await act(promo.id, 'extend', { endAt }))).toMatchObject({ endAt });
      expect(await shown(promo.itemId)).toMatchObject({ endAt, status: 'running' });
    }
    for (const endAt of [inMs(-1_000), promo.startAt, 'tomorrow', 5, undefined]) {
      const { errCode, errMsg } = await act(promo.id, 'extend', { endAt });
      expect([endAt, errCode, errMsg]).toEqual([endAt, 10001, expect.stringContaining('endAt')]);
    }
    const pending = await published({ startAt: inMs(hourMs), endAt: inMs(2 * hourMs) });
    expect((await act(pending.id, 'extend', { endAt: inMs(hourMs / 2) })).errCode).toBe(30011);
    mustSucceed(await act(promo.id, 'extend', { endAt: inMs(600) }));
    await waitUntil('it has ended', async () => (await shown(promo.itemId))?.status === 'ended');
  });

  test('is withdrawn before its start, and not after', async () => {
    const promo = await published({ startAt: inMs(hourMs), endAt: inMs(2 * hourMs) });
    expect(await told(promo)).toEqual([30004, 30015]);
    expect((await act(promo.id, 'end')).errCode).toBe(30004);
    for (let times = 0; times < 2; times++) {
      expect(mustSucceed(await act(promo.id, 'withdraw'))).toMatchObject({ status: 'withdrawn' });
    }
    expect(await shown(promo.itemId)).toBeNull();
    expect((await told(promo))[1]).toBeNull();
    const running = await published();
    expect((await act(running.id, 'withdraw')).errCode).toBe(30011);
    expect(mustSucceed(await act(running.id, 'pause'))).toMatchObject({ status: 'paused' });
  });

  test('is the merchant’s alone to change', async () => {
    const promo = await published();
    for (const [method, path] of [
      ...['pause', 'resume', 'end', 'withdraw', 'extend'].map((each) => ['POST', `/${each}`]),
      ['PATCH', ''],
      ['DELETE', ''],
    ] as const) {
      const refused = await ask(method!, `/${promo.id}${path}`, {}, { admin: false });
      expect([path, refused.errCode]).toEqual([path, 20003]);
    }
    expect(await shown(promo.itemId)).toMatchObject({ status: 'running' });
  });
});

describe('a purchase token that the merchant mints', () => {
  const mint = (itemId: number, promoId?: number) =>
    engine.api('POST', '/api/admin/tokens', { userId: 1, itemId, promoId });

  test('is for a promo of the item that is not over, draft or not', async () => {
    const drafted = await draft();
    const { itemId } = drafted;
    for (const id of [undefined, 0, drafted.id]) expect((await mint(itemId, id)).status).toBe(201);
    const elsewhere = await draft();
    for (const [item, id] of [
      [itemId, 999_999],
      [itemId, elsewhere.id],
      [131_071, drafted.id],
    ] as const) {
      expect([item, id, (await mint(item, id)).errCode]).toEqual([item, id, 10005]);
    }
    mustSucceed(await act(drafted.id, 'publish'));
    expect((await mint(itemId, drafted.id)).status).toBe(201);
    const later = { itemId, startAt: inMs(2 * hourMs), endAt: inMs(3 * hourMs) };
    const next = await published(later);
    expect((await mint(itemId, next.id)).status).toBe(201);
    mustSucceed(await act(drafted.id, 'end'));
    expect((await mint(itemId, drafted.id)).errCode).toBe(30005);
    mustSucceed(await act(next.id, 'withdraw'));
    expect((await mint(itemId, next.id)).errCode).toBe(30005);
    expect((await mint(itemId, drafted.id)).errCode).toBe(30005);
  });
});
