import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Positions } from '../../actors/memory/positions.ts';
import { type Command, code, refusal } from '../../actors/protocol.ts';
import { sha256 } from '../../actors/sha256.ts';
import { ShopRig } from '../testing/shop-rig.ts';
import { createItem, newItemSchema } from './create-item.ts';
import { draftPromo, editPromo, newPromoSchema, removePromo } from './draft-promo.ts';
import { editItem } from './edit-item.ts';
import { checkInput } from './input.ts';
import { lostRows, lostText } from './lost-rows.ts';
import { refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';
import { isPublished } from './promo-state.ts';
import { publishPromo } from './publish-promo.ts';
import { readItem } from './read-item.ts';
import { restock } from './restock.ts';
import { boardStatementOf, statementOf } from './statement.ts';

let shop: ShopRig;

beforeAll(async () => {
  shop = await ShopRig.start();
});

afterAll(() => shop.remove());

const lamp = {
  ...{ title: 'Lamp', description: 'Warm.', price: 4_200, stock: 3, imageUrl: null },
  ...{ normalSale: true, limitPerUser: 5, hidden: false },
};
const terms = () => ({
  ...{ name: 'Midnight', price: 100, startAt: shop.now, endAt: shop.now + 60_000 },
  ...{ limitPerUser: 1, gateFactor: 5, payWindowSeconds: 900, admitSeconds: 300 },
  ...({ captcha: true, queue: 'off', queueOpenAt: null } as const),
});

/** The ids of the first page of items, newest first. */
async function newest(): Promise<number[]> {
  const page = await shop.lists.page({ sort: 'newest', search: null, cursor: null });
  return page!.items.map(({ id }) => id);
}

/** The shop with some of its parts replaced. */
function shopWith(others: Partial<ShopParts>): ShopParts {
  const { board, positions, partitions, engines, refusals, clock, steadyClock } = shop;
  const { send, openJournal, sql, catalog, webhooks } = shop;
  const own = { board, positions, partitions, engines, refusals, clock, steadyClock };
  return { ...own, send, openJournal, sql, catalog, webhooks, ...others };
}

/** Makes an item and returns its id. */
async function newItem(): Promise<number> {
  const { value } = await createItem(shop, lamp, 'admin');
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
    const silent = {
      code: code.outcomeUnknown,
      repeated: false,
      order: null,
      standing: null,
      about: 0,
    };
    const parts = shopWith({ send: async () => silent });
    expect(await createItem(parts, lamp, 'admin')).toEqual(refuse(code.outcomeUnknown));
    const [id] = await shop.sql.catalog.search(lamp.title, 1);
    expect(await readItem(shop, id!)).toBeNull();
    expect(await newest()).not.toContain(id!);
  });
});

describe('an attempt that is made again', () => {
  test('finds the item that it has made, opened or not, and makes no other', async () => {
    const unheard = shopWith({ send: async () => refusal(code.outcomeUnknown) });
    const first = await createItem(unheard, lamp, 'admin', 'attempt 1');
    expect(first).toEqual(refuse(code.outcomeUnknown));
    const { value: id } = await createItem(shop, lamp, 'admin', 'attempt 1');
    expect((await readItem(shop, id!))!.row).toMatchObject({ loaded: 3, left: 3 });
    // Its answer was lost, and the merchant has changed it since.
    await editItem(shop, id!, { price: 4_100, title: 'Another lamp' }, 'admin');
    expect(await createItem(shop, lamp, 'admin', 'attempt 1')).toEqual({
      value: id!,
      refused: null,
    });
    expect((await readItem(shop, id!))!.row).toMatchObject({ loaded: 3, left: 3, price: 4_100 });
    const { value: other } = await createItem(shop, lamp, 'admin', 'attempt 2');
    expect(other).toBe(id! + 1);
  });

  test('finds the promo that it has drafted', async () => {
    const itemId = await newItem();
    const draft = (attempt: string) => draftPromo(shop, { itemId, ...terms() }, attempt);
    const { value: first } = await draft('attempt 3');
    expect(await draft('attempt 3')).toEqual({ value: first!, refused: null });
    expect((await draft('attempt 4')).value!.id).not.toBe(first!.id);
  });
});

describe('publishing', () => {
  test('whose outcome is unknown fixes the terms, and goes on with the same secret', async () => {
    const itemId = await newItem();
    const { value: draft } = await draftPromo(shop, { itemId, ...terms(), queue: 'draw' });
    const sent: Command[] = [];
    const unheard = shopWith({
      send: async (command) => {
        sent.push(command);
        return refusal(code.outcomeUnknown);
      },
    });
    for (let times = 0; times < 2; times++) {
      const { refused } = await publishPromo(unheard, draft!.id, 'admin');
      expect(refused).toBe(code.outcomeUnknown);
    }
    const [first, second] = sent;
    const secret = first?.type === 'publish' ? first.secret! : '';
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toEqual(first!);
    const changed = await editPromo(shop, draft!.id, { price: 1 });
    expect(changed).toMatchObject({ wrong: null, refused: code.wrongState });
    expect((await removePromo(shop, draft!.id)).refused).toBe(code.wrongState);
    const { value: promo } = await publishPromo(shop, draft!.id, 'admin');
    expect(promo!.drawCommitment).toBe(sha256(secret));
    expect(shop.board.read(itemId)).toMatchObject({ promo: draft!.id, promoPrice: 100 });
  });

  test('that was refused lets the terms go', async () => {
    const itemId = await newItem();
    const { value: draft } = await draftPromo(shop, { itemId, ...terms() });
    for (const answer of [code.tooBusy, code.journalUnavailable, code.wrongState]) {
      const refusing = shopWith({ send: async () => refusal(answer) });
      expect((await publishPromo(refusing, draft!.id, 'admin')).refused).toBe(answer);
      const { wrong } = await editPromo(shop, draft!.id, { price: answer });
      expect(wrong).toBeNull();
      expect((await shop.sql.catalog.promo(draft!.id))!.price).toBe(answer);
    }
  });
});

describe('a promo', () => {
  test('sells nothing as a draft, and is known to the actor once published', async () => {
    const itemId = await newItem();
    const { value: draft } = await draftPromo(shop, { itemId, ...terms() });
    expect(draft).toMatchObject({ itemId, payWindowS: 900, publishedAt: null });
    expect(isPublished(draft!, shop.board)).toBe(false);
    for (let times = 0; times < 2; times++) {
      expect(await publishPromo(shop, draft!.id, 'admin')).toEqual({
        value: draft!,
        refused: null,
      });
    }
    expect(shop.board.read(itemId)).toMatchObject({ promo: draft!.id, promoPrice: 100 });
    expect(isPublished(draft!, shop.board)).toBe(true);
  });

  test('that is missing, or whose item is missing, is refused', async () => {
    const draft = { itemId: 99_999, ...terms() };
    expect((await draftPromo(shop, draft)).refused).toBe(code.notFound);
    expect((await publishPromo(shop, 99_999, 'admin')).refused).toBe(code.notFound);
  });

  test('is refused by the actor while another runs, and when it is over', async () => {
    const itemId = await newItem();
    const [first, second] = [
      await draftPromo(shop, { itemId, ...terms() }),
      await draftPromo(shop, { itemId, ...terms() }),
    ];
    await publishPromo(shop, first.value!.id, 'admin');
    expect((await publishPromo(shop, second.value!.id, 'admin')).refused).toBe(code.wrongState);
    shop.now += 60_000;
    expect((await publishPromo(shop, second.value!.id, 'admin')).refused).toBe(code.ended);
  });
});

describe('a number that SQL has lost and the journal knows', () => {
  const lampOf = async (id: number) => (await readItem(shop, id))!.row;

  test('is named, never given again, and its units stay its own', async () => {
    const lost = await newItem();
    const { value: promo } = await draftPromo(shop, { itemId: lost, ...terms() });
    await publishPromo(shop, promo!.id, 'admin');
    await shop.forget('items', lost);
    await shop.forget('promos', promo!.id);
    expect(await lostRows(shop)).toEqual({ items: [lost], promos: [promo!.id] });
    const next = await newItem();
    expect(next).toBeGreaterThan(lost);
    expect(await lampOf(next)).toMatchObject({ loaded: 3, left: 3, promo: 0 });
    const { value: other } = await draftPromo(shop, { itemId: next, ...terms() });
    expect(other!.id).toBeGreaterThan(promo!.id);
    expect(await readItem(shop, lost)).toBeNull();
  });

  test('is passed over where only the actor still knows of it, and no row is left under it', async () => {
    const lost = await newItem();
    await shop.forget('items', lost);
    // A board that another engine has written nothing to yet: the actor alone can tell.
    const { board } = shop;
    const behind = { lastItem: () => lost - 1 };
    const parts = shopWith({ board: Object.assign(Object.create(board), behind) });
    const { value: next } = await createItem(parts, lamp, 'admin');
    expect(next).toBe(lost + 1);
    expect(await shop.sql.catalog.item(lost)).toBeNull();
    expect(await lampOf(next!)).toMatchObject({ loaded: 3, left: 3 });
  });

  test('may be any number until the journal is read: nothing is made before', async () => {
    const last = async () => (await shop.sql.catalog.search(lamp.title, 1))[0]!;
    const before = await last();
    const positions = new Positions(new SharedArrayBuffer(Positions.bytes));
    const parts = shopWith({ positions });
    expect(await createItem(parts, lamp, 'admin')).toEqual(refuse(code.journalUnavailable));
    const draft = await draftPromo(parts, { itemId: before, ...terms() });
    expect(draft).toEqual(refuse(code.journalUnavailable));
    expect(await last()).toBe(before);
    // A damaged journal must not end the making of items for good.
    positions.setMode(0, 'refusing');
    expect((await createItem(parts, lamp, 'admin')).refused).toBeNull();
  });

  test('is one of a list that stays short enough to be read', () => {
    expect(lostText({ items: [], promos: [] })).toBeNull();
    expect(lostText({ items: [4], promos: [2, 7] })).toBe(
      'SQL has no row for item 4 and promos 2, 7, which the journal knows: restore them; their numbers are not given again',
    );
    const many = Array.from({ length: 500 }, (_, index) => index + 1);
    expect(lostText({ items: many, promos: [] })).toContain('items 1, 2, 3');
    expect(lostText({ items: many, promos: [] })).toContain('and 480 more');
  });
});

describe('a delivery', () => {
  test('adds its units, once for each key', async () => {
    const id = await newItem();
    for (let times = 0; times < 2; times++) {
      const delivery = { units: 4, key: 'van 7' };
      expect(await restock(shop, id, delivery, 'admin')).toEqual({ value: id, refused: null });
    }
    for (let times = 0; times < 2; times++) await restock(shop, id, { units: 1 }, 'admin');
    expect(shop.board.read(id)).toMatchObject({ loaded: 9, left: 9 });
  });

  test('to a missing item is refused', async () => {
    for (const id of [0, 99_999]) {
      expect((await restock(shop, id, { units: 1 }, 'admin')).refused).toBe(code.notFound);
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
      ...{ itemId: id, loaded: 3, sold: 0, held: 2, left: 1, admitted: 0, waiting: 0 },
      ...{ refused: { [code.outOfStock]: 1 }, journalSeq: seq, sqlSeq: 0, replicaSeq: 0 },
    };
    expect(statementOf(shop, id)).toEqual(statement);
    expect(boardStatementOf(shop, id)).toMatchObject({ ...statement, orders: 1, mode: 'ready' });
  });

  test('has who waits, who may still buy, and how many more the gate has room for', async () => {
    const id = await newItem();
    const promo = 901;
    await shop.send({
      ...{ type: 'publish', item: id, promo, price: 1, startAt: shop.now, endAt: shop.now + 9_000 },
      ...{ limit: 1, gateFactor: 1, payWindowMs: 1_000, queue: 'fifo', admitMs: 5_000 },
      queueOpenAt: shop.now,
    });
    const join = (user: number) => shop.send({ type: 'join', item: id, user, promo, nonce: user });
    await join(1);
    expect(boardStatementOf(shop, id)).toMatchObject({ outstanding: 1, room: 2, waiting: 0 });
    for (const user of [2, 3, 4, 5]) await join(user);
    expect(boardStatementOf(shop, id)).toMatchObject({ outstanding: 3, room: 0, waiting: 2 });
    expect(statementOf(shop, id)).toMatchObject({ admitted: 3, waiting: 2 });
  });

  test('tells an operator how old the oldest order is that SQL and the replica lack', async () => {
    const id = await newItem();
    const { positions } = shop;
    const seq = positions.get(0, 'journalSeq');
    const behind = () => {
      const { sqlBehind, replicaBehind } = boardStatementOf(shop, id);
      return { sqlBehind, replicaBehind };
    };
    positions.reached(0, 'sql', seq);
    expect(behind()).toEqual({ sqlBehind: { entries: 0, ms: 0 }, replicaBehind: null });
    // A replica that is away from the start, and what was journaled since.
    positions.set(0, 'replicaSilent', 1);
    positions.set(0, 'startSeq', seq);
    positions.noteEntry(0, seq + 1, shop.clock() - 2_500);
    positions.set(0, 'journalSeq', seq + 1);
    const lag = { entries: 1, ms: 2_500 };
    expect(behind()).toEqual({ sqlBehind: lag, replicaBehind: lag });
    positions.set(0, 'journalSeq', seq);
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
