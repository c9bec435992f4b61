import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { code } from '../../../actors/protocol.ts';
import { anybody } from '../../testing/drafts.ts';
import { ShopRig } from '../../testing/shop-rig.ts';
import { createItem } from '../create-item.ts';
import { draftPromo } from '../draft-promo.ts';
import { type OpenItem, readItem } from '../read-item.ts';
import { reasonsOf } from './reasons.ts';
import { RefusalSearch } from './search.ts';

const lamp = { title: 'Lamp', description: '', price: 4_200, stock: 1, imageUrl: null, ...anybody };
const [buyer, waiting, gone, stranger] = [7, 8, 9, 10];

let shop: ShopRig;
let open: OpenItem;

beforeAll(async () => {
  shop = await ShopRig.start();
  const { value: id } = await createItem(shop, lamp, 'admin');
  const { value: promo } = await draftPromo(shop, {
    ...{ itemId: id!, name: 'Midnight', price: 100, startAt: shop.now, endAt: shop.now + 60_000 },
    ...{ limitPerUser: 1, gateFactor: 5, payWindowSeconds: 900, captcha: false },
    ...{ admitSeconds: 300, queue: 'off', queueOpenAt: null },
  });
  const [item, startAt, endAt] = [id!, shop.now, shop.now + 60_000];
  await shop.send({
    ...{ type: 'publish', item, promo: promo!.id, price: 100, startAt, endAt, limit: 1 },
    ...{ gateFactor: 1, payWindowMs: 900_000, queue: 'fifo', admitMs: 60_000 },
    queueOpenAt: startAt,
  });
  const of = (user: number) => ({ item, user, promo: promo!.id });
  for (const user of [buyer, waiting, gone]) {
    await shop.send({ type: 'join', ...of(user), nonce: user });
  }
  await shop.send({ type: 'leave', ...of(gone) });
  const order = { ...of(buyer), amount: 1, nonce: buyer, expiresAt: 9_999_999 };
  const placed = await shop.send({ type: 'place', ...order });
  expect(placed.code).toBe(code.ok);
  open = (await readItem(shop, id!))!;
});

afterAll(() => shop.remove());

const keys = async (searches: RefusalSearch, user: number) => {
  const found = await searches.search({ ...open, user, from: null });
  return found === null ? null : reasonsOf(found.facts).map(({ key }) => key);
};

describe('a search for why a user was refused', () => {
  test('tells a buyer from those who wait, have left, and never came, by journal, actor and board', async () => {
    const searches = new RefusalSearch(shop);
    const sale = ['promoOnly', 'soldOut'] as const;
    const bought = ['bought', 'limitReached', ...sale, 'notJournaled'] as const;
    expect(await keys(searches, buyer)).toEqual([...bought]);
    expect(await keys(searches, waiting)).toEqual([...sale, 'waiting', 'notJournaled']);
    expect(await keys(searches, gone)).toEqual([...sale, 'left', 'notJournaled']);
    expect(await keys(searches, stranger)).toEqual([...sale, 'neverAdmitted', 'notJournaled']);
  });

  test('runs one at a time among those that share it; a failed one makes room', async () => {
    const opened = Promise.withResolvers<void>();
    let broken = true;
    const openJournal = async () => {
      await opened.promise;
      if (broken) throw new Error('no journal');
      return shop.openJournal();
    };
    const { board, partitions, clock, send, sql } = shop;
    const parts = { board, partitions, clock, send, sql, openJournal };
    const searches = new RefusalSearch(parts);
    const first = keys(searches, stranger);
    expect(await keys(searches, stranger)).toBeNull();
    expect(await keys(new RefusalSearch(shop), stranger)).not.toBeNull();
    opened.resolve();
    await expect(first).rejects.toThrow('no journal');
    broken = false;
    expect(await keys(searches, stranger)).not.toBeNull();
  });
});
