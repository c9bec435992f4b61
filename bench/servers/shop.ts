/** What a merchant does before and after a sale, through the API of a running engine. */

import { waitUntil } from '../../actors/testing/process.ts';
import { purchaseTokens, randomNonce } from '../../src/admission/purchase-token.ts';
import { WrongAnswer } from '../report/report.ts';
import { adminToken, type EngineServer, promoPrice, tokenSecret } from './servers.ts';

/** Units on sale where a load must not run out of them: as many as an item may have orders. */
export const stock = 100_000_000;

export interface Sale {
  itemId: number;
  promoId: number;
}

export interface Statement {
  itemId: number;
  loaded: number;
  sold: number;
  held: number;
  left: number;
  refused: Record<string, number>;
  journalSeq: number;
  sqlSeq: number;
}

/** Asks as the administrator. @throws WrongAnswer where that is refused */
export async function call<T>(engine: EngineServer, method: string, path: string, body?: unknown) {
  const response = await fetch(engine.url + path, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new WrongAnswer(`${method} ${path}: ${response.status} ${text}`);
  return (JSON.parse(text) as { data: T }).data; // The envelope of the API.
}

/** How a promo lets users in, and lets them pay, where it is not as merchants get it. */
interface Admission {
  captcha?: boolean;
  gateFactor?: number;
  payWindowSeconds?: number;
}

/** Makes an item with this many units, and a running promo that sells one to each user, with a queue. */
export async function openSale(
  engine: EngineServer,
  stock: number,
  { captcha = false, ...admission }: Admission = {},
): Promise<Sale> {
  const item = await call<{ id: number }>(engine, 'POST', '/api/items', {
    title: 'bench',
    description: 'An item of the bench.',
    price: 10_000,
    stock,
  });
  const promo = await call<{ id: number }>(engine, 'POST', '/api/promos', {
    itemId: item.id,
    name: 'bench',
    price: promoPrice,
    startAt: new Date(Date.now() - 1_000).toISOString(),
    endAt: new Date(Date.now() + 3_600_000).toISOString(),
    limitPerUser: 1,
    queue: 'fifo',
    captcha,
    ...admission,
  });
  await call(engine, 'POST', `/api/promos/${promo.id}/publish`, {});
  return { itemId: item.id, promoId: promo.id };
}

export async function statementOf(engine: EngineServer, itemId: number): Promise<Statement> {
  const { items } = await call<{ items: Statement[] }>(engine, 'GET', '/api/admin/statements');
  const statement = items.find((each) => each.itemId === itemId);
  if (statement === undefined) throw new WrongAnswer(`no statement of item ${itemId}`);
  return statement;
}

/** Orders that the engine has told to try again later so far: on a busy machine, that is right. */
export async function shedOrders(engine: EngineServer): Promise<number> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const text = await (await fetch(`${engine.url}/metrics`, { headers })).text();
  const shed = /^stampede_orders_shed_total (\d+)$/m.exec(text);
  if (shed === null) throw new WrongAnswer(`no count of orders refused unread: ${text}`);
  return Number(shed[1]);
}

/** How many orders have been answered so far, by status, whether they came alone or in batches. */
export async function answeredOrders(engine: EngineServer): Promise<Map<string, number>> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const text = await (await fetch(`${engine.url}/metrics`, { headers })).text();
  const counts = text.matchAll(/^stampede_orders_total\{status="(\w+)"\} (\d+)$/gm);
  return new Map([...counts].map(([, status = '', count]) => [status, Number(count)]));
}

/** Resolves when SQL holds all of the journal, so that the next run does not pay for this one. */
export async function caughtUp(engine: EngineServer): Promise<void> {
  await waitUntil(
    'the projector has caught up',
    async () => {
      const { items } = await call<{ items: Statement[] }>(engine, 'GET', '/api/admin/statements');
      if (items.every(({ journalSeq, sqlSeq }) => journalSeq === sqlSeq)) return true;
      // Asking is work for the engine, whose CPU is being measured.
      await Bun.sleep(40);
      return false;
    },
    60_000,
  );
}

/**
 * Order bodies, each with a purchase token of its own for a different user: users `first`, `first + 1`,
 * …
 */
export function orderBodies({ itemId, promoId }: Sale, count: number, first = 1_000_000): string[] {
  const tokens = purchaseTokens(tokenSecret);
  const expiresAt = Math.ceil(Date.now() / 1000) + 3_600;
  return Array.from({ length: count }, (_, index) => {
    const userId = first + index;
    const token = tokens.sign({ userId, itemId, promoId, expiresAt, nonce: randomNonce() });
    return JSON.stringify({ token, amount: 1 });
  });
}

/** Posts one order and returns the answer as it is. */
export async function postOrder(
  server: { url: string },
  body: string,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return { status: response.status, text: await response.text() };
}
