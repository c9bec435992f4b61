/** A small sale with a bit of everything, in a real journal and in SQL. */

import type { Journal } from '../../actors/journal/journal.ts';
import { openJournal } from '../../actors/journal/open.ts';
import type { Command } from '../../actors/protocol.ts';
import { logAt } from '../../actors/testing/log.ts';
import type { TemporaryFolder } from '../../actors/testing/process.ts';
import { openSql, type SqlSettings } from '../db/open.ts';
import { Projector } from '../projector/projector.ts';
import { anybody, noQueue } from './drafts.ts';
import { playScript, type Script, salePartitions, saleStartsAt } from './script-player.ts';

const minuteMs = 60_000;

/** Item 1, in partition 1, is sold under promo 1; item 2, in partition 2, at its normal price. */
const script: Script = [
  [0, { type: 'open', item: 1, price: 1_000, units: 10 }],
  [0, { type: 'open', item: 2, price: 300, units: 5 }],
  [1, publish()],
  [2, place(1), place(2), place(3), place(4, 2)],
  [3, { type: 'place', item: 2, user: 1, promo: 0, amount: 1, nonce: 7, expiresAt: 2e9 }],
  [4, pay(1), { type: 'cancel', item: 1, n: 2, user: 0 }],
  [5, { type: 'join', item: 1, user: 9, promo: 1, nonce: 900 }, place(5, 2), place(6, 2)],
  [6, place(7, 2)],
  [7, { type: 'tally', item: 1, seen: 6, count: 3, amount: 1 }],
  [2 * minuteMs, pay(3)],
  [2 * minuteMs + 1, { type: 'restock', item: 1, units: 5, key: 77 }],
];

function publish(): Command {
  const times = { startAt: saleStartsAt, endAt: saleStartsAt + 60 * minuteMs };
  const terms = { promo: 1, price: 500, limit: 2, gateFactor: 5, payWindowMs: minuteMs };
  return { type: 'publish', item: 1, ...terms, ...times };
}

/** An order of item 1 by a user, with the purchase token `nonce = 100 × user`. */
function place(user: number, amount = 1): Command {
  return { type: 'place', item: 1, user, promo: 1, amount, nonce: 100 * user, expiresAt: 2e9 };
}

function pay(n: number): Command {
  return { type: 'pay', item: 1, n, user: 0 };
}

/** Plays the sale with the real actor into a real journal, and projects it into SQL: SQLite, or a URL's. */
export async function playSale(
  folder: TemporaryFolder,
  databaseUrl: string | null = null,
): Promise<void> {
  const journal = await openJournal(logAt(folder.file('journal')), salePartitions);
  await playScript(journal, script);
  await project({ databaseUrl, dataDir: folder.path }, journal);
  await journal.close();
}

async function project(settings: SqlSettings, journal: Journal): Promise<void> {
  const sql = await openSql(settings);
  const times = { startAt: saleStartsAt, endAt: saleStartsAt + 60 * minuteMs };
  for (const price of [1_000, 300]) {
    const texts = { title: 'Something', description: '', imageUrl: null };
    await sql.catalog.createItem({ ...texts, price, createdAt: saleStartsAt, ...anybody });
  }
  const terms = { price: 500, limitPerUser: 2, gateFactor: 5, payWindowS: 60, captcha: false };
  await sql.catalog.createPromo({ itemId: 1, name: 'A promo', ...terms, ...noQueue, ...times });
  const { projection } = sql;
  await new Projector({ journal, projection, partitions: salePartitions }).catchUp();
  await sql.close();
}
