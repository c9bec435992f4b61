import { describe, expect, test } from 'bun:test';
import { newestTimes, setTimeBack } from '../journal/newest-time.ts';
import { payWindowDefaultMs, tallyMs } from '../limits.ts';
import { code } from '../protocol.ts';
import { item, newRig, Rig, start } from '../testing/partition-rig.ts';

const hourMs = 3_600_000;

describe('the time of a partition', () => {
  test('is not kept ahead by a clock that was wrong while nothing was journaled', async () => {
    const b = newRig();
    await b.open(9);
    b.partition.tick(start + hourMs);
    b.partition.commit();
    b.place(1, 1, start + 1);
    b.partition.commit();
    await b.journal.acknowledge();
    expect(b.journal.entries.at(-1)).toMatchObject({ seq: 3, at: start + 1 });
  });

  test('stands still after the clock was set back, and shows for how long', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1, 1, start + hourMs);
    b.partition.tick(start + hourMs);
    expect(b.positions.get(0, 'aheadMs')).toBe(0);
    b.partition.tick(start);
    expect(b.positions.get(0, 'aheadMs')).toBe(hourMs);
    b.partition.tick(start + hourMs - 1);
    expect(b.positions.get(0, 'aheadMs')).toBe(1);
    b.partition.tick(start + hourMs);
    expect(b.positions.get(0, 'aheadMs')).toBe(0);
    // A thread that dies leaves what it has shown, and the next one finds the clock set right.
    b.partition.tick(start);
    b.partition.stop();
    const next = new Rig(b.journal, b.board, 'next run', b.positions);
    await next.partition.recover('start');
    next.partition.tick(start + hourMs);
    expect(b.positions.get(0, 'aheadMs')).toBe(0);
    const told = b.logged.map(([message]) => message).filter((message) => /clock/.test(message));
    expect(told).toEqual([
      'the clock is behind the journal: time stands still, and holds end late',
      'the clock has caught up with the journal',
      'the clock is behind the journal: time stands still, and holds end late',
    ]);
  });

  test('that stands still takes orders whose tokens are valid by the clock, and keeps the deadlines it told', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1, 1, start + hourMs);
    const token = { promo: 0, nonce: 2, expiresAt: (start + 60_000) / 1_000 };
    const placed = b.submit({ type: 'place', item, user: 2, amount: 1, ...token }, start);
    const late = { ...token, nonce: 3, expiresAt: start / 1_000 };
    const refused = b.submit({ type: 'place', item, user: 2, amount: 1, ...late }, start);
    b.partition.commit();
    await b.journal.acknowledgeAll();
    expect(b.codes(placed, refused)).toEqual([code.ok, code.tokenExpired]);
    const { payBy } = b.replies.get(placed)!.order!;
    expect(payBy).toBe(start + hourMs + payWindowDefaultMs);
    b.partition.tick(payBy - 1);
    expect(b.partition.idle).toBe(true);
    b.partition.tick(payBy);
    b.partition.commit();
    await b.journal.acknowledge();
    expect(b.board.read(item)).toMatchObject({ left: 9, held: 0 });
  });

  test('that stands still opens a sale when the clock says so, not before', async () => {
    const b = newRig();
    await b.open(9);
    const terms = { promo: 7, price: 5, limit: 3, gateFactor: 5, payWindowMs: 60_000 };
    const sale = { startAt: start + 60_000, endAt: start + 4 * hourMs };
    b.submit({ type: 'publish', item, ...terms, ...sale });
    b.place(1, 1, start + hourMs);
    const ask = (nonce: number, at: number) => {
      const place = { type: 'place', item, user: 2, promo: 7, amount: 1, nonce } as const;
      const admit = { type: 'join', item, user: 3, promo: 7, nonce } as const;
      return [b.submit({ ...place, expiresAt: 9_999_999 }, at), b.submit(admit, at)];
    };
    const early = ask(1, sale.startAt - 1);
    const inTime = ask(2, sale.startAt);
    b.partition.commit();
    await b.journal.acknowledgeAll();
    expect(b.codes(...early)).toEqual([code.notStarted, code.notStarted]);
    expect(b.codes(...inTime)).toEqual([code.ok, code.ok]);
  });

  test('that stands still does not keep refusals for stock out of the journal', async () => {
    const b = newRig();
    await b.open(1);
    b.place(1, 1, start + hourMs);
    b.place(2, 1, start + hourMs);
    b.partition.commit();
    b.partition.tick(start + hourMs);
    await b.journal.acknowledgeAll();
    const refused = () => b.journal.entries.flatMap(({ events }) => events).at(-1);
    expect(refused()).toMatchObject({ type: 'placed' });
    b.partition.tick(start);
    b.partition.commit();
    await b.journal.acknowledge();
    expect(refused()).toMatchObject({ type: 'refused', count: 1 });
    b.place(3, 1, start);
    b.partition.tick(start + tallyMs);
    b.partition.commit();
    await b.journal.acknowledge();
    expect(b.journal.entries.at(-1)?.events).toMatchObject([{ type: 'refused', count: 1 }]);
  });

  test('goes on from where an operator set it back, also in an engine that had gone further', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1, 1, start + hourMs);
    b.partition.commit();
    await b.journal.acknowledge();
    const [ahead] = await newestTimes(b.journal, 1);
    void setTimeBack(b.journal, ahead!, 'operator', start + 5);
    await b.journal.acknowledge();
    await b.partition.recover('start');
    b.place(2, 1, start + 6);
    b.partition.commit();
    await b.journal.acknowledge();
    expect(b.journal.entries.at(-1)).toMatchObject({ seq: 5, at: start + 6 });
    // What was told under the wrong clock stays true.
    expect(b.partition.items.get(item)?.orders.createdAtOf(1)).toBe(start + hourMs);
    b.partition.tick(start + 6 + payWindowDefaultMs);
    b.partition.commit();
    await b.journal.acknowledge();
    expect(b.journal.entries.at(-1)?.events).toMatchObject([{ type: 'expired', n: 2 }]);
  });

  test('that was set back reopens a promo that the wrong clock had closed, until its end', async () => {
    const b = newRig();
    await b.open(9);
    const terms = { promo: 7, price: 5, limit: 3, gateFactor: 5, payWindowMs: 60_000 };
    const sale = { startAt: start, endAt: start + 60_000 };
    b.submit({ type: 'publish', item, ...terms, ...sale });
    b.partition.tick(start + hourMs);
    b.partition.commit();
    await b.journal.acknowledge();
    const [ahead] = await newestTimes(b.journal, 1);
    void setTimeBack(b.journal, ahead!, 'operator', start + 5);
    await b.journal.acknowledge();
    await b.partition.recover('start');
    const place = { type: 'place', item, user: 2, promo: 7, amount: 1, expiresAt: 9_999 } as const;
    const during = b.submit({ ...place, nonce: 1 }, start + 6);
    const another = { ...terms, promo: 8, startAt: start + 7, endAt: start + hourMs };
    const overlapping = b.submit({ type: 'publish', item, ...another }, start + 7);
    const after = b.submit({ ...place, nonce: 2 }, sale.endAt);
    const next = b.submit({ type: 'publish', item, ...another }, sale.endAt);
    b.partition.commit();
    await b.journal.acknowledgeAll();
    expect(b.codes(during, overlapping)).toEqual([code.ok, code.wrongState]);
    expect(b.codes(after, next)).toEqual([code.ended, code.ok]);
  });
});
