/** The real engine as a process of its own, for tests: known secrets, a free port, its own folder. */
import { join } from 'node:path';
import type { QueueMode } from '../../actors/events.ts';
import { orderUnitsMax } from '../../actors/limits.ts';
import { startProcess, type TestProcess, waitUntilReady } from '../../actors/testing/process.ts';
import { type PurchaseToken, purchaseTokens, randomNonce } from '../admission/purchase-token.ts';

export const tokenSecret = 'a token secret that only the tests know';
export const adminToken = 'an-admin-token-for-tests';
export const paymentWebhookSecret = `whsec_${Buffer.from('what only tests sign payments with').toString('base64')}`;
/** The program whose command `start` is the engine. */
export const commandLine = 'src/main.ts';
export const root = join(import.meta.dir, '../..');

/** Mints tokens as a merchant's gateway would, with the engine's secret. */
export const tokens = purchaseTokens(tokenSecret);

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  /** `data` of the envelope. */
  data: T;
  /** The error code of a refusal; null on success. */
  errCode: number | null;
  errMsg: string | null;
}

export interface CallOptions {
  /** Sends ADMIN_TOKEN; true when not given. */
  admin?: boolean;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface OrderData {
  orderId: string;
  itemId: number;
  promoId: number;
  userId: number;
  amount: number;
  unitPrice: number;
  total: number;
  status: string;
  createdAt: string;
  payBy: string;
  paidAt: string | null;
  closedAt: string | null;
}

export interface SaleOptions {
  stock?: number;
  price?: number;
  promoPrice?: number;
  /** Milliseconds from now. */
  startsInMs?: number;
  endsInMs?: number;
  limitPerUser?: number;
  payWindowSeconds?: number;
  gateFactor?: number;
  admitSeconds?: number;
  captcha?: boolean;
  queue?: QueueMode;
  /** Milliseconds from now: from then on a draw can be joined. */
  queueOpensInMs?: number;
}

export interface Sale {
  itemId: number;
  promoId: number;
}

/** Who asks an engine, or whatever stands before several, as merchants and buyers do. */
export interface Client {
  readonly url: string;
  /** Sends a request and checks that the answer is in the envelope of the API. */
  api<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    options?: CallOptions,
  ): Promise<Answer<T>>;
  /** Makes an item with stock at a normal price, and returns its id. */
  item(stock: number, price?: number): Promise<number>;
  /** Publishes a promo of an item and returns its id: running, and for an hour, unless told otherwise. */
  promo(itemId: number, options?: SaleOptions): Promise<number>;
  /** Makes an item with such a promo. */
  sale(options?: SaleOptions): Promise<Sale>;
  place(token: string, amount?: number, options?: CallOptions): Promise<Answer<OrderData>>;
}

export interface TestEngine extends Client {
  readonly port: number;
  readonly dataDir: string;
  readonly process: TestProcess;
  /** SIGTERM; resolves with the exit code. The data folder stays. */
  stop(): Promise<number | null>;
  /** SIGKILL, as if the process crashed. The data folder stays. */
  kill(): Promise<void>;
}

export interface EngineOptions {
  dataDir: string;
  /** Added to, or replacing, the settings that every test engine has. */
  env?: Record<string, string>;
  /** The file to run, from the root of the project; the command line's `start` when not given. */
  script?: string;
  /** Its arguments: none, or `start` for the command line, when not given. */
  args?: readonly string[];
}

/** The environment of a test engine, and of the commands that look at what it left behind. */
export function engineEnvironment(dataDir: string): Record<string, string> {
  return {
    PORT: '0',
    DATA_DIR: dataDir,
    TOKEN_SECRET: tokenSecret,
    ADMIN_TOKEN: adminToken,
    PAYMENT_WEBHOOK_SECRET: paymentWebhookSecret,
    LOG_LEVEL: 'warning',
    HTTP_THREADS: '1',
    ACTOR_THREADS: '1',
  };
}

/** Starts the process without waiting for anything. */
export function spawnEngine(
  { dataDir, env, script = commandLine, args }: EngineOptions,
  ...more: string[]
) {
  const first = args ?? (script === commandLine ? ['start'] : []);
  return startProcess({
    command: [process.execPath, script, ...first, ...more],
    cwd: root,
    env: { ...engineEnvironment(dataDir), ...env },
    stdin: 'pipe',
  });
}

/** Starts an engine and resolves when it listens. Stop or kill it when done. */
export async function startTestEngine(options: EngineOptions): Promise<TestEngine> {
  const engine = spawnEngine(options);
  const port = await listeningPort(engine);
  return {
    ...clientOf(`http://127.0.0.1:${port}`),
    port,
    dataDir: options.dataDir,
    process: engine,
    stop: async () => {
      engine.signal('SIGTERM');
      return engine.ended;
    },
    kill: () => engine.kill(),
  };
}

export function clientOf(url: string): Client {
  const api: Client['api'] = (method, path, body, call) => request(url + path, method, body, call);
  const item = async (stock: number, price = 1_000) => {
    const draft = { title: 'An item', description: 'of the tests', price, stock };
    // What one user may buy is not what most tests are about.
    const limitPerUser = orderUnitsMax;
    return mustSucceed(await api<{ id: number }>('POST', '/api/items', { ...draft, limitPerUser }))
      .id;
  };
  return {
    url,
    api,
    item,
    promo: (itemId, sale = {}) => publishPromo(api, itemId, sale),
    sale: async (sale = {}) => {
      const itemId = await item(sale.stock ?? 10, sale.price);
      return { itemId, promoId: await publishPromo(api, itemId, sale) };
    },
    place: (token, amount = 1, call) => api('POST', '/api/orders', { token, amount }, call),
  };
}

/** Mints a token for one more order; with a new nonce unless one is given. */
export function tokenFor(
  sale: Sale,
  userId: number,
  claims: Partial<Pick<PurchaseToken, 'nonce' | 'expiresAt'>> = {},
): string {
  const expiresAt = claims.expiresAt ?? Math.ceil(Date.now() / 1000) + 3_600;
  return tokens.sign({ ...sale, userId, nonce: randomNonce(), ...claims, expiresAt });
}

/** An order as its `data` in an answer; throws where the answer is a refusal. */
export function mustSucceed<T>({ data, status, errCode, errMsg }: Answer<T>): T {
  if (errCode !== null) throw new Error(`answered ${status}: ${errCode} ${errMsg}`);
  return data;
}

/** Waits for the engine's first line and returns its port. @throws with its output where none comes. */
async function listeningPort(engine: TestProcess): Promise<number> {
  const line = /^listening on http:\/\/\S+:(\d+)\n/;
  try {
    await waitUntilReady(engine, () => line.test(engine.stdout()));
  } catch (error) {
    await engine.kill();
    throw error;
  }
  return Number(line.exec(engine.stdout())![1]);
}

async function publishPromo(
  api: Client['api'],
  itemId: number,
  sale: SaleOptions,
): Promise<number> {
  const { startsInMs = -1_000, endsInMs = 3_600_000, promoPrice = 500 } = sale;
  const { limitPerUser = 1, payWindowSeconds = 900, gateFactor, admitSeconds, captcha } = sale;
  const { queue, queueOpensInMs } = sale;
  const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString();
  const promo = await api<{ id: number }>('POST', '/api/promos', {
    itemId,
    name: 'A promo',
    price: promoPrice,
    startAt: fromNow(startsInMs),
    endAt: fromNow(endsInMs),
    ...{ limitPerUser, payWindowSeconds, gateFactor, admitSeconds, captcha, queue },
    queueOpenAt: queueOpensInMs === undefined ? undefined : fromNow(queueOpensInMs),
  });
  const { id } = mustSucceed(promo);
  mustSucceed(await api('POST', `/api/promos/${id}/publish`, {}));
  return id;
}

async function request<T>(
  url: string,
  method: string,
  body: unknown,
  { admin = true, headers, signal }: CallOptions = {},
): Promise<Answer<T>> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(admin ? { authorization: `Bearer ${adminToken}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  return answerOf(response.status, response.headers, await response.text());
}

/** Reads an answer, which must be in the envelope of the API. */
export function answerOf<T>(status: number, headers: Headers, text: string): Answer<T> {
  const outside = () =>
    new Error(`answer ${status} is outside the envelope: ${text.slice(0, 500)}`);
  if (!headers.get('content-type')?.startsWith('application/json')) throw outside();
  const body = JSON.parse(text) as {
    status: string;
    data: T & { errCode: number; errMsg: string };
  }; // Checked below.
  const failed = status >= 400;
  if (body.status !== (failed ? 'fail' : 'success') || body.data === undefined) throw outside();
  if (failed && !Number.isInteger(body.data?.errCode)) throw outside();
  const { errCode, errMsg } = failed ? body.data : { errCode: null, errMsg: null };
  return { status, headers, data: body.data, errCode, errMsg };
}
