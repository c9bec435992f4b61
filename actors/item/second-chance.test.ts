import { describe, expect, test } from 'bun:test';
import { code } from '../protocol.ts';
import { id, join, onSale, place, start } from '../testing/item-driver.ts';
import { apply, dueAt } from './item.ts';

const oneByOne = { queue: 'fifo', admitMs: 5_000, queueOpenAt: start, gateFactor: 1 } as const;
const leave = { type: 'leave', item: id, user: 1, promo: 7 } as const;
const end = { type: 'end', item: id, promo: 7 } as const;

test('who gives up an admission and joins again has one token, which waits for the gate', () => {
  const actor = onSale(1, oneByOne);
  actor.send(join(1, 11), start);
  actor.send(join(2, 22), start);
  actor.send(leave, start);
  actor.pass(start);
  const again = actor.send(join(1, 12), start);
  expect(again.standing).toMatchObject({ state: 'waiting', nonce: 11 });
  expect(actor.send(place(1, 11), start).code).toBe(code.tokenExpired);
  actor.pass(start + 5_000);
  expect(actor.send(place(1, 11), start + 5_000).code).toBe(code.ok);
});

describe('where the time was set back', () => {
  test('a promo that its merchant ended stays so', () => {
    const actor = onSale(2, oneByOne);
    actor.send(join(1, 11), start);
    actor.send(end, start + 100);
    for (const command of [join(1, 11), join(2, 22), place(1, 11)]) {
      expect(actor.send(command, start + 50).code).toBe(code.ended);
    }
    expect(actor.send(end, start + 50)).toMatchObject({ code: code.ok, repeated: true });
    expect(actor.send(place(3, 33, { promo: 0 }), start + 50).code).toBe(code.ok);
    const next = { ...oneByOne, promo: 8, price: 5, limit: 2, payWindowMs: 1_000 };
    const times = { startAt: start + 60, endAt: start + 90 };
    const published = actor.send({ type: 'publish', item: id, ...next, ...times }, start + 50);
    expect(published.code).toBe(code.ok);
  });

  test('a promo that the clock had closed has its gate and its queue again, until its end', () => {
    const actor = onSale(1, oneByOne);
    const end = start + 60_000;
    expect(actor.pass(end)).toMatchObject([{ type: 'closed' }]);
    for (const user of [1, 2]) actor.send(join(user, user), end - 9_000);
    expect(actor.pass(end - 4_001)).toEqual([]);
    const types = actor.pass(end - 4_000).map(({ type }) => type);
    expect(types).toEqual(['lapsed', 'admitted']);
    expect(actor.pass(end)).toMatchObject([{ type: 'closed' }]);
  });

  test('to before the start of a promo whose draw was held, nobody is let in before it', () => {
    const draw = { queue: 'draw', queueOpenAt: start - 9_000, secret: 'ab'.repeat(32) } as const;
    const actor = onSale(2, { ...oneByOne, ...draw });
    actor.pass(start);
    expect(actor.send(join(1, 11), start - 5_000).code).toBe(code.notStarted);
    expect(actor.send(join(1, 11), start).standing?.state).toBe('admitted');
  });

  test('to before the start, those who wait are let in at the start again', () => {
    const actor = onSale(1, oneByOne);
    for (const user of [1, 2]) actor.send(join(user, user), start);
    apply(actor.item, { type: 'leftQueue', item: id, user: 1, promo: 7 }, start - 1_000);
    expect(dueAt(actor.item!)).toBe(start);
    expect(actor.pass(start - 1)).toEqual([]);
    expect(actor.pass(start)).toMatchObject([{ type: 'admitted', user: 2 }]);
  });
});
