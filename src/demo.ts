/** `bun start --demo`: a shop with one item on sale, and a line that buys it. */

interface DemoOptions {
  url: string;
  adminToken: string;
}

/** Units in the demo's sale; its length; how long its purchase token is good. */
const stock = 1_000;
const saleMs = 24 * 3_600_000;
const tokenSeconds = 24 * 3_600;

/** Makes an item with a running promo where there is no item yet, and prints how to buy. */
export async function runDemo({ url, adminToken }: DemoOptions): Promise<void> {
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status, data } = (await response.json()) as { status: string; data: unknown }; // The envelope of API.md.
    if (status !== 'success') throw new Error(`${method} ${path}: ${JSON.stringify(data)}`);
    return data;
  };
  const items = (await call('GET', '/api/items')) as { id: number; promo: { id: number } | null }[]; // As API.md.
  let sale = items.map(({ id, promo }) => ({ itemId: id, promoId: promo?.id ?? 0 }))[0];
  if (sale === undefined) {
    const item = (await call('POST', '/api/items', {
      title: 'Aurora headphones',
      description: 'Wireless, thirty hours of music, one of a thousand at this price.',
      price: 89_900,
      stock,
    })) as { id: number }; // As API.md.
    const now = Date.now();
    const promo = (await call('POST', '/api/promos', {
      itemId: item.id,
      name: 'Opening hour',
      price: 9_900,
      startAt: new Date(now - 1_000).toISOString(),
      endAt: new Date(now + saleMs).toISOString(),
    })) as { id: number }; // As API.md.
    await call('POST', `/api/promos/${promo.id}/publish`, {});
    sale = { itemId: item.id, promoId: promo.id };
  }
  const userId = 1 + Math.floor(Math.random() * 1_000_000);
  const { token } = (await call('POST', '/api/admin/tokens', {
    userId,
    ...sale,
    ttlSeconds: tokenSeconds,
  })) as { token: string }; // As API.md.
  const body = JSON.stringify({ token, amount: 1 });
  console.log(`purchase token: ${token}`);
  console.log(
    `buy with:\n  curl -i ${url}/api/orders -H 'content-type: application/json' -d '${body}'`,
  );
}
