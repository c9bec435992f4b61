/** A small sale by hand in which everything happens that an item's actor can decide. */
import { openJournal } from '../../actors/journal/open.ts';
import type { Command, Publish } from '../../actors/protocol.ts';
import { logAt } from '../../actors/testing/log.ts';
import type { TemporaryFolder } from '../../actors/testing/process.ts';
import { playScript, type Script, salePartitions, saleStartsAt } from './script-player.ts';

const item = 1;
const secondMs = 1_000;
const minuteMs = 60 * secondMs;

type PromoTerms = Omit<Publish, 'type' | 'item' | 'startAt' | 'endAt'>;

/** The draw's secret: with it, users 2, 1, 4 and 3 are drawn in this order. */
const secret = '5a'.repeat(32);

const drawn: PromoTerms = {
  ...{ promo: 1, price: 500, limit: 1, gateFactor: 1, payWindowMs: minuteMs },
  ...{ queue: 'draw', admitMs: 10 * secondMs, queueOpenAt: saleStartsAt - 30 * secondMs, secret },
};
const free: PromoTerms = {
  ...{ promo: 3, price: 0, limit: 1, gateFactor: 5, payWindowMs: minuteMs },
  ...{ queue: 'fifo', admitMs: minuteMs, queueOpenAt: saleStartsAt + 4 * minuteMs },
};

/**
 * Promo 1 is sold by draw to its waitlist and then ended, promo 2 is taken back, promo 3 costs nothing, and
 * the rest is sold at a normal price that was edited.
 */
const script: Script = [
  [-minuteMs, { type: 'open', item, price: 1_000, units: 2, limit: 2, by: 'admin' }],
  [-55_000, { type: 'edit', item, price: 900, texts: 1, by: 'catalogue' }],
  [-50_000, { type: 'restock', item, units: 2, key: 5, by: 'store' }],
  [-45_000, { type: 'withdrawUnits', item, units: 1, key: 6, by: 'store' }],
  [-40_000, publish(drawn, 0, 10 * minuteMs)],
  [-39_000, publish({ ...free, promo: 2 }, 20 * minuteMs, 25 * minuteMs)],
  [-38_000, { type: 'withdrawPromo', item, promo: 2, by: 'admin' }],
  [-20_000, join(1), join(2), join(3), join(4), join(5)],
  [-10_000, { type: 'leave', item, user: 5, promo: 1 }],
  [0, tick()],
  [1_000, place(4), place(1)],
  [2_000, { type: 'pause', item, promo: 1, by: 'admin' }],
  [3_000, { type: 'resume', item, promo: 1, by: 'admin' }],
  [4_000, paid(1, 400, 'p-0'), paid(1, 500, 'p-1')],
  [5_000, { type: 'settle', item, due: 1, reference: 'back-0', by: 'admin' }],
  [13_000, tick()],
  [14_000, place(3), join(6), join(7)],
  [15_000, { type: 'cancel', item, n: 2, user: 0, by: 'admin' }],
  [16_000, place(6)],
  [17_000, paid(3, 500, 'p-3'), paid(4, 500, 'p-4')],
  [20_000, refund(3, false), refund(4, true)],
  [
    2 * minuteMs,
    { type: 'extend', item, promo: 1, endAt: saleStartsAt + 8 * minuteMs, by: 'admin' },
  ],
  [3 * minuteMs, { type: 'end', item, promo: 1, by: 'admin' }],
  [3 * minuteMs + 1, publish(free, 4 * minuteMs, 5 * minuteMs)],
  [4 * minuteMs, join(8, 3), place(8, 3)],
  [5 * minuteMs, { type: 'restock', item, units: 2, key: 7, by: 'store' }],
  [6 * minuteMs, join(9, 0), place(9, 0, 2), place(10, 0)],
  [30 * minuteMs, paid(6, 1_800, 'p-6')],
  [
    31 * minuteMs,
    { type: 'archive', item },
    { type: 'owe', item, n: 2, placedAt: saleStartsAt + 1_000, amountMinor: 500, reference: 'p-2' },
    { type: 'settle', item, due: 2, reference: 'back-2', by: 'admin' },
  ],
];

/** Plays the sale with the real actor into a real journal. */
export async function playFullSale(folder: TemporaryFolder): Promise<void> {
  const journal = await openJournal(logAt(folder.file('journal')), salePartitions);
  await playScript(journal, script);
  await journal.close();
}

function publish(terms: PromoTerms, startMs: number, endMs: number): Command {
  const times = { startAt: saleStartsAt + startMs, endAt: saleStartsAt + endMs };
  return { type: 'publish', item, ...terms, ...times, by: 'admin' };
}

function tick(): Command {
  return { type: 'read', item, n: 1, user: 0 };
}

/** Every user's nonce is ten times their number. */
function join(user: number, promo = 1): Command {
  return { type: 'join', item, user, promo, nonce: 10 * user };
}

function place(user: number, promo = 1, amount = 1): Command {
  return { type: 'place', item, user, promo, amount, nonce: 10 * user, expiresAt: 2e9 };
}

function paid(n: number, amountMinor: number, reference: string): Command {
  return { type: 'pay', item, n, user: 0, amountMinor, reference, by: 'webhook' };
}

function refund(n: number, back: boolean): Command {
  return { type: 'refund', item, n, amountMinor: -1, back, reference: '', by: 'support' };
}
