/** What `start --demo` makes: an item on sale with a command line that buys it, and a draw to take part in. */
import type { Running } from './run-engine.ts';

/** What the demo sells; another demo in the same shop finds its items by their titles. */
interface Offer {
  item: { title: string; description: string; price: number; stock: number };
  promo: { name: string; price: number } & Record<string, unknown>;
  /** How long after now the promo starts, and how long it goes on. */
  startsInMs: number;
  saleMs: number;
}

const headphones: Offer = {
  item: {
    title: 'Aurora headphones',
    description: 'Wireless, thirty hours of music, one of a thousand at this price.',
    price: 89_900,
    stock: 1_000,
  },
  promo: { name: 'Opening hour', price: 9_900 },
  startsInMs: -1_000,
  saleMs: 24 * 3_600_000,
};

/** Few enough that a handful of people see the queue move: whoever dawdles makes room for the next. */
const lamp: Offer = {
  item: {
    title: 'Borealis lamp',
    description: 'Signed and numbered, three of them. Who may buy one is drawn by lot.',
    price: 129_900,
    stock: 3,
  },
  promo: {
    ...{ name: 'Drawn by lot', price: 19_900, queue: 'draw', gateFactor: 1 },
    ...{ admitSeconds: 60, payWindowSeconds: 120 },
  },
  startsInMs: 2 * 60_000,
  saleMs: 30 * 60_000,
};

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
  promo: null | { id: number; status: string; queue: string; endAt: string };
}

/** A page of the list, running sales first. */
interface List {
  items: Listed[];
}

type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/**
 * Makes an item with a running promo unless there is one with units left, and one with a draw unless the
 * last demo's is still on, and prints how to buy and where to join.
 */
export async function runDemo({ url, adminToken }: Running): Promise<void> {
  const call = caller(url, adminToken);
  const { items } = await call<List>('GET', '/api/items');
  const sale =
    runningSale(items) ?? (await putOnSale(call, headphones, await unsold(call, headphones)));
  const userId = firstBuyer + Math.floor(Math.random() * firstBuyer);
  const asked = { userId, ...sale, ttlSeconds: tokenSeconds };
  const { token } = await call<{ token: string }>('POST', '/api/admin/tokens', asked);
  const body = JSON.stringify({ token, amount: 1 });
  console.log(`purchase token: ${token}`);
  console.log(
    `buy with:\n  curl -i ${url}/api/orders -H 'content-type: application/json' -d '${body}'`,
  );
  console.log(`draw: ${url}/items/${(await draw(call)).itemId}`);
}

/** Not one by draw: its units are for those who take part. */
function runningSale(items: readonly Listed[]): Sale | null {
  for (const { id, stock, promo } of items) {
    if (promo?.status !== 'running' || promo.queue === 'draw' || stock === 0) continue;
    if (Date.parse(promo.endAt) - Date.now() > leastLeftMs)
      return { itemId: id, promoId: promo.id };
  }
  return null;
}

/** The draw of an earlier demo while it is on, or a new one. */
async function draw(call: Call): Promise<Sale> {
  const items = await own(call, lamp);
  for (const { id, promo } of items) {
    if (promo !== null && promo.status !== 'ended') return { itemId: id, promoId: promo.id };
  }
  return putOnSale(call, lamp, await unsold(call, lamp));
}

/** The demo's own items of an offer. */
async function own(call: Call, { item }: Offer): Promise<Listed[]> {
  const { items } = await call<List>('GET', `/api/items?q=${encodeURIComponent(item.title)}`);
  return items.filter(({ title }) => title === item.title);
}

/** An item of the demo's own that can go on sale again; null without one. A merchant's stay as they are. */
async function unsold(call: Call, offer: Offer): Promise<number | null> {
  const over = ({ stock, promo }: Listed) => stock > 0 && promo?.status === 'ended';
  return (await own(call, offer)).find(over)?.id ?? null;
}

/** With a draw everybody may join at once. */
function openingOf({ promo }: Offer, now: number) {
  return promo.queue === 'draw' ? { queueOpenAt: new Date(now).toISOString() } : {};
}

/** Makes a promo, and its item where none is given, and publishes it. */
async function putOnSale(call: Call, offer: Offer, known: number | null): Promise<Sale> {
  const itemId = known ?? (await call<{ id: number }>('POST', '/api/items', offer.item)).id;
  const now = Date.now();
  const startAt = now + offer.startsInMs;
  const promo = await call<{ id: number }>('POST', '/api/promos', {
    ...{ itemId, ...offer.promo, ...openingOf(offer, now) },
    startAt: new Date(startAt).toISOString(),
    endAt: new Date(startAt + offer.saleMs).toISOString(),
  });
  await call('POST', `/api/promos/${promo.id}/publish`, {});
  return { itemId, promoId: promo.id };
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
