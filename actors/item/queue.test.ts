import { describe, expect, test } from 'bun:test';
import { admitDefaultMs } from '../limits.ts';
import { code } from '../protocol.ts';
import {
  type Actor,
  cancel,
  drawn,
  id,
  join,
  later,
  onSale,
  pay,
  place,
  type publish,
  queued,
  restock,
  start,
} from '../testing/item-driver.ts';

const leave = (user: number) => ({ type: 'leave', item: id, user, promo: 7 }) as const;
const stand = (user: number) => ({ type: 'stand', item: id, user, promo: 7 }) as const;

/** A sale with a queue: five minutes long, one for each user, no more tokens out than units left. */
function queuedSale(units: number, choice: Parameters<typeof publish>[0] = {}): Actor {
  const long = { endAt: start + 3_600_000, limit: 1, gateFactor: 1, payWindowMs: 60_000 };
  return onSale(units, { ...long, ...queued, ...choice });
}

/** Lets users in, or in line; a user's nonce is 100 times their number. */
function arrive(actor: Actor, users: readonly number[], at = start) {
  return users.map((user) => actor.send(join(user, user * 100), at).standing?.state);
}

const buy = (actor: Actor, user: number, at: number) => actor.send(place(user, user * 100), at);
const standing = (actor: Actor, user: number, at: number) => actor.send(stand(user), at).standing;

describe('the gate', () => {
  test('has room for gateFactor × left less the admissions that are out', () => {
    const actor = queuedSale(2, { gateFactor: 2 });
    expect(arrive(actor, [1, 2, 3, 4, 5])).toEqual([...Array(4).fill('admitted'), 'waiting']);
    buy(actor, 1, start);
    // One unit and three admissions are left: two would have been enough.
    expect(standing(actor, 5, start)?.state).toBe('waiting');
    actor.send(restock(1), start);
    actor.pass(start);
    expect(standing(actor, 5, start)?.state).toBe('admitted');
  });

  test('lets the third in when two who were let in never bought', () => {
    const actor = queuedSale(2);
    expect(arrive(actor, [1, 2, 3])).toEqual(['admitted', 'admitted', 'waiting']);
    expect(actor.pass(start + admitDefaultMs - 1)).toEqual([]);
    expect(actor.pass(start + admitDefaultMs).map(({ type }) => type)).toEqual([
      'lapsed',
      'lapsed',
      'admitted',
    ]);
    expect(buy(actor, 3, start + admitDefaultMs).code).toBe(code.ok);
    expect(buy(actor, 1, start + admitDefaultMs).code).toBe(code.tokenExpired);
  });

  test('without a queue refuses whoever finds it full', () => {
    const actor = queuedSale(1, { queue: 'off' });
    expect(actor.send(join(1, 100), start).code).toBe(code.ok);
    expect(actor.send(join(2, 200), start).code).toBe(code.gateClosed);
    buy(actor, 1, start);
    expect(actor.send(join(2, 200), start).code).toBe(code.outOfStock);
    actor.send(cancel(1), start);
    expect(actor.send(join(2, 200), start).code).toBe(code.ok);
  });

  test('gives whoever stands somewhere the same answer, and the same nonce', () => {
    const actor = queuedSale(1);
    arrive(actor, [1, 2]);
    for (const user of [1, 2]) {
      const again = actor.send(join(user, 9), start + 5);
      expect(again).toMatchObject({
        code: code.ok,
        repeated: true,
        standing: { nonce: user * 100 },
      });
    }
    expect(actor.item?.admitted).toBe(1);
  });
});

describe('the queue', () => {
  test('is first come, first served, and tells everybody where they stand', () => {
    const actor = queuedSale(1);
    arrive(actor, [1, 2, 3, 4]);
    buy(actor, 1, start);
    expect(standing(actor, 4, start)).toMatchObject({ ahead: 2, waiting: 3, heldUnpaid: 1 });
    actor.send(leave(2), start + 1);
    expect(standing(actor, 4, start + 1)).toMatchObject({ ahead: 1, waiting: 2 });
    actor.send(cancel(1), start + 2);
    actor.pass(start + 2);
    expect(standing(actor, 3, start + 2)?.state).toBe('admitted');
    expect(standing(actor, 4, start + 2)).toMatchObject({ state: 'waiting', ahead: 0 });
  });

  test('waits for units that come back, and ends when none can', () => {
    const actor = queuedSale(1);
    arrive(actor, [1]);
    buy(actor, 1, start);
    // Sold out, but held unpaid: whoever comes now waits for that.
    expect(arrive(actor, [2])).toEqual(['waiting']);
    actor.send(pay(1), start + 1);
    expect(actor.pass(start + 1)).toMatchObject([{ type: 'queueEnded', waiting: 1 }]);
    expect(actor.send(join(2, 201), start + 2).code).toBe(code.outOfStock);
    actor.send(restock(1), start + 3);
    expect(actor.send(join(2, 202), start + 3).standing).toMatchObject({
      state: 'admitted',
      nonce: 202,
    });
  });

  test('tells who asks that they have bought all they may, until they have not', () => {
    const actor = queuedSale(3);
    arrive(actor, [1]);
    const { order } = buy(actor, 1, start);
    expect(actor.send(stand(1), start).code).toBe(code.limitReached);
    expect(actor.send(stand(2), start).code).toBe(code.ok);
    actor.send({ type: 'cancel', item: id, n: order!.n, user: 1 }, start + 1);
    expect(actor.send(stand(1), start + 1)).toMatchObject({
      code: code.ok,
      standing: { state: 'none' },
    });
  });

  test('lets a hold that ends unpaid go to the next at that very moment', () => {
    const actor = queuedSale(1);
    arrive(actor, [1, 2]);
    buy(actor, 1, start);
    const events = actor.pass(start + 60_000).map(({ type }) => type);
    expect(events).toEqual(['expired', 'admitted']);
    expect(buy(actor, 2, start + 60_000).code).toBe(code.ok);
  });

  test('takes a buyer again whose order was let go, or whose limit leaves room, with a new nonce', () => {
    const actor = queuedSale(5, { limit: 2, gateFactor: 5 });
    arrive(actor, [1]);
    buy(actor, 1, start);
    actor.send(cancel(1, 1), start);
    expect(actor.send(join(1, 101), start).standing).toMatchObject({
      state: 'admitted',
      nonce: 101,
    });
    expect(actor.send(place(1, 101), start).order?.n).toBe(2);
    expect(actor.send(join(1, 102), start).standing?.nonce).toBe(102);
    expect(actor.send(place(1, 102), start).order?.n).toBe(3);
    expect(actor.send(join(1, 103), start).code).toBe(code.limitReached);
    // A token is one order's for ever.
    expect(buy(actor, 1, start)).toMatchObject({ code: code.ok, repeated: true, order: { n: 1 } });
  });

  test('ends with its promo', () => {
    const actor = queuedSale(1, { endAt: start + 30_000 });
    arrive(actor, [1, 2]);
    actor.pass(start + 30_000);
    expect(actor.send(join(2, 9), start + 30_000).code).toBe(code.ended);
    expect(actor.item?.sales[1]?.people).toBe(0);
  });

  test('estimates the wait by the rate of the last minute', () => {
    const actor = queuedSale(1, { payWindowMs: 1_000 });
    arrive(actor, [1, 2, 3, 4, 5, 6]);
    for (const user of [1, 2, 3]) buy(actor, user, start + user * 1_000);
    actor.pass(start + 4_000);
    // One was let in a second, so far: two are before the sixth.
    expect(standing(actor, 6, start + 4_000)?.etaSeconds).toBeGreaterThanOrEqual(2);
    expect(standing(actor, 6, start + 4_000)?.etaSeconds).toBeLessThanOrEqual(4);
  });
});

describe('a pause', () => {
  const pause = { type: 'pause', item: id, promo: 7, by: 'admin' } as const;
  const resume = { type: 'resume', item: id, promo: 7, by: 'admin' } as const;

  test('stops orders and admissions, while holds go on and may be paid', () => {
    const actor = queuedSale(2);
    arrive(actor, [1, 2, 3]);
    buy(actor, 1, start);
    actor.send(pause, start + 1);
    expect(buy(actor, 2, start + 2).code).toBe(code.paused);
    expect(actor.send(join(4, 400), start + 2).code).toBe(code.paused);
    expect(standing(actor, 3, start + 2)?.state).toBe('waiting');
    expect(actor.pass(start + 60_000).map(({ type }) => type)).toEqual(['expired']);
    actor.send(resume, start + 70_000);
    expect(actor.pass(start + 70_000).map(({ type }) => type)).toEqual(['admitted']);
  });

  test('costs nobody their admission: it has its whole time again', () => {
    const actor = queuedSale(1);
    arrive(actor, [1, 2]);
    actor.send(pause, start + admitDefaultMs - 1);
    expect(actor.pass(start + 2 * admitDefaultMs)).toEqual([]);
    actor.send(resume, start + 2 * admitDefaultMs);
    expect(actor.pass(start + 3 * admitDefaultMs - 1)).toEqual([]);
    expect(buy(actor, 1, start + 3 * admitDefaultMs - 1).code).toBe(code.ok);
  });

  test('is journaled with who did it, once', () => {
    const actor = queuedSale(1);
    actor.send(pause, start);
    expect(actor.journal.at(-1)?.event).toEqual({
      type: 'paused',
      item: id,
      promo: 7,
      by: 'admin',
    });
    expect(actor.send(pause, start)).toMatchObject({ code: code.ok, repeated: true });
  });
});

describe('a draw', () => {
  const early = start - 60_000;

  test('takes those who come before the start, and puts them in an order nobody chose', () => {
    const actor = queuedSale(2, drawn);
    const users = [1, 2, 3, 4, 5, 6];
    expect(arrive(actor, users, early)).toEqual(users.map(() => 'drawing'));
    expect(actor.pass(start - 1)).toEqual([]);
    const events = actor.pass(start);
    expect(events[0]).toMatchObject({ type: 'drawn', entrants: 6 });
    expect(events.slice(1).map(({ type }) => type)).toEqual(['admitted', 'admitted']);
    expect(arrive(actor, [7])).toEqual(['waiting']);
    expect(standing(actor, 7, start)).toMatchObject({ ahead: 4, waiting: 5 });
  });

  test('opens when it says, not before', () => {
    const actor = queuedSale(2, drawn);
    expect(actor.send(join(1, 100), start - 900_001).code).toBe(code.notStarted);
    expect(actor.send(join(1, 100), start - 900_000).code).toBe(code.ok);
  });

  test('passes over those who have left, who may come back behind all others', () => {
    const actor = queuedSale(1, drawn);
    arrive(actor, [1, 2, 3], early);
    actor.send(leave(2), early);
    actor.send(join(2, 201), early);
    actor.send(leave(3), early);
    const [draw] = actor.pass(start);
    expect(draw).toMatchObject({ entrants: 4 });
    expect(standing(actor, 3, start)?.state).toBe('none');
    const states = [1, 2].map((user) => standing(actor, user, start)?.state).sort();
    expect(states).toEqual(['admitted', 'waiting']);
  });

  test('sells nothing before the start, whatever token there is', () => {
    const actor = queuedSale(1, drawn);
    expect(actor.send(place(1, 1, { expiresAt: later }), early).code).toBe(code.notStarted);
    expect(actor.send(place(1, 1, { promo: 0 }), early).code).toBe(code.promoOnly);
  });
});
