/**
 * A client of Stampede for a merchant's back end. Copy the folder that this file is in: it needs `fetch` alone (Node
 * 18 or later, Bun, Deno, browsers), and its types are made from the reference that the engine validates with.
 *
 *     const shop = stampede({ url: 'https://sale.example', key: process.env.STAMPEDE_KEY });
 *     const { token } = await shop.tokens.mint({ userId: 42, itemId: 1, promoId: 7 });
 *     const order = await shop.orders.place({ token, amount: 1 });
 *
 * What the engine refuses is thrown as a `Refusal`, whose `errCode` says why. What is busy, unsure (10004) or out of
 * reach is asked again, as `Retry-After` says, for `patienceMs`: every request here may be sent again, since what
 * makes something carries an idempotency key.
 *
 * It is one file, since what it would import from another would need an ending that one compiler wants and another
 * refuses.
 */
import type {
  BatchResults,
  Failure,
  FoundOrder,
  ItemChanges,
  NewItem,
  NewKey,
  NewOrder,
  NewPromo,
  Order,
  Payment,
  PictureChanges,
  PromoChanges,
  Refund,
  Routes,
  Settlement,
  TokenRequest,
} from './api.ts';

export type * from './api.ts';

export type ErrorCode = Failure['data']['errCode'];

export interface StampedeOptions {
  /** Of the engine, or of the balancer before several. */
  url: string;
  /** An API key with the scopes that the calls need, or ADMIN_TOKEN. Placing orders needs none. */
  key?: string | undefined;
  /** How long one try waits for its answer: 10 seconds when not given. The engine says 10004 after six. */
  timeoutMs?: number;
  /** For how long a call is tried again: 30 seconds when not given, 0 for once alone. */
  patienceMs?: number;
  /** Of messages: English when not given, or `zh`. */
  language?: string;
}

export interface CallOptions {
  /** Ends the call, also while it waits to try again; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface MakingOptions extends CallOptions {
  /**
   * Names the request, in up to 64 visible characters: whoever sends it again with the same name, within 24
   * hours and from whatever process, gets the old answer. A random one when not given, for this call's own tries.
   */
  idempotencyKey?: string | undefined;
}

/** The engine said no. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly errCode: ErrorCode;
  /** Of HTTP. */
  readonly status: number;
  /** 10001: what is wrong with each wrong field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Whether an earlier try of the call may have been carried out. */
  readonly afterUnknown: boolean;

  constructor(status: number, { errCode, errMsg, fields }: Failure['data'], afterUnknown: boolean) {
    super(`${errCode} ${errMsg}`);
    this.errCode = errCode;
    this.status = status;
    this.fields = fields ?? {};
    this.afterUnknown = afterUnknown;
  }
}

/** No answer came, or none of the engine's: whether the request was carried out is not known. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface OrderFilters {
  item?: number;
  /** 0: the normal price. */
  promo?: number;
  user?: number;
  status?: Order['status'];
  /** Placed then or later. */
  from?: Date;
  /** Placed before. */
  to?: Date;
  /** An order's id, or a part of one. */
  q?: string;
}

/** Those that answer in the engine's envelope. */
type Route = {
  [R in keyof Routes]: Routes[R] extends { data: unknown } ? R : never;
}[keyof Routes];
/** What a call of a route takes. */
type Asked<R extends Route> = Omit<Routes[R], 'data' | 'keyed'>;
/** What it resolves with. */
type Data<R extends Route> = Routes[R]['data'];
type Options<R extends Route> = Routes[R] extends { keyed: true } ? MakingOptions : CallOptions;
type Call = <R extends Route>(route: R, asked: Asked<R>, options?: Options<R>) => Promise<Data<R>>;

/** What came of a try: a value, or after how long to try again, and what to do where patience has ended. */
type Tried<T> = { done: true; value: T } | { done: false; againAfterMs: number; giveUp: () => T };

/** Tries until there is a value, or patience ends. */
async function patiently<T>(
  { patienceMs = 30_000 }: StampedeOptions,
  signal: AbortSignal | undefined,
  attempt: () => Promise<Tried<T>>,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (let backoffMs = 100; ; backoffMs = Math.min(2 * backoffMs, 5_000)) {
    const tried = await attempt();
    if (tried.done) return tried.value;
    // A quarter more at most, so that what failed together does not come again together.
    const pauseMs = Math.max(tried.againAfterMs, backoffMs) * (1 + Math.random() / 4);
    if (performance.now() + pauseMs > end) return tried.giveUp();
    await pause(pauseMs, signal);
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Nothing was done, or nobody knows, and the same may be asked again; 502 and 504 are a balancer's. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** What a request is made of, whatever its route. */
interface Given {
  path?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: object;
}

interface Asking {
  signal: AbortSignal | undefined;
  /** What is read of the answer ends when the signal says so, however much later. */
  isStream: boolean;
}

/** Asks, patiently, and reads the answer where it is a success. */
async function ask<T>(
  options: StampedeOptions,
  [url, init]: readonly [string, RequestInit],
  { signal, isStream }: Asking,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  let isUnknown = false;
  return patiently(options, signal, async () => {
    const ending = new AbortController();
    const stop = () => ending.abort(signal?.reason);
    const timer = setTimeout(
      () => ending.abort(new Error('timed out')),
      options.timeoutMs ?? 10_000,
    );
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    let isOpen = false;
    let fault: Refusal | NoAnswer;
    let status = 503;
    let againAfterMs = 0;
    try {
      const response = await fetch(url, { ...init, signal: ending.signal });
      if (response.ok) {
        const value = await read(response);
        isOpen = isStream;
        return { done: true, value };
      }
      status = response.status;
      againAfterMs = Number(response.headers.get('retry-after')) * 1_000 || 0;
      fault = refusalIn(status, await response.text(), isUnknown);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      fault = new NoAnswer(`no answer of ${url}`, { cause: error });
    } finally {
      clearTimeout(timer);
      if (!isOpen) signal?.removeEventListener('abort', stop);
    }
    // With the other refusals that pass nothing was done.
    isUnknown ||= fault instanceof NoAnswer || fault.errCode === 10004;
    const giveUp = () => {
      throw fault;
    };
    return passing.has(status) ? { done: false, againAfterMs, giveUp } : giveUp();
  });
}

function refusalIn(status: number, text: string, afterUnknown: boolean): Refusal | NoAnswer {
  const body = text.startsWith('{') ? JSON.parse(text) : null;
  // Whoever stands before the engine answers otherwise.
  if (!Number.isInteger(body?.data?.errCode)) {
    return new NoAnswer(`answer ${status} is not the engine's: ${text.slice(0, 200)}`);
  }
  return new Refusal(status, body.data, afterUnknown);
}

function requestOf(
  { url, key, language }: StampedeOptions,
  route: keyof Routes,
  { path = {}, query = {}, body }: Given,
  name: string | null,
): [string, RequestInit] {
  const [method = '', pattern = ''] = route.split(' ');
  const at = pattern.replace(/\{(\w+)\}/g, (_, each) => encodeURIComponent(String(path[each])));
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams();
  for (const [each, value] of asked) search.append(each, String(value));
  const headers: Record<string, string> = {};
  if (key !== undefined) headers.authorization = `Bearer ${key}`;
  if (language !== undefined) headers['accept-language'] = language;
  if (name !== null) headers['idempotency-key'] = name;
  const init: RequestInit = { method, headers };
  if (body instanceof Blob) init.body = body;
  else if (body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  return [`${url.replace(/\/+$/, '')}${at}${asked.length === 0 ? '' : `?${search}`}`, init];
}

/** All that pages have, from the first on. */
async function* pagesOf<P extends { next: string | null }, T>(
  page: (cursor: { cursor?: string }) => Promise<P>,
  elements: (page: P) => readonly T[],
): AsyncGenerator<T, void, undefined> {
  let cursor: string | null = null;
  do {
    const read: P = await page(cursor === null ? {} : { cursor });
    yield* elements(read);
    cursor = read.next;
  } while (cursor !== null);
}

/** For a request's own tries: it must be unique, not secret. */
function randomName(): string {
  const parts = [Date.now(), Math.random() * 2 ** 53, Math.random() * 2 ** 53];
  return parts
    .map((part) => part.toString(36))
    .join('-')
    .replaceAll('.', '');
}

function callOf(options: StampedeOptions): Call {
  return (route, asked, { signal, idempotencyKey = randomName() }: MakingOptions = {}) => {
    const name = route.startsWith('POST ') ? idempotencyKey : null;
    const request = requestOf(options, route, asked, name);
    return ask(options, request, { signal, isStream: false }, async (response) => {
      // As the document says, which the engine is held to.
      const { data } = (await response.json()) as { data: never };
      return data;
    });
  };
}

/** A file, from its first byte on; it ends with an error where it is not whole. */
async function fileOf(
  options: StampedeOptions,
  route: 'GET /api/admin/orders.csv' | 'GET /api/admin/orders.jsonl',
  filters: OrderFilters,
  { signal }: CallOptions,
): Promise<ReadableStream<Uint8Array>> {
  const request = requestOf(options, route, { query: queryOf(filters) }, null);
  return ask(options, request, { signal, isStream: true }, async ({ body }) => {
    if (body === null) throw new Error('the answer is empty');
    return body;
  });
}

type OrderQuery = NonNullable<Routes['GET /api/admin/orders']['query']>;

function queryOf({ item, promo, user, status, from, to, q }: OrderFilters): OrderQuery {
  const query: OrderQuery = {};
  if (item !== undefined) query.item = String(item);
  if (promo !== undefined) query.promo = String(promo);
  if (user !== undefined) query.user = String(user);
  if (status !== undefined) query.status = status;
  if (from !== undefined) query.from = from.toISOString();
  if (to !== undefined) query.to = to.toISOString();
  if (q !== undefined) query.q = q;
  return query;
}

async function* linesOf(
  file: ReadableStream<Uint8Array>,
  { signal }: CallOptions,
): AsyncGenerator<string, void, undefined> {
  const reader = file.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let isOpen = true;
  try {
    while (isOpen) {
      const { done, value } = await reader.read().catch((error) => {
        isOpen = false;
        if (signal?.aborted) throw signal.reason;
        throw new NoAnswer('the export broke off', { cause: error });
      });
      isOpen = !done;
      const lines = (rest + decoder.decode(value, { stream: isOpen })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    // Whoever has read enough leaves.
    if (isOpen) await reader.cancel();
  }
  if (rest !== '') throw new NoAnswer('the last line of the export is not whole');
}

/** Orders are placed by their tokens, which stand for no more than one order each; the rest needs a key. */
function ordersOf(options: StampedeOptions, call: Call) {
  return {
    /** Places an order; the same token again, from wherever, gets the same order and never a second one. */
    place: (body: NewOrder, its?: CallOptions) => call('POST /api/orders', { body }, its),

    /**
     * Places 1 to 256 orders at once, and resolves with the outcome of each, in their order: refusals are not
     * thrown. Those that find the engine busy are sent again for as long as patience lasts.
     */
    placeBatch: async (orders: readonly NewOrder[], its: CallOptions = {}) => {
      const results: BatchResults['results'] = [];
      let open = orders.map((order, index) => ({ order, index }));
      return patiently(options, its.signal, async () => {
        const body = { orders: open.map(({ order }) => order) };
        const told = (await call('POST /api/orders/batch', { body }, its)).results;
        told.forEach((result, place) => {
          const { index = 0 } = open[place] ?? {};
          results[index] = result;
        });
        open = open.filter((_, place) => passing.has(told[place]?.http ?? 0));
        return open.length === 0
          ? { done: true, value: results }
          : { done: false, againAfterMs: 1_000, giveUp: () => results };
      });
    },

    /** With the scope `orders:read`. */
    read: (orderId: string, its?: CallOptions) =>
      call('GET /api/orders/{orderId}', { path: { orderId } }, its),

    /** Those that fit, newest first, page by page, as SQL has them: a moment later than `read`. `orders:read`. */
    list: (filters: OrderFilters = {}, its?: CallOptions) =>
      pagesOf(
        (cursor) =>
          call('GET /api/admin/orders', { query: { ...queryOf(filters), ...cursor } }, its),
        ({ orders }) => orders,
      ),

    /** The same in one request, for many: all that were placed before it. Throws `NoAnswer` where it breaks off. */
    export: async function* (filters: OrderFilters = {}, its: CallOptions = {}) {
      const file = await fileOf(options, 'GET /api/admin/orders.jsonl', filters, its);
      for await (const line of linesOf(file, its)) {
        const order: FoundOrder = JSON.parse(line);
        yield order;
      }
    },

    /** The same as a file for spreadsheets. Until it has ended without an error it is not whole. */
    exportCsv: (filters: OrderFilters = {}, its: CallOptions = {}) =>
      fileOf(options, 'GET /api/admin/orders.csv', filters, its),

    /** With the scope `orders:write`: `reference` is the payment's at your provider. */
    pay: (orderId: string, body: Payment = {}, its?: CallOptions) =>
      call('POST /api/orders/{orderId}/pay', { path: { orderId }, body }, its),

    /** With the scope `orders:write`. What is not only placed any more is refused (30011). */
    cancel: async (orderId: string, its?: CallOptions): Promise<Order> => {
      const path = { orderId };
      try {
        return await call('POST /api/orders/{orderId}/cancel', { path }, its);
      } catch (error) {
        if (!(error instanceof Refusal && error.errCode === 30011 && error.afterUnknown))
          throw error;
        // An earlier try may have cancelled it.
        const order = await call('GET /api/orders/{orderId}', { path }, its);
        if (order.status !== 'cancelled') throw error;
        return order;
      }
    },

    /** With the scope `orders:write`. */
    refund: (orderId: string, body: Refund = {}, its?: CallOptions) =>
      call('POST /api/orders/{orderId}/refund', { path: { orderId }, body }, its),
  };
}

/** With the scope `orders:write`. */
function refundsOf(call: Call) {
  return {
    /** What must go back to buyers and is not settled, newest first. */
    due: (its?: CallOptions) =>
      pagesOf(
        (query) => call('GET /api/admin/refunds-due', { query }, its),
        ({ refundsDue }) => refundsDue,
      ),
    settle: (refundId: string, body: Settlement = {}, its?: CallOptions) =>
      call('POST /api/admin/refunds-due/{refundId}/settle', { path: { refundId }, body }, its),
  };
}

/** Reading is for anyone, the rest with the scope `items:write`. */
function itemsOf(call: Call) {
  return {
    list: (query: Routes['GET /api/items']['query'] = {}, its?: CallOptions) =>
      pagesOf(
        (cursor) => call('GET /api/items', { query: { ...query, ...cursor } }, its),
        ({ items }) => items,
      ),
    read: (id: number, its?: CallOptions) => call('GET /api/items/{id}', { path: { id } }, its),
    create: (body: NewItem, its?: MakingOptions) => call('POST /api/items', { body }, its),
    change: (id: number, body: ItemChanges, its?: CallOptions) =>
      call('PATCH /api/items/{id}', { path: { id }, body }, its),
    restock: (id: number, units: number, its?: MakingOptions) =>
      call('POST /api/items/{id}/restock', { path: { id }, body: { units } }, its),
    /** Takes unsold units off sale. */
    withdraw: (id: number, units: number, its?: MakingOptions) =>
      call('POST /api/items/{id}/withdraw', { path: { id }, body: { units } }, its),
    /** `alt` says what it shows, for those who do not see it. */
    addPicture: (id: number, body: Blob, alt: string, its?: CallOptions) =>
      call('POST /api/items/{id}/pictures', { path: { id }, query: { alt }, body }, its),
    changePicture: (id: number, pictureId: string, body: PictureChanges, its?: CallOptions) =>
      call('PATCH /api/items/{id}/pictures/{pictureId}', { path: { id, pictureId }, body }, its),
    removePicture: (id: number, pictureId: string, its?: CallOptions) =>
      call('DELETE /api/items/{id}/pictures/{pictureId}', { path: { id, pictureId } }, its),
  };
}

/** With the scope `items:write`; the draw is for anyone. */
function promosOf(call: Call) {
  return {
    /** Drafts a promo, with warnings of what may not be meant; nobody knows of it until it is published. */
    create: (body: NewPromo, its?: MakingOptions) => call('POST /api/promos', { body }, its),
    change: (id: number, body: PromoChanges, its?: CallOptions) =>
      call('PATCH /api/promos/{id}', { path: { id }, body }, its),
    /** Deletes a draft. */
    remove: async (id: number, its?: CallOptions): Promise<void> => {
      try {
        await call('DELETE /api/promos/{id}', { path: { id } }, its);
      } catch (error) {
        // An earlier try may have deleted it.
        if (!(error instanceof Refusal && error.errCode === 10005 && error.afterUnknown))
          throw error;
      }
    },
    publish: (id: number, its?: CallOptions) =>
      call('POST /api/promos/{id}/publish', { path: { id } }, its),
    pause: (id: number, its?: CallOptions) =>
      call('POST /api/promos/{id}/pause', { path: { id } }, its),
    resume: (id: number, its?: CallOptions) =>
      call('POST /api/promos/{id}/resume', { path: { id } }, its),
    /** Ends one that has begun, now. */
    end: (id: number, its?: CallOptions) =>
      call('POST /api/promos/{id}/end', { path: { id } }, its),
    /** Moves its end. */
    extend: (id: number, endAt: Date, its?: CallOptions) =>
      call(
        'POST /api/promos/{id}/extend',
        { path: { id }, body: { endAt: endAt.toISOString() } },
        its,
      ),
    /** Takes a published one back before its start. */
    withdraw: (id: number, its?: CallOptions) =>
      call('POST /api/promos/{id}/withdraw', { path: { id } }, its),
    draw: (id: number, its?: CallOptions) =>
      call('GET /api/promos/{id}/draw', { path: { id } }, its),
  };
}

/** With ADMIN_TOKEN, or a key with the scope `admin`. */
function keysOf(call: Call) {
  return {
    list: async (its?: CallOptions) => (await call('GET /api/admin/keys', {}, its)).keys,
    /** The key is shown here alone. */
    create: (body: NewKey, its?: MakingOptions) => call('POST /api/admin/keys', { body }, its),
    revoke: (id: number, its?: CallOptions) =>
      call('DELETE /api/admin/keys/{id}', { path: { id } }, its),
  };
}

export type Stampede = ReturnType<typeof stampede>;

/** A client; it keeps nothing and opens nothing, so make as many as you like. */
export function stampede(options: StampedeOptions) {
  if (!/^https?:\/\/./.test(options.url)) throw new TypeError(`url is none: ${options.url}`);
  const call = callOf(options);
  return {
    /** Any route of the API that is for back ends, with its types. */
    call,
    tokens: {
      /** A purchase token, with the scope `mint`: permission for a user of yours to place one order. */
      mint: (body: TokenRequest, its?: CallOptions) =>
        call('POST /api/admin/tokens', { body }, its),
    },
    orders: ordersOf(options, call),
    refunds: refundsOf(call),
    items: itemsOf(call),
    promos: promosOf(call),
    keys: keysOf(call),
    /** Who did what, newest first; for administrators. */
    actions: (its?: CallOptions) =>
      pagesOf(
        (query) => call('GET /api/admin/actions', { query }, its),
        ({ actions }) => actions,
      ),
    /** Every item's books, with the scope `orders:read`. */
    statements: (its?: CallOptions) => call('GET /api/admin/statements', {}, its),
    /** With the scope `metrics`. */
    engines: (its?: CallOptions) => call('GET /api/admin/engines', {}, its),
  };
}
