import { describe, expect, test } from 'bun:test';
import { AuditRig } from '../../testing/audit-rig.ts';
import { forge } from '../../testing/forgery.ts';
import { saleStartsAt } from '../../testing/script-player.ts';

const sale = new AuditRig();

describe('a forged journal with a valid chain', () => {
  test('shows an oversell', async () => {
    const { length } = await sale.findings();
    expect(length).toBe(0);
    const order = { type: 'placed', item: 1, n: 8, user: 8, promo: 1, amount: 1, price: 500 };
    forge(sale.folder, 1, 6, (events) => events.push({ ...order, nonce: 800 }));
    await sale.expectFinding('I1 1/6 item 1: order 8: oversold', '1 units where 0 were left');
    await sale.expectFinding('I6 1/6 item 1: the actor refuses this event', 'oversold');
  });

  test('shows a purchase token that bought twice', async () => {
    forge(sale.folder, 1, 3, (events) => Object.assign(events[1]!, { user: 1, nonce: 100 }));
    await sale.expectFinding('I3 1/3 item 1: order 2:', 'had bought order 1');
  });

  test('shows a purchase token that bought twice among a hundred orders of one user', async () => {
    forge(sale.folder, 2, 2, (events) => {
      const [first] = events;
      events.splice(0, 1, { ...first, n: 1, nonce: 50 });
      for (let n = 2; n <= 100; n++)
        events.push({ ...first, n, nonce: n === 90 ? 51 : 50 + n - 1 });
    });
    const twice = (await sale.findings()).filter((line) => line.startsWith('I3'));
    expect(twice).toEqual([expect.stringContaining('nonce 51 had bought order 2')]);
  });

  test('shows a user beyond the limit', async () => {
    forge(sale.folder, 1, 5, (events) => Object.assign(events[2]!, { user: 5 }));
    await sale.expectFinding(
      'I4 1/5 item 1: order 6:',
      'its user has 4 units of promo 1, whose limit is 2',
    );
  });

  test('shows a double sale: one order number given out twice', async () => {
    forge(sale.folder, 1, 5, (events) => events.push({ ...events[2]!, user: 77, nonce: 7700 }));
    await sale.expectFinding(
      'rules 1/5 item 1: order 6: the next number is 7, and was given out before',
    );
  });

  test('shows an order that was cut out', async () => {
    forge(sale.folder, 1, 5, (events) => events.splice(1, 1));
    await sale.expectFinding('rules 1/5 item 1: order 6: the next number is 5');
    await sale.expectFinding('rules 1/8 item 1: order 5: expired, but was never placed');
    await sale.expectFinding('I7 1/5 item 1: order 20261122-1-5: SQL has it');
  });

  test('shows a price that is not the promo’s', async () => {
    forge(sale.folder, 1, 3, (events) => Object.assign(events[0]!, { price: 1 }));
    await sale.expectFinding('rules 1/3 item 1: order 1: its price is 1');
    await sale.expectFinding(
      'I7 1/3 item 1: order 20261122-1-1: unitPrice is 500 in SQL, 1 by the journal',
    );
  });

  test('shows an order outside the sale, and time that goes backwards', async () => {
    forge(sale.folder, 1, 3, (events) => Object.assign(events[0]!, { at: saleStartsAt - 1 }));
    await sale.expectFinding('rules 1/3 item 1: order 1: placed at', 'outside the sale');
    await sale.expectFinding('rules 1/3 item 1: placed at', 'after an event at');
  });

  test('shows an order of a promo that was never published', async () => {
    forge(sale.folder, 1, 3, (events) => Object.assign(events[0]!, { promo: 9 }));
    await sale.expectFinding('rules 1/3 item 1: order 1: promo 9 was never published');
  });

  test('shows a payment of an order that was cancelled', async () => {
    forge(sale.folder, 1, 4, (events) => events.push({ ...events[1]!, type: 'paid' }));
    await sale.expectFinding('rules 1/4 item 1: order 2: paid while cancelled');
  });

  test('shows an order that was paid twice', async () => {
    forge(sale.folder, 1, 4, (events) => events.push({ ...events[0]! }));
    await sale.expectFinding('rules 1/4 item 1: order 1: paid while paid');
  });

  test('shows a payment of another amount, as if placed at another time', async () => {
    forge(sale.folder, 1, 4, (events) => Object.assign(events[0]!, { amount: 2, placedAt: 5 }));
    await sale.expectFinding('rules 1/4 item 1: order 1: paid for 2 units of 1');
    await sale.expectFinding('rules 1/4 item 1: order 1: paid as if placed at 5');
  });

  test('shows a hold that expired before its time, and one paid after it', async () => {
    forge(sale.folder, 1, 4, (events) => Object.assign(events[1]!, { type: 'expired' }));
    await sale.expectFinding('rules 1/4 item 1: order 2: expired at', 'its hold ends at');
    forge(sale.folder, 1, 8, (events) => Object.assign(events[1]!, { type: 'paid' }));
    await sale.expectFinding('rules 1/8 item 1: order 4: paid at', 'its hold ended at');
  });

  test('shows a late payment for units that were sold again', async () => {
    forge(sale.folder, 1, 8, (events) => {
      const placed = { type: 'placed', item: 1, user: 8, promo: 1, amount: 2, price: 500 };
      const orders = [8, 9, 10, 11, 12].map((n) => ({ ...placed, n, user: n, nonce: 100 * n }));
      orders.at(-1)!.amount = 1;
      events.splice(5, 0, ...orders);
    });
    await sale.expectFinding('I1 1/8 item 1: order 3: oversold, it took 1 units where 0 were left');
  });

  test('shows a buyer who was refused while units were left', async () => {
    forge(sale.folder, 1, 7, (events) => Object.assign(events[0]!, { seen: 5 }));
    await sale.expectFinding(
      'I9 1/7 item 1: 3 refused for 1 units by the books after entry 5',
      '2 were left',
    );
    forge(sale.folder, 1, 9, (events) =>
      events.push({ type: 'refused', item: 1, count: 2, amount: 18 }),
    );
    const { audit } = await sale.audited();
    expect(audit.findings.counts.get('I9')).toBe(1);
    expect(audit.items()[0]).toMatchObject({ refused: 5, refusedWhileLeft: 3 });
  });

  test('shows a refusal that claims to have seen a later entry', async () => {
    forge(sale.folder, 1, 7, (events) => Object.assign(events[0]!, { seen: 7 }));
    await sale.expectFinding('I9 1/7 item 1: 3 refused for 1 units by the books after entry 7');
  });

  test('shows an item opened twice, in a foreign partition, or not at all', async () => {
    forge(sale.folder, 2, 2, (events) => {
      events.push({ type: 'opened', item: 2, price: 300, units: 5 });
      events.push({ type: 'opened', item: 3, price: 300, units: 5 });
      events.push({ type: 'restocked', item: 6, units: 5 });
    });
    await sale.expectFinding('rules 2/2 item 2: opened once more');
    await sale.expectFinding('rules 2/2 item 3: the item is of partition 3');
    await sale.expectFinding('rules 2/2 item 6: restocked before the item was opened');
  });

  test('shows a delivery that was restocked twice', async () => {
    forge(sale.folder, 1, 9, (events) => events.push({ ...events[0]! }));
    await sale.expectFinding('rules 1/9 item 1: delivery 77 restocked once more');
  });

  test('shows promos and admissions that no item could decide', async () => {
    forge(sale.folder, 1, 2, (events) => {
      events.push({ ...events[0]! });
      events.push({ type: 'closed', item: 1, promo: 1 });
      events.push({ type: 'admitted', item: 1, user: 9, promo: 1, nonce: 1 });
    });
    await sale.expectFinding('rules 1/2 item 1: promo 1 published once more');
    await sale.expectFinding('rules 1/2 item 1: promo 1 closed at', 'before its end');
    await sale.expectFinding('rules 1/5 item 1: user 9 admitted to promo 1 once more');
  });

  test('shows events of unknown form without crashing on them', async () => {
    const fine = {
      type: 'placed',
      item: 2,
      n: 2,
      user: 1,
      promo: 0,
      amount: 1,
      price: 300,
      nonce: 8,
    };
    const unfit: [unknown, string][] = [
      [{ type: 'stolen', item: 2 }, 'unknown type "stolen"'],
      [{ type: 'toString', item: 2 }, 'unknown type "toString"'],
      [{ ...fine, user: undefined }, 'placed: user is undefined'],
      [{ ...fine, amount: -1 }, 'placed: amount is -1'],
      [{ ...fine, price: '300' }, 'placed: price is "300"'],
      [{ ...fine, nonce: 1.5 }, 'placed: nonce is 1.5'],
      [{ ...fine, item: 0 }, 'placed: item is 0'],
      [{ ...fine, at: null }, 'placed: at is null'],
      [{ type: 'restocked', item: 2, units: -5 }, 'restocked: units is -5'],
      [{ type: 'refused', item: 2, count: 1, amount: 1, seen: -1 }, 'refused: seen is -1'],
      [{ type: 'paid', item: 2, n: 1, amount: 1, placedAt: 0, late: false }, 'late is false'],
      [null, 'an event is not an object'],
      [[], 'unknown type undefined'],
      [17, 'an event is not an object'],
    ];
    forge(sale.folder, 2, 2, (events) => {
      for (const [event] of unfit) (events as unknown[]).push(event);
    });
    const lines = (await sale.findings()).filter((line) => line.startsWith('form'));
    expect(lines).toHaveLength(unfit.length);
    for (const [index, [, what]] of unfit.entries()) {
      expect(lines[index]).toStartWith('form 2/2 item');
      expect(lines[index]).toContain(what);
    }
  });
});
