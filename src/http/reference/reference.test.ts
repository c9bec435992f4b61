import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import Ajv, { type ValidateFunction } from 'ajv/dist/2020';
import type * as v from 'valibot';
import { bodyBytesMax, pictureBytesMax } from '../../../actors/limits.ts';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { rates } from '../../admission/rate-limits.ts';
import { PaymentDeliveries } from '../../payments/deliveries.ts';
import {
  adminToken,
  mustSucceed,
  paymentWebhookSecret,
  tokenFor,
} from '../../testing/engine-process.ts';
import { entrantsFrom, PlantedDraw } from '../../testing/planted-draw.ts';
import {
  captchaText,
  newTelephone,
  password,
  registration,
  type Shop,
  startShop,
} from '../../testing/shop.ts';
import { testPicture } from '../../testing/test-pictures.ts';
import { errorCodes, failures } from '../wire/messages.ts';
import { describedRoutes } from './described-routes.ts';
import { openApiDocument, openApiPath } from './openapi.ts';

setDefaultTimeout(240_000);

const metricsToken = 'a-metrics-token-for-tests';

const keyOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

/** The fields of a body, by the schema that validates it. */
function fieldsOf(schema: v.GenericSchema): object {
  if ('options' in schema && Array.isArray(schema.options)) {
    const shapes: v.GenericSchema[] = schema.options;
    return Object.assign({}, ...shapes.map(fieldsOf));
  }
  return 'entries' in schema && typeof schema.entries === 'object' ? (schema.entries ?? {}) : {};
}

interface Answered {
  schema: object;
  examples?: Record<string, unknown>;
}

/** What a test needs of the document. */
interface Document {
  paths: Record<string, Record<string, Described>>;
  components: object;
}

interface Described {
  requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  responses: Record<
    string,
    { headers?: Record<string, object>; content: Record<string, Answered> }
  >;
}

/** Header fields that the document names wherever an answer has them. */
const namedHeaders = [
  ...['Retry-After', 'RateLimit', 'RateLimit-Policy', 'Idempotency-Replayed', 'X-Request-Id'],
];

interface Body {
  status: string;
  // Whatever a route answers: its schema is what is tested.
  data: Record<string, unknown> & { errCode?: number };
}

describe('a real engine answers as its document says', () => {
  const folder = temporaryFolder();
  let shop: Shop;
  let document: Document;
  /** Every status seen, by route. */
  const seen = new Map<string, Set<number>>();

  beforeAll(async () => {
    shop = await startShop({
      dataDir: folder.path,
      env: { TRUSTED_PROXIES: '127.0.0.1', METRICS_TOKEN: metricsToken },
    });
    const served = await fetch(`${shop.engine.url}/openapi.json`);
    document = (await served.json()) as Document; // Compared below with what makes it.
  });

  afterAll(async () => {
    await shop.stop();
    folder.remove();
  });

  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat('date-time', (text) => Number.isFinite(Date.parse(text)));
  const compiled = new Map<object, ValidateFunction>();
  const fitting = (schema: object): ValidateFunction => {
    const known =
      compiled.get(schema) ?? ajv.compile({ ...schema, components: document.components });
    compiled.set(schema, known);
    return known;
  };

  type Who = 'nobody' | 'admin' | 'somebody' | 'provider' | { session: string };
  interface Call {
    who?: Who;
    /** For the parameters in the path, and what follows the path. */
    params?: Record<string, string | number>;
    query?: string;
    body?: unknown;
    /** In place of JSON. */
    file?: Uint8Array;
    /** As a trusted proxy tells it. */
    address?: string;
    /** Names the request: an idempotency key. */
    key?: string;
  }

  const provider = new PaymentDeliveries(paymentWebhookSecret);

  function headersOf(who: Who, body: unknown): Record<string, string> {
    if (who === 'nobody') return {};
    if (who === 'provider') return provider.sign('msg_1', new Date(), JSON.stringify(body));
    const tokens = { admin: adminToken, somebody: 'a-token-that-nobody-gave' };
    const token = typeof who === 'string' ? tokens[who] : who.session;
    return { authorization: `Bearer ${token}` };
  }

  /** Sends a request, and checks the answer against the document. */
  async function call(route: string, expected: number, options: Call = {}): Promise<Body['data']> {
    const [method = '', path = ''] = route.split(' ');
    const { who = 'nobody', params = {}, query = '', body, address = '192.0.2.1' } = options;
    const { key, file } = options;
    const asked = path.replaceAll(/:(\w+)/g, (_, name: string) => String(params[name]));
    const response = await fetch(shop.engine.url + asked + query, {
      method,
      headers: {
        'x-forwarded-for': address,
        ...headersOf(who, body),
        ...(body === undefined ? {} : json),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(file === undefined ? {} : { body: new Uint8Array(file) }),
    });
    const { status } = response;
    const answer = (await response.json()) as Body; // Checked below, by its schema.
    const got = answer.data?.errCode ?? status;
    expect([route, got, JSON.stringify(answer)]).toEqual([route, expected, expect.any(String)]);
    const described = document.paths[openApiPath(path)]![method.toLowerCase()]!;
    const told = described.responses[status];
    const content = told?.content['application/json'];
    if (content === undefined) throw new Error(`${route}: ${status} is not documented`);
    const sent = namedHeaders.filter((name) => response.headers.has(name));
    expect([route, Object.keys(told?.headers ?? {})]).toEqual([
      route,
      expect.arrayContaining(sent),
    ]);
    // What the document says is always there, is.
    if (told?.headers?.['Retry-After'] !== undefined) expect(sent).toContain('Retry-After');
    const fits = fitting(content.schema);
    if (!fits(answer)) throw new Error(`${route} ${status}: ${ajv.errorsText(fits.errors)}`);
    const { errCode } = answer.data ?? {};
    if (errCode !== undefined) expect(Object.keys(content.examples!)).toContain(String(errCode));
    seen.set(route, (seen.get(route) ?? new Set()).add(status));
    return answer.data;
  }
  const json = { 'content-type': 'application/json' };

  test('about the document itself', () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  test('to those who name no host, whatever they ask', async () => {
    for (const { method, path } of describedRoutes) {
      const asked = shop.engine.url + path.replaceAll(/:\w+/g, '1');
      const response = await fetch(asked, { method, headers: { host: 'a:99999999' } });
      const described = document.paths[openApiPath(path)]![method.toLowerCase()]!;
      expect([path, response.status, Object.keys(described.responses)]).toEqual([
        path,
        400,
        expect.arrayContaining(['400']),
      ]);
      const fits = fitting(described.responses[400]!.content['application/json']!.schema);
      expect([path, fits(await response.json())]).toEqual([path, true]);
    }
  });

  test('about bodies: one that may be left out is never asked for, any other is', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const { requestBody } of Object.values(methods)) {
        if (requestBody === undefined) continue;
        const { required, content } = requestBody;
        const json = content['application/json'];
        const mayBeNothing = json !== undefined && fitting(json.schema)({});
        expect([path, required]).toEqual([path, !mayBeNothing]);
      }
    }
  });

  test('and so does the page for people, in their language', async () => {
    for (const language of ['en', 'zh'] as const) {
      const headers = { 'accept-language': language };
      const page = await (await fetch(`${shop.engine.url}/docs`, { headers })).text();
      for (const { path, body } of describedRoutes) {
        expect(page).toContain(`<code>${path}</code>`);
        const fields = body === undefined ? [] : Object.keys(fieldsOf(body));
        for (const name of fields) expect(page).toContain(`<code>${name}</code>`);
      }
      for (const code of errorCodes) expect(page).toContain(failures[code][language]);
      expect(page).toContain('href="/openapi.json"');
      expect(page).toContain('integer, 1 to 100000');
    }
  });

  let itemId = 0;
  let promoId = 0;
  let session = '';

  test('about items and promos', async () => {
    const item = { title: 'An item', description: '', price: 100, stock: 20 };
    const admin = 'admin';
    const made = await call('POST /api/items', 201, { who: admin, body: item });
    itemId = Number(made.id);
    await call('POST /api/items', 10001, { who: admin, body: { ...item, price: -1 } });
    await call('POST /api/items', 20003, { body: item });
    await call('POST /api/items', 20006, { who: 'somebody', body: item });
    const params = { id: itemId };
    const restock = 'POST /api/items/:id/restock';
    await call(restock, 200, { who: admin, params, body: { units: 5, key: 'a' } });
    await call(restock, 10001, { who: admin, params, body: { units: 0 } });
    await call(restock, 10005, { who: admin, params: { id: 99 }, body: { units: 1 } });
    await call(restock, 30014, { who: admin, params, body: { units: 6, key: 'a' } });
    await call(restock, 30011, { who: admin, params, body: { units: 1_000_000_000 } });
    for (let times = 0; times < 2; times++) {
      await call(restock, 200, { who: admin, params, body: { units: 1 }, key: 'b' });
    }
    await call(restock, 30014, { who: admin, params, body: { units: 2 }, key: 'b' });
    await call(restock, 10001, { who: admin, params, body: { units: 1 }, key: 'two words' });
    const withdraw = 'POST /api/items/:id/withdraw';
    await call(withdraw, 200, { who: admin, params, body: { units: 5 } });
    await call(withdraw, 30001, { who: admin, params, body: { units: 22 } });
    const startAt = new Date(Date.now() - 1_000).toISOString();
    const endAt = new Date(Date.now() + 3_600_000).toISOString();
    const promo = { itemId, name: 'A promo', price: 50, startAt, endAt, limitPerUser: 2 };
    const draft = 'POST /api/promos';
    promoId = Number((await call(draft, 201, { who: admin, body: promo })).id);
    const second = Number((await call(draft, 201, { who: admin, body: promo })).id);
    await call(draft, 10001, { who: admin, body: { ...promo, endAt: startAt } });
    await call(draft, 10005, { who: admin, body: { ...promo, itemId: 99 } });
    await call(draft, 20003, { body: promo });
    const edit = 'PATCH /api/items/:id';
    await call(edit, 200, { who: admin, params, body: { price: 110, hidden: false } });
    await call(edit, 10001, { who: admin, params, body: { price: -1 } });
    const drafted = { id: second };
    await call('PATCH /api/promos/:id', 200, { who: admin, params: drafted, body: { price: 60 } });
    await call('PATCH /api/promos/:id', 10001, {
      who: admin,
      params: drafted,
      body: { endAt: startAt },
    });
    const publish = 'POST /api/promos/:id/publish';
    await call(publish, 200, { who: admin, params: { id: promoId }, body: {} });
    await call(publish, 30011, { who: admin, params: drafted, body: {} });
    await call(publish, 10005, { who: admin, params: { id: 99 }, body: {} });
    await call('DELETE /api/promos/:id', 200, { who: admin, params: drafted });
    await call('DELETE /api/promos/:id', 30011, { who: admin, params: { id: promoId } });
    const published = { who: admin, params: { id: promoId }, body: {} } as const;
    for (const action of ['pause', 'resume']) {
      await call(`POST /api/promos/:id/${action}`, 200, published);
      await call(`POST /api/promos/:id/${action}`, 10005, { ...published, params: drafted });
    }
    const later = { endAt: new Date(Date.now() + 7_200_000).toISOString() };
    await call('POST /api/promos/:id/extend', 200, { ...published, body: later });
    await call('POST /api/promos/:id/extend', 10001, { ...published, body: { endAt: startAt } });
    await call('POST /api/promos/:id/withdraw', 30011, published);
    await call('POST /api/promos/:id/end', 10005, { ...published, params: drafted });
    const short = { ...promo, queue: 'draw', startAt: later.endAt, queueOpenAt: endAt };
    const next = { ...short, endAt: new Date(Date.now() + 9_000_000).toISOString() };
    const withdrawn = Number((await call(draft, 201, { who: admin, body: next, key: 'c' })).id);
    await call(publish, 200, { who: admin, params: { id: withdrawn }, body: {} });
    await call('POST /api/promos/:id/end', 30004, { ...published, params: { id: withdrawn } });
    await call('POST /api/promos/:id/withdraw', 200, { ...published, params: { id: withdrawn } });
    await call('GET /api/items', 200);
    await call('GET /api/items', 10001, { query: '?sort=oldest' });
    await call('GET /api/items/:id', 200, { params });
    await call('GET /api/items/:id', 10005, { params: { id: 99 } });
  });

  test('about pictures', async () => {
    const who = 'admin';
    const params = { id: itemId };
    const add = 'POST /api/items/:id/pictures';
    const file = await testPicture('png', 60, 40);
    const { pictures } = await call(add, 201, { who, params, file, query: '?alt=A%20mug' });
    const [{ id: pictureId } = { id: '' }] = pictures as { id: string }[]; // Its schema was checked.
    await call(add, 10001, { who, params, file: file.subarray(0, 99) });
    await call(add, 10005, { who, params: { id: 99 }, file });
    await call(add, 10006, { who, params, file: new Uint8Array(pictureBytesMax + 1) });
    await call(add, 20003, { params, file });
    const one = { ...params, pictureId };
    const edit = 'PATCH /api/items/:id/pictures/:pictureId';
    await call(edit, 200, { who, params: one, body: { position: 1, alt: 'A blue mug' } });
    await call(edit, 10001, { who, params: one, body: { position: 0 } });
    await call('GET /api/items/:id', 200, { params });
    const remove = 'DELETE /api/items/:id/pictures/:pictureId';
    await call(remove, 20006, { who: 'somebody', params: one });
    await call(remove, 200, { who, params: one });
    await call(remove, 10005, { who, params: one });
  });

  test('about draws', async () => {
    const { promoId: id } = await shop.engine.sale({ startsInMs: 3_600_000, endsInMs: 7_200_000 });
    const planted = new PlantedDraw(folder.path, id);
    planted.join(entrantsFrom(3));
    await call('GET /api/promos/:id/draw', 200, { params: { id } });
    planted.hold();
    await call('GET /api/promos/:id/draw', 200, { params: { id } });
    await call('GET /api/promos/:id/draw', 10005, { params: { id: 99 } });
    const greedy = { params: { id: 99 }, address: '192.0.2.7' };
    const ask = () => call('GET /api/promos/:id/draw', 10005, greedy);
    for (let left = rates.drawByAddress.burst; left > 0; left--) await ask();
    await call('GET /api/promos/:id/draw', 10003, greedy);
  });

  test('about people', async () => {
    const telephone = newTelephone();
    await call('POST /api/otp', 200, { body: { telephone } });
    await call('POST /api/otp', 10003, { body: { telephone } });
    await call('POST /api/otp', 10001, { body: { telephone: 'no' } });
    const body = registration(shop.gateway, telephone);
    await call('POST /api/users', 20005, { body: { ...body, otp: '000000' } });
    await call('POST /api/users', 10001, { body: { ...body, age: -1 } });
    await call('POST /api/users', 201, { body });
    const logIn = 'POST /api/sessions';
    await call(logIn, 20002, { body: { telephone, password: 'another one' } });
    await call(logIn, 10001, { body: {} });
    session = String((await call(logIn, 201, { body: { telephone, password } })).token);
    const elsewhere = { address: '192.0.2.2' };
    await call('POST /api/otp', 200, { body: { telephone }, ...elsewhere });
    const otp = shop.gateway.codeOf(telephone);
    const renew = 'POST /api/passwords';
    await call(renew, 10001, { body: { telephone, otp, password: 'password' } });
    await call(renew, 20005, { body: { telephone, otp: '000000', password }, ...elsewhere });
    await call(renew, 200, { body: { telephone, otp, password }, ...elsewhere });
    await call(logIn, 20005, { body: { telephone, otp }, ...elsewhere });
    const own = 'GET /api/sessions';
    await call(own, 20003, { who: { session } });
    session = String((await call(logIn, 201, { body: { telephone, password } })).token);
    await call(own, 200, { who: { session } });
    await call('GET /api/users/me', 200, { who: { session } });
    await call('GET /api/users/me', 20003);
    const gone = await shop.buyer();
    const erase = 'DELETE /api/users/me';
    await call(erase, 200, { who: { session: gone.session } });
    await call(erase, 20003, { who: { session: gone.session } });
  });

  test('about admission', async () => {
    const who = { session };
    const captcha = await call('POST /api/captchas', 201, { who, body: { promoId } });
    await call('POST /api/captchas', 10005, { who, body: { promoId: 99 } });
    await call('POST /api/captchas', 20003, { body: { promoId } });
    const token = 'POST /api/items/:id/tokens';
    const params = { id: itemId };
    const solved = { promoId, captchaId: captcha.captchaId, answer: captchaText };
    await call(token, 20003, { params, body: solved });
    await call(token, 10005, { who, params: { id: 99 }, body: solved });
    await call(token, 30009, { who, params, body: { promoId } });
    await call(token, 200, { who, params, body: { promoId, join: false } });
    await call(token, 201, { who, params, body: solved });
    const full = await shop.engine.sale({ stock: 1, captcha: false });
    mustSucceed(await shop.engine.place(tokenFor(full, 7)));
    const toQueue = { who, params: { id: full.itemId }, body: { promoId: full.promoId } };
    await call(token, 202, toQueue);
    const leave = 'DELETE /api/items/:id/queue';
    await call(leave, 10001, { who, params, body: {} });
    await call(leave, 200, { who, params, body: { promoId } });
    const mint = 'POST /api/admin/tokens';
    await call(mint, 201, { who: 'admin', body: { userId: 5, itemId, promoId } });
    await call(mint, 10001, { who: 'admin', body: { userId: 0, itemId } });
    await call(mint, 10005, { who: 'admin', body: { userId: 5, itemId: 99 } });
    await call(mint, 20006, { who: 'somebody', body: { userId: 5, itemId } });
  });

  test('about orders', async () => {
    const me = await call('GET /api/users/me', 200, { who: { session } });
    const mine = () => tokenFor({ itemId, promoId }, Number(me.id));
    const place = 'POST /api/orders';
    const token = mine();
    const { orderId } = await call(place, 201, { body: { token, amount: 1 } });
    await call(place, 200, { body: { token, amount: 1 } });
    await call(place, 30014, { body: { token, amount: 2 } });
    await call(place, 10001, { body: { token, amount: 0 } });
    await call(place, 30007, { body: { token: `${token}x`, amount: 1 } });
    await call(place, 30006, { body: { token: mine(), amount: 2 } });
    const second = await call(place, 201, { body: { token: mine(), amount: 1 } });
    const expiresAt = Math.floor(Date.now() / 1_000) - 60;
    const late = tokenFor({ itemId, promoId }, 77, { expiresAt });
    await call(place, 30008, { body: { token: late, amount: 1 } });
    const elsewhere = tokenFor({ itemId: 99, promoId: 0 }, 77);
    await call(place, 30013, { body: { token: elsewhere, amount: 1 } });
    const normal = tokenFor({ itemId, promoId: 0 }, 77);
    await call(place, 30015, { body: { token: normal, amount: 1 } });
    const big = tokenFor({ itemId, promoId }, 77);
    await call(place, 30001, { body: { token: big, amount: 100 } });
    const batch = 'POST /api/orders/batch';
    const order = { token: tokenFor({ itemId, promoId }, 78), amount: 1 };
    const wrong = [{}, null, { token: 'x', amount: 1 }, { token: late, amount: 1 }];
    const { results } = await call(batch, 200, { body: { orders: [order, order, ...wrong] } });
    const statuses = (results as { http: number }[]).map(({ http }) => http); // Its schema was checked.
    expect(statuses).toEqual([201, 200, 400, 400, 403, 403]);
    await call(batch, 10001, { body: { orders: [] } });
    await call(batch, 10006, { body: { orders: [order], more: 'x'.repeat(bodyBytesMax) } });
    const who = { session };
    await call('GET /api/orders', 200, { who });
    await call('GET /api/orders', 10001, { who, query: '?cursor=x' });
    await call('GET /api/orders', 20003);
    const params = { orderId: String(orderId) };
    await call('GET /api/orders/:orderId', 200, { who, params });
    await call('GET /api/orders/:orderId', 10005, { who, params: { orderId: '20260101-1-9' } });
    await call('GET /api/orders/:orderId', 20003, { params });
    await call('POST /api/orders/:orderId/pay', 200, { who, params, body: {} });
    const cancel = 'POST /api/orders/:orderId/cancel';
    await call(cancel, 30011, { who, params, body: {} });
    const other = { orderId: String(second.orderId) };
    await call(cancel, 200, { who, params: other, body: {} });
    await call('POST /api/orders/:orderId/pay', 30012, { who, params: other, body: {} });
    await call('POST /api/orders/:orderId/pay', 20003, { params, body: {} });
    await aboutMoney(String(orderId), String(second.orderId));
  });

  /** Of an order of 50 that was paid without a reference, and one that was cancelled. */
  async function aboutMoney(paid: string, cancelled: string): Promise<void> {
    const deliver = 'POST /api/payments';
    const delivery = { orderId: paid, amount: 50, reference: 'p1', status: 'paid' };
    const provider = 'provider';
    const twice = await call(deliver, 200, { who: provider, body: delivery });
    expect(twice).toMatchObject({ refundDue: true, status: 'paid', toRefund: 50 });
    await call(deliver, 20003, { body: delivery });
    await call(deliver, 10001, { who: provider, body: { ...delivery, status: 'done' } });
    const unknown = { ...delivery, orderId: '20260101-99-9' };
    await call(deliver, 10005, { who: provider, body: unknown });
    const lateAndWrong = { ...delivery, orderId: cancelled, reference: 'p2', amount: 49 };
    await call(deliver, 30014, { who: provider, body: lateAndWrong });
    const early = { ...delivery, orderId: cancelled, reference: 'p3', status: 'refunded' };
    await call(deliver, 30011, { who: provider, body: early });
    const who = 'admin';
    const params = { orderId: paid };
    const refund = 'POST /api/orders/:orderId/refund';
    await call(refund, 200, { who, params, body: { backOnSale: true } });
    const never = { params: { orderId: cancelled }, body: { reference: 'p9' } };
    await call(refund, 30011, { who, ...never });
    await call(refund, 10001, { who, params, body: { reference: 'two words' } });
    await call(refund, 10005, { who, params: { orderId: '20260101-1-9' }, body: {} });
    await call(refund, 20003, { params, body: {} });
    const settle = 'POST /api/admin/refunds-due/:refundId/settle';
    const settled = { params: { refundId: `${itemId}-1` }, body: { reference: 'bank-1' } };
    await call(settle, 200, { who, ...settled });
    await call(settle, 10005, { who, params: { refundId: `${itemId}-9` }, body: {} });
    await call(settle, 20003, settled);
    await call('GET /api/admin/refunds-due', 200, { who });
    await call('GET /api/admin/refunds-due', 10001, { who, query: '?cursor=x' });
    await call('GET /api/admin/refunds-due', 20003);
    await call('GET /api/admin/orders', 200, { who, query: '?status=paid' });
    await call('GET /api/admin/orders', 10001, { who, query: '?status=lost' });
    await call('GET /api/admin/orders', 20003);
  }

  test('about the end of a promo', async () => {
    const ended = { who: 'admin', params: { id: promoId }, body: {} } as const;
    await call('POST /api/promos/:id/end', 200, ended);
    await call('POST /api/promos/:id/resume', 30005, ended);
    const mint = { who: 'admin', body: { userId: 5, itemId, promoId } } as const;
    await call('POST /api/admin/tokens', 30005, mint);
    await call('POST /api/admin/tokens', 10005, { ...mint, body: { ...mint.body, promoId: 99 } });
  });

  test('about keys and actions', async () => {
    const who = 'admin';
    const body = { name: 'Shop', scopes: ['mint'] };
    const made = (await call('POST /api/admin/keys', 201, { who, body })) as { id: number };
    await call('POST /api/admin/keys', 10001, { who, body: { ...body, scopes: ['all'] } });
    await call('GET /api/admin/keys', 200, { who });
    await call('GET /api/admin/keys', 20003);
    await call('DELETE /api/admin/keys/:id', 200, { who, params: { id: made.id } });
    await call('DELETE /api/admin/keys/:id', 10005, { who, params: { id: 999 } });
    await call('GET /api/admin/actions', 200, { who });
    await call('GET /api/admin/actions', 10001, { who, query: '?cursor=x' });
  });

  test('about the engine', async () => {
    await call('GET /api/admin/statements', 200, { who: 'admin' });
    await call('GET /api/admin/statements', 20003);
    await call('GET /api/admin/engines', 200, { who: 'admin' });
    await call('GET /api/admin/engines', 20003);
    const guesser = { who: 'somebody', address: '192.0.2.9' } as const;
    const guess = () => call('GET /api/admin/statements', 20006, guesser);
    for (let left = rates.adminTokenByAddress.burst; left > 0; left--) await guess();
    await call('GET /api/admin/statements', 10003, guesser);
    for (const path of ['/api/time', '/healthz', '/readyz']) await call(`GET ${path}`, 200);
    await call('DELETE /api/sessions', 200, { who: { session } });
    await call('DELETE /api/sessions', 20003, { who: { session } });
  });

  test('where the answer is not JSON', async () => {
    const plain: Record<string, string> = {
      '/metrics': 'text/plain',
      '/openapi.json': 'application/json',
      [`/api/items/${itemId}/live`]: 'text/event-stream',
      '/api/admin/orders.csv': 'text/csv',
      '/api/admin/orders.jsonl': 'application/x-ndjson',
    };
    for (const [path, type] of Object.entries(plain)) {
      const described = document.paths[path.replace(String(itemId), '{id}')]!.get!;
      expect([path, Object.keys(described.responses[200]!.content)]).toEqual([path, [type]]);
      const hangUp = new AbortController();
      const token = path.startsWith('/api/admin/') ? adminToken : metricsToken;
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(shop.engine.url + path, { headers, signal: hangUp.signal });
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get('content-type')).toStartWith(type);
      hangUp.abort();
    }
    await call('GET /api/admin/orders.csv', 10001, { who: 'admin', query: '?item=x' });
    await call('GET /api/admin/orders.jsonl', 20003);
    await call('GET /api/items/:id/live', 10005, { params: { id: 99 } });
    await call('GET /metrics', 20003);
    await call('GET /metrics', 20006, { who: { session: 'a-wrong-token' } });
  });

  test('and every route was asked: each success, and failures where there are any', () => {
    for (const route of describedRoutes) {
      const { answers, codes } = route;
      const statuses = [...(seen.get(keyOf(route)) ?? [])];
      const successes = Object.keys(answers ?? {})
        .map(Number)
        .filter((status) => status < 400);
      expect([keyOf(route), statuses]).toEqual([keyOf(route), expect.arrayContaining(successes)]);
      const failed = codes.length === 0 || statuses.some((status) => status >= 400);
      expect([keyOf(route), failed]).toEqual([keyOf(route), true]);
    }
  });
});
