/** Senders that share a journal and SQL, with a receiver in memory. */
import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { Event } from '../../actors/events.ts';
import { chainStart, encodeEntry, entryHash } from '../../actors/journal/codec.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { openJournal } from '../../actors/journal/open.ts';
import { logAt } from '../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../../actors/testing/process.ts';
import type { OrderRow } from '../db/rows.ts';
import { type Sql, SqlUnavailable } from '../db/sql.ts';
import type { Webhooks } from '../db/webhooks.ts';
import { orderKey } from '../order-id.ts';
import { type SqlFixture, sqliteFixture } from '../testing/sql-fixture.ts';
import { answerOf } from '../testing/webhook-journal.ts';
import type { Answer } from './answer.ts';
import type { Message } from './delivery.ts';
import { RowsMissing } from './facts.ts';
import { WebhookFigures } from './figures.ts';
import { Sender, type SenderParts } from './sender.ts';
import { webhookTerms } from './terms.ts';

let folder: TemporaryFolder;
let fixture: SqlFixture;
let sql: Sql;
let journal: Journal;
let tail: { seq: number; hash: string };
/** Ids with their types, in the order in which they arrived. */
let arrived: string[];
let now: number;

beforeEach(async () => {
  folder = temporaryFolder();
  fixture = await sqliteFixture();
  sql = await fixture.open();
  arrived = [];
  now = 1_000;
  await openAt('journal');
});

afterEach(async () => {
  await journal.close();
  await fixture.remove();
  folder.remove();
});

async function openAt(name: string): Promise<void> {
  journal = await openJournal(logAt(folder.file(name)), 1);
  tail = { seq: 0, hash: chainStart };
}

/** Appends an entry of one event for each. */
async function append(...events: Event[]): Promise<void> {
  for (const event of events) {
    const head = { partition: 0, seq: tail.seq + 1, prev: tail.hash, writer: 'test', at: 1_000 };
    const bytes = encodeEntry(head, [JSON.stringify(event)]);
    await journal.append(0, tail.seq, bytes);
    tail = { seq: head.seq, hash: entryHash(bytes) };
  }
}

function placed(n: number): Event {
  return { type: 'placed', item: 8, n, user: n, promo: 0, amount: 1, price: 5, nonce: n };
}
const paid = (n: number): Event => ({ type: 'paid', item: 8, n, amount: 1, placedAt: 1_000 });

const take = (message: Message): Answer => {
  arrived.push(`${message.type} ${message.orderId?.split('-').at(-1)}`);
  return answerOf('delivered');
};

/** The rows of orders that were placed. */
const rows = (keys: readonly number[]) =>
  keys.map((key) => ({ key, ...{ status: 'paid', createdAt: 1_000, promoId: 0 } }) as OrderRow);

function senderWith(parts: Partial<SenderParts> = {}): Sender {
  return new Sender({
    journal,
    sql: { ...sql, orders: { ...sql.orders, byKeys: async (keys) => rows(keys) } },
    partitions: 1,
    terms: webhookTerms,
    receiver: 'a receiver',
    figures: new WebhookFigures(new SharedArrayBuffer(WebhookFigures.bytes)),
    clock: () => now,
    random: () => 0.5,
    post: async (message) => take(message),
    owns: () => true,
    isLeased: () => true,
    upTo: () => tail.seq,
    beginsAt: () => 0,
    onProgress: () => undefined,
    log: () => undefined,
    ...parts,
  });
}

async function checkpoint(): Promise<number> {
  return (await sql.webhooks.partitions())[0]?.seq ?? -1;
}

const untilArrived = (count: number) =>
  waitUntil(`${count} have arrived`, () => arrived.length >= count);

test('a sender that was frozen writes nothing of a partition that another has taken, and lets it go', async () => {
  await append(placed(1), paid(1));
  let owner = 'first';
  let isAnswering = true;
  const held = Promise.withResolvers<void>();
  const first = senderWith({
    owns: () => owner === 'first',
    post: async (message) => {
      if (!isAnswering) await held.promise;
      return take(message);
    },
  });
  await first.round();
  await untilArrived(2);
  // It has not written what it did when it freezes, with another event under way.
  isAnswering = false;
  await append(placed(2), paid(2));
  await first.round();
  const second = senderWith({ owns: () => owner === 'second' });
  owner = 'second';
  await second.round();
  await untilArrived(6);
  await second.record();
  expect(await checkpoint()).toBe(4);
  held.resolve();
  await untilArrived(8);
  await first.round();
  await append(placed(3));
  await first.round();
  await second.round();
  await untilArrived(9);
  expect(await checkpoint()).toBe(4);
  const ofOrder = (n: number) => arrived.filter((each) => each.endsWith(` ${n}`));
  const whole = (n: number) => [`order.placed ${n}`, `order.paid ${n}`];
  expect(ofOrder(1)).toEqual([...whole(1), ...whole(1)]);
  // What it knew of arrives late, and again.
  expect(ofOrder(2)).toEqual([...whole(2), ...whole(2)]);
  expect(ofOrder(3)).toEqual(['order.placed 3']);
});

test('what SQL could not be told is told with what comes next', async () => {
  await append(placed(1), placed(2));
  let isAway = true;
  const { webhooks: kept } = sql;
  const webhooks: Webhooks = {
    take: (...asked) => kept.take(...asked),
    prune: (...asked) => kept.prune(...asked),
    wishes: () => kept.wishes(),
    wish: (...asked) => kept.wish(...asked),
    byId: (id) => kept.byId(id),
    partitions: () => kept.partitions(),
    counts: () => kept.counts(),
    list: (list) => kept.list(list),
    record: async (...told) => {
      if (isAway) throw new SqlUnavailable('SQL is away');
      return await kept.record(...told);
    },
  };
  const sender = senderWith({
    sql: { ...sql, webhooks },
    post: async (message) => (message.seq === 1 ? answerOf('refused') : take(message)),
  });
  await sender.round();
  await untilArrived(1);
  await expect(sender.record()).rejects.toThrow(SqlUnavailable);
  expect(await checkpoint()).toBe(0);
  isAway = false;
  await sender.record();
  expect(await checkpoint()).toBe(2);
  expect(await sql.webhooks.counts()).toEqual({ waiting: 1, delivered: 1, givenUp: 0 });
});

test('an event whose order SQL does not have waits for it, and nothing is passed over', async () => {
  await append(placed(1), paid(1), placed(2));
  let isFilled = false;
  const byKeys = async (keys: readonly number[]) => (isFilled ? rows(keys) : []);
  const sender = senderWith({ sql: { ...sql, orders: { ...sql.orders, byKeys } } });
  await expect(sender.round()).rejects.toThrow(RowsMissing);
  await expect(sender.round()).rejects.toThrow(`order ${orderKey(8, 1)}`);
  isFilled = true;
  await sender.round();
  await untilArrived(3);
  expect(arrived.toSorted()).toEqual(['order.paid 1', 'order.placed 1', 'order.placed 2']);
});

test('an event that is not durable yet is not told', async () => {
  await append(placed(1), placed(2));
  let upTo = 1;
  const sender = senderWith({ upTo: () => upTo });
  await sender.round();
  await untilArrived(1);
  upTo = 2;
  await sender.round();
  await untilArrived(2);
  expect(arrived).toEqual(['order.placed 1', 'order.placed 2']);
});

test('a journal that is not the one that was told waits for the merchant, and goes on from its end', async () => {
  await append(placed(1), placed(2));
  const before = senderWith();
  await before.round();
  await untilArrived(2);
  await before.record();
  await journal.close();
  for (const name of ['shorter', 'other']) {
    await openAt(name);
    await append(paid(7), ...(name === 'other' ? [paid(8), paid(9)] : []));
    const figures = new WebhookFigures(new SharedArrayBuffer(WebhookFigures.bytes));
    const sender = senderWith({ figures });
    await sender.round();
    await sender.record();
    expect([name, figures.get('differing'), await checkpoint()]).toEqual([name, 1, 2]);
    expect(await sql.webhooks.partitions()).toMatchObject([{ differs: true }]);
    if (name === 'shorter') {
      await journal.close();
      continue;
    }
    await sql.webhooks.wish([{ partition: 0, kind: 'goOn', about: null }]);
    await sender.heed();
    await append(placed(3));
    await sender.round();
    await untilArrived(3);
    await sender.record();
    expect(await sql.webhooks.partitions()).toMatchObject([{ differs: false, seq: tail.seq }]);
    expect(await sql.webhooks.wishes()).toEqual([]);
  }
  expect(arrived.at(-1)).toBe('order.placed 3');
});

test('while a receiver takes nothing, no more is read than there is room for, and nothing is lost', async () => {
  const terms = { ...webhookTerms, windowMax: 10, inFlightMax: 4, downAfter: 4 };
  await append(...Array.from({ length: 40 }, (_, index) => placed(index + 1)));
  let isWell = false;
  const figures = new WebhookFigures(new SharedArrayBuffer(WebhookFigures.bytes));
  const sender = senderWith({
    ...{ terms, figures },
    post: async (message) => (isWell ? take(message) : answerOf('unreachable')),
  });
  for (let round = 0; round < 20; round++) {
    await sender.round();
    await sender.record();
    now += 50;
  }
  const held = figures.get('open') + figures.get('waiting');
  expect([figures.get('down'), held < 20, (await checkpoint()) < 10]).toEqual([1, true, true]);
  isWell = true;
  await waitUntil('all have arrived', async () => {
    now += 60_000;
    await sender.round();
    return arrived.length === 40;
  });
  await sender.record();
  expect([await checkpoint(), new Set(arrived).size]).toEqual([40, 40]);
});
