/** What `start --demo` makes: a shop with an item on sale, and a command line that buys it. */
import type { Running } from './run-engine.ts';

/** Headphones on sale; another demo in the same shop finds them by their title. */
const title = 'Aurora headphones';
const stock = 1_000;
const saleMs = 24 * 3_600_000;
const tokenSeconds = 24 * 3_600;

/** A sale that ends sooner than this would be over before anyone tries the printed line. */
const leastLeftMs = 60_000;

/** Buyers of demos have ids that no registered user will have. */
const firstBuyer = 1_000_000_000;

interface Sale {
  itemId: number;
  promoId: number;
}

/** An item as the API lists it. */
interface Listed {
  id: number;
  title: string;
  stock: number;
  promo: null | { id: number; status: 'pending' | 'running' | 'ended'; endAt: string };
}

/** A page of the list, running sales first. */
interface List {
  items: Listed[];
}

type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** Makes an item with a running promo unless there is one with units left, and prints how to buy. */
export async function runDemo({ url, adminToken }: Running): Promise<void> {
  const call = caller(url, adminToken);
  const { items } = await call<List>('GET', '/api/items');
  const sale = runningSale(items) ?? (await newSale(call));
  const userId = firstBuyer + Math.floor(Math.random() * firstBuyer);
  const asked = { userId, ...sale, ttlSeconds: tokenSeconds };
  const { token } = await call<{ token: string }>('POST', '/api/admin/tokens', asked);
  const body = JSON.stringify({ token, amount: 1 });
  console.log(`purchase token: ${token}`);
  console.log(
    `buy with:\n  curl -i ${url}/api/orders -H 'content-type: application/json' -d '${body}'`,
  );
}

function runningSale(items: readonly Listed[]): Sale | null {
  for (const { id, stock, promo } of items) {
    if (promo?.status !== 'running' || stock === 0) continue;
    if (Date.parse(promo.endAt) - Date.now() > leastLeftMs)
      return { itemId: id, promoId: promo.id };
  }
  return null;
}

/** Puts the demo's own item on sale again, or makes one. A merchant's items stay as they are. */
async function newSale(call: Call): Promise<Sale> {
  const { items } = await call<List>('GET', `/api/items?q=${encodeURIComponent(title)}`);
  const unsold = items.find(
    (item) => item.title === title && item.stock > 0 && item.promo?.status === 'ended',
  );
  const itemId = unsold?.id ?? (await newItem(call));
  const now = Date.now();
  const promo = await call<{ id: number }>('POST', '/api/promos', {
    itemId,
    name: 'Opening hour',
    price: 9_900,
    startAt: new Date(now - 1_000).toISOString(),
    endAt: new Date(now + saleMs).toISOString(),
  });
  await call('POST', `/api/promos/${promo.id}/publish`, {});
  return { itemId, promoId: promo.id };
}

async function newItem(call: Call): Promise<number> {
  const item = await call<{ id: number }>('POST', '/api/items', {
    title,
    description: 'Wireless, thirty hours of music, one of a thousand at this price.',
    price: 89_900,
    stock,
  });
  return item.id;
}

/** Asks the API as its administrator. */
function caller(url: string, adminToken: string): Call {
  return async <T>(method: string, path: string, body?: unknown) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // Every answer is in the envelope, and its data is as the API's reference says.
    const { status, data } = (await response.json()) as { status: string; data: T };
    if (status !== 'success') throw new Error(`${method} ${path}: ${JSON.stringify(data)}`);
    return data;
  };
}
