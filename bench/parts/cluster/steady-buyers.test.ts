import { afterEach, describe, expect, test } from 'bun:test';
import { waitUntil } from '../../../actors/testing/process.ts';
import { SteadyBuyers } from './steady-buyers.ts';

let shop: ReturnType<typeof Bun.serve> | undefined;
afterEach(() => shop?.stop(true));

describe('steady buyers', () => {
  test('come for every item, each with a token of their own, and note what they are answered', async () => {
    const bodies = new Set<string>();
    shop = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: async (request) => {
        bodies.add(await request.text());
        const refused = bodies.size % 2 === 0;
        return Response.json(
          { data: refused ? { errCode: 30002 } : {} },
          { status: refused ? 503 : 201 },
        );
      },
    });
    const sales = [1, 2].map((itemId) => ({ itemId, promoId: 1 }));
    const buyers = new SteadyBuyers(sales);
    buyers.urls = [`http://127.0.0.1:${shop.port}`];
    await waitUntil('some have come', () => buyers.asked.length >= 8);
    await shop.stop(true);
    await waitUntil('one found nobody', () => buyers.asked.some(({ code }) => code === null));
    await buyers.stop();
    expect(new Set(buyers.asked.map(({ code }) => code))).toEqual(new Set([201, 30002, null]));
    expect(new Set(buyers.asked.map(({ itemId }) => itemId))).toEqual(new Set([1, 2]));
    expect(bodies.size).toBeGreaterThanOrEqual(8);
  });
});
