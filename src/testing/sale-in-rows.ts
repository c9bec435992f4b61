/** A sale with every command that a merchant, a buyer and a payment provider can give. */
import { openJournal } from '../../actors/journal/open.ts';
import type { Command, Control, Publish } from '../../actors/protocol.ts';
import { logAt } from '../../actors/testing/log.ts';
import type { TemporaryFolder } from '../../actors/testing/process.ts';
import { openSql } from '../db/open.ts';
import { Projector } from '../projector/projector.ts';
import { fillCatalogue } from './projected-rows.ts';
import { playScript, type Script, salePartitions, saleStartsAt } from './script-player.ts';

/** Texts as others choose them: each has something that a list, a quotation or a number may stumble over. */
const [comma, nothing, quote, braces] = ['pay,{1}', 'NULL', "o'clock;--", '{}'] as const;
const key = { by: 'the "key" \\ 钥匙, {1}' };
const secret = '5e'.repeat(32);

const second = 1_000;

/**
 * Item 1 is sold at its normal price, and everything that can happen to money happens. Item 2 has promos:
 * 1 with a draw, 2 that is withdrawn, 3 that stays paused. Item 3 is given away.
 */
export const saleInRows: Script = [
  [0, { type: 'open', item: 1, price: 1_000, units: 20, limit: 3, ...key }],
  [1, ...[1, 2, 3, 4, 5].map((user) => order(1, 0, user, 1))],
  [2, pay(1, comma), pay(2, nothing), cancel(3)],
  [3, refund(1, true, comma), refund(2, false, nothing)],
  [4, pay(3, quote), pay(4, 'p4', 999), pay(99, braces), pay(5, 'p5')],
  [5, pay(5, 'p5-again'), { type: 'settle', item: 1, due: 1, reference: comma, ...key }],
  [6, { type: 'settle', item: 1, due: 3, reference: '' }],
  [7, { type: 'edit', item: 1, price: 1_100, normalSale: false, texts: 1, ...key }],
  [8, { type: 'edit', item: 1, limit: 7, texts: 0 }],
  [9, { type: 'withdrawUnits', item: 1, units: 3, key: 5, ...key }],
  [10, { type: 'restock', item: 1, units: 2, key: 6, ...key }],
  [11, order(1, 0, 9, 1)],

  [0, { type: 'open', item: 2, price: 300, units: 6, normalSale: false }],
  [1, publish(1, 1 * second, 10 * second), publish(2, 20 * second, 30 * second, 'fifo')],
  [1, publish(3, 40 * second, 50 * second, 'off')],
  [2, ...[1, 2, 3, 4].map((user) => join(user)), { type: 'leave', item: 2, user: 2, promo: 1 }],
  [3, join(2, 22), join(5)],
  [1 * second, order(2, 1, 1, 1)],
  [1 * second + 1, join(6), control('pause', 1)],
  [2 * second, control('resume', 1), { type: 'pay', item: 2, n: 1, user: 1 }],
  [3 * second, { type: 'extend', item: 2, promo: 1, endAt: saleStartsAt + 15 * second, ...key }],
  [4 * second, control('end', 1), control('withdrawPromo', 2)],
  [41 * second, control('pause', 3)],

  [0, { type: 'open', item: 3, price: 5, units: 3 }],
  [1, { ...publish(4, 2, 60 * second, 'off'), item: 3, price: 0 }],
  [2, order(3, 4, 1, 2)],
  [3, order(3, 4, 2, 1)],
  [61 * second, { type: 'tally', item: 3, seen: 4, count: 1, amount: 1 }],
];

/** Plays the sale into a real journal, with its catalogue in SQL; nothing is projected yet. */
export async function playSaleInRows(
  folder: TemporaryFolder,
  databaseUrl: string | null = null,
): Promise<void> {
  const journal = await openJournal(logAt(folder.file('journal')), salePartitions);
  await playScript(journal, saleInRows);
  await journal.close();
  const sql = await openSql({ databaseUrl, dataDir: folder.path });
  await fillCatalogue(sql, { items: 3, promos: [2, 2, 2, 3] });
  await sql.close();
}

/** Projects what there is, by transactions as small as can be; `after` is called after each. */
export async function projectSale(
  folder: TemporaryFolder,
  after: () => Promise<void> = async () => undefined,
  databaseUrl: string | null = null,
): Promise<void> {
  const journal = await openJournal(logAt(folder.file('journal')), salePartitions, {
    readonly: true,
  });
  const sql = await openSql({ databaseUrl, dataDir: folder.path });
  const { projection } = sql;
  const projector = new Projector({
    journal,
    projection,
    partitions: salePartitions,
    batchEvents: 1,
  });
  for (let partition = 0; partition < salePartitions; partition++) {
    while ((await projector.step(partition)) > 0) await after();
  }
  await sql.close();
  await journal.close();
}

function order(item: number, promo: number, user: number, amount: number): Command {
  return { type: 'place', item, user, promo, amount, nonce: 100 * user, expiresAt: 2e9 };
}

function pay(n: number, reference: string, amountMinor = 1_000): Command {
  return { type: 'pay', item: 1, n, user: 0, amountMinor, reference, by: 'webhook' };
}

function cancel(n: number): Command {
  return { type: 'cancel', item: 1, n, user: 0, ...key };
}

function refund(n: number, back: boolean, reference: string): Command {
  return { type: 'refund', item: 1, n, amountMinor: -1, back, reference, ...key };
}

function join(user: number, nonce = 10 + user): Command {
  return { type: 'join', item: 2, user, promo: 1, nonce };
}

function control(type: Control['type'], promo: number): Command {
  return { type, item: 2, promo, ...key };
}

function publish(
  promo: number,
  fromMs: number,
  toMs: number,
  queue: Publish['queue'] = 'draw',
): Publish {
  const times = { startAt: saleStartsAt + fromMs, endAt: saleStartsAt + toMs };
  const terms = { price: 500, limit: 2, gateFactor: 2, payWindowMs: 60 * second };
  const drawn = queue === 'draw' ? { secret } : {};
  const queues = { queue, admitMs: 20 * second, queueOpenAt: saleStartsAt, ...drawn };
  return { type: 'publish', item: 2, promo, ...times, ...terms, ...queues, ...key };
}
