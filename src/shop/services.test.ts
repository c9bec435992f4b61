import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { code } from '../../actors/protocol.ts';
import { ShopRig } from '../testing/shop-rig.ts';
import { createItem, newItemSchema } from './create-item.ts';
import { draftPromo, newPromoSchema } from './draft-promo.ts';
import { checkInput } from './input.ts';
import { listItems } from './list-items.ts';
import { isPublished, publishPromo } from './publish-promo.ts';
import { readItem } from './read-item.ts';
import { restock } from './restock.ts';
import { boardStatementOf, statementOf } from './statement.ts';

let shop: ShopRig;

beforeAll(async () => {
  shop = await ShopRig.start();
});

afterAll(() => shop.remove());

const lamp = { title: 'Lamp', description: 'Warm.', price: 4_200, stock: 3, imageUrl: null };
const terms = () => ({
  ...{ name: 'Midnight', price: 100, startAt: shop.now, endAt: shop.now + 60_000 },
  ...{ limitPerUser: 1, gateFactor: 5, payWindowSeconds: 900, captcha: true },
});

/** The ids of the first page of items, newest first. */
async function newest(): Promise<number[]> {
  const page = await listItems(shop, { sort: 'newest', search: null, cursor: null });
  return page!.items.map(({ id }) => id);
}

/** Makes an item and returns its id. */
async function newItem(): Promise<number> {
  const { value } = await createItem(shop, lamp);
  return value!;
}

describe('making an item', () => {
  test('puts it on sale at once, where everyone finds it', async () => {
    const id = await newItem();
    const open = (await readItem(shop, id))!;
    expect(open.item).toMatchObject({ title: 'Lamp', price: 4_200, createdAt: shop.now });
    expect(open.row).toMatchObject({ loaded: 3, left: 3, price: 4_200, promo: 0 });
    expect((await newest())[0]).toBe(id);
  });

  test('fails when its actor does not take it: the code says why', async () => {
    const silent = { code: code.outcomeUnknown, repeated: false, order: null, nonce: 0 };
    const parts = { catalog: shop.catalog, clock: shop.clock, send: async () => silent };
    expect(await createItem(parts, lamp)).toEqual({ value: null, refused: code.outcomeUnknown });
    const [id] = await shop.sql.catalog.search(lamp.title, 1);
    expect(await readItem(shop, id!)).toBeNull();
    expect(await newest()).not.toContain(id!);
  });
});

describe('a promo', () => {
  test('sells nothing as a draft, and is known to the actor once published', async () => {
    const itemId = await newItem();
    const { value: draft } = await draftPromo(shop, { itemId, ...terms() });
    expect(draft).toMatchObject({ itemId, payWindowS: 900, publishedAt: null });
    expect(isPublished(draft!, shop.board.read(itemId))).toBe(false);
    for (let times = 0; times < 2; times++) {
      expect(await publishPromo(shop, draft!.id)).toEqual({ value: draft!, refused: null });
    }
    expect(shop.board.read(itemId)).toMatchObject({ promo: draft!.id, promoPrice: 100 });
    expect(isPublished(draft!, shop.board.read(itemId))).toBe(true);
  });

  test('that is missing, or whose item is missing, is refused', async () => {
    const draft = { itemId: 99_999, ...terms() };
    expect((await draftPromo(shop, draft)).refused).toBe(code.notFound);
    expect((await publishPromo(shop, 99_999)).refused).toBe(code.notFound);
  });

  test('is refused by the actor while another runs, and when it is over', async () => {
    const itemId = await newItem();
    const [first, second] = [
      await draftPromo(shop, { itemId, ...terms() }),
      await draftPromo(shop, { itemId, ...terms() }),
    ];
    await publishPromo(shop, first.value!.id);
    expect((await publishPromo(shop, second.value!.id)).refused).toBe(code.wrongState);
    shop.now += 60_000;
    expect((await publishPromo(shop, second.value!.id)).refused).toBe(code.ended);
  });
});

describe('a delivery', () => {
  test('adds its units, once for each key', async () => {
    const id = await newItem();
    for (let times = 0; times < 2; times++) {
      const delivery = { units: 4, key: 'van 7' };
      expect(await restock(shop, id, delivery)).toEqual({ value: id, refused: null });
    }
    for (let times = 0; times < 2; times++) await restock(shop, id, { units: 1 });
    expect(shop.board.read(id)).toMatchObject({ loaded: 9, left: 9 });
  });

  test('to a missing item is refused', async () => {
    for (const id of [0, 99_999]) {
      expect((await restock(shop, id, { units: 1 })).refused).toBe(code.notFound);
    }
  });
});

describe('a statement', () => {
  test('has the books from the actor, and how far journal and SQL have come', async () => {
    const id = await newItem();
    await shop.send({
      ...{ type: 'place', item: id, user: 1, promo: 0, amount: 2, nonce: 1 },
      expiresAt: 9_999_999,
    });
    shop.board.count(id, code.outOfStock);
    const seq = shop.partition.journal.stored.length;
    const statement = {
      ...{ itemId: id, loaded: 3, sold: 0, held: 2, left: 1, admitted: 0 },
      ...{ refused: { [code.outOfStock]: 1 }, journalSeq: seq, sqlSeq: 0, replicaSeq: 0 },
    };
    expect(statementOf(shop, id)).toEqual(statement);
    expect(boardStatementOf(shop, id)).toMatchObject({ ...statement, orders: 1, mode: 'ready' });
  });
});

describe('an input', () => {
  test('is the value its schema makes of it, or names every wrong field', () => {
    const given = { ...lamp, title: ' Lamp ', imageUrl: undefined };
    expect(checkInput(newItemSchema, given).value).toEqual(lamp);
    const { title: _, ...rest } = { ...lamp, price: -1 };
    expect(checkInput(newItemSchema, rest).wrong).toEqual({
      title: 'is missing',
      price: 'must be an integer from 0 to 1000000000',
    });
    const times = { startAt: '2026-11-27T20:00:00Z', endAt: '2026-11-27T20:00:00+08:00' };
    const promo = { itemId: 1, name: 'Midnight', price: 1, ...times };
    expect(checkInput(newPromoSchema, promo).wrong).toEqual({ endAt: 'must be after startAt' });
  });
});
