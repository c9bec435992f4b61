import { describe, expect, test } from 'bun:test';
import { AuditRig } from '../../testing/audit-rig.ts';
import { forge } from '../../testing/forgery.ts';
import { playFullSale } from '../../testing/full-sale.ts';
import { saleStartsAt } from '../../testing/script-player.ts';

const sale = new AuditRig(playFullSale);
const minuteMs = 60_000;

/** Changes the events of one entry of the sale, by its sequence. */
function change(seq: number, how: (events: Record<string, unknown>[]) => void): void {
  forge(sale.folder, 1, seq, how);
}

const order = {
  type: 'placed',
  item: 1,
  n: 3,
  user: 70,
  promo: 1,
  amount: 1,
  price: 500,
  nonce: 7,
};

describe('a forged sale with a valid chain shows', () => {
  test('an order while the promo is paused', async () => {
    change(12, (events) => events.push(order));
    await sale.expectFinding('rules 1/12 item 1: order 3: placed while promo 1 was paused');
  });

  test('an order and an admission at the normal price while a promo is published', async () => {
    change(13, (events) => events.push({ ...order, promo: 0, price: 900 }));
    await sale.expectFinding('I4 1/13 item 1: order 3: placed at the normal price at');
    change(5, (events) => {
      events.push({ type: 'admitted', item: 1, user: 70, promo: 0, nonce: 7 });
    });
    await sale.expectFinding('I4 1/5 item 1: user 70 admitted to promo 0 at', 'its promos end at');
  });

  test('an order at a normal price that is not sold, was edited, or beyond its limit', async () => {
    change(2, (events) => Object.assign(events[0]!, { normalSale: false }));
    await sale.expectFinding(
      'rules 1/27 item 1: order 6: the item is not sold at its normal price',
    );
    await sale.expectFinding('rules 1/27 item 1: user 9 admitted to promo 0, the item is not sold');
    change(2, (events) => Object.assign(events[0]!, { normalSale: true, price: 901, limit: 1 }));
    await sale.expectFinding("rules 1/27 item 1: order 6: its price is 900, the promo's 901");
    await sale.expectFinding('I4 1/27 item 1: order 6: its user has 2 units of promo 0');
  });

  test('an edit of nothing', async () => {
    change(2, (events) => Object.assign(events[0]!, { price: undefined, texts: undefined }));
    await sale.expectFinding('rules 1/2 item 1: edited, and nothing changed');
  });

  test('units withdrawn that are not left, and a delivery that was withdrawn twice', async () => {
    change(4, (events) => Object.assign(events[0]!, { units: 5, key: 5 }));
    await sale.expectFinding('I1 1/4 item 1: 5 units withdrawn where 4 were left');
    await sale.expectFinding('rules 1/4 item 1: delivery 5 withdrawn once more');
    await sale.expectFinding(
      'I6 1/4 item 1: the actor refuses',
      'units withdrawn that are not left',
    );
  });

  test('promos that overlap, by their publication or an extension', async () => {
    const times = { startAt: saleStartsAt + minuteMs, endAt: saleStartsAt + 25 * minuteMs };
    change(6, (events) => Object.assign(events[0]!, times));
    await sale.expectFinding('rules 1/6 item 1: promo 2 published over promo 1');
    change(6, (events) =>
      Object.assign(events[0]!, {
        startAt: saleStartsAt + 10 * minuteMs,
        endAt: saleStartsAt + 20 * minuteMs,
      }),
    );
    expect(await sale.findings()).toEqual([]);
    change(6, (events) => {
      const endAt = saleStartsAt + 11 * minuteMs;
      events.push({ type: 'extended', item: 1, promo: 1, endAt });
    });
    await sale.expectFinding('rules 1/6 item 1: promo 1 extended to', 'over promo 2');
  });

  test('an extension into the past, of a promo that is over, or of none', async () => {
    change(22, (events) => Object.assign(events[0]!, { endAt: saleStartsAt + minuteMs }));
    await sale.expectFinding('rules 1/22 item 1: promo 1 extended at', 'to an end in the past');
    change(22, (events) => Object.assign(events[0]!, { promo: 2 }));
    await sale.expectFinding('rules 1/22 item 1: promo 2 extended after it was withdrawn');
    change(22, (events) => Object.assign(events[0]!, { promo: 9 }));
    await sale.expectFinding('rules 1/22 item 1: promo 9 extended, which was never published');
  });

  test('a pause of what is paused, a resumption of what is not, an end before the start', async () => {
    change(12, (events) => events.push({ ...events[0]! }));
    await sale.expectFinding('rules 1/12 item 1: promo 1 paused while paused');
    change(13, (events) => events.push({ ...events[0]! }));
    await sale.expectFinding('rules 1/13 item 1: promo 1 resumed while not paused');
    change(7, (events) => Object.assign(events[0]!, { type: 'ended' }));
    await sale.expectFinding('rules 1/7 item 1: promo 2 ended at', 'before its start');
  });

  test('a promo that was taken back after its start, and one that goes on after its end', async () => {
    change(12, (events) => Object.assign(events[0]!, { type: 'promoWithdrawn' }));
    await sale.expectFinding('rules 1/12 item 1: promo 1 promoWithdrawn at', 'after its start');
    change(23, (events) => events.push({ ...order, n: 5 }));
    await sale.expectFinding('rules 1/23 item 1: order 5: placed at', 'outside the sale');
    change(23, (events) =>
      Object.assign(events[1]!, { type: 'paused', promo: 1, user: undefined }),
    );
    await sale.expectFinding('rules 1/12 item 1: promo 1 promoWithdrawn at');
  });

  test('an end that was passed over', async () => {
    change(26, (events) => events.splice(0, 1));
    await sale.expectFinding('rules 1/26 item 1: the end of promo 3 at', 'before restocked');
  });
});

describe('forged money with a valid chain shows', () => {
  test('a payment of another amount than the total of the order', async () => {
    change(14, (events) => Object.assign(events[1]!, { amountMinor: 1 }));
    await sale.expectFinding('rules 1/14 item 1: order 1: paid with 1 of 500 minor units');
  });

  test('an order paid by a payment that is due back', async () => {
    change(14, (events) => Object.assign(events[1]!, { reference: 'p-0' }));
    await sale.expectFinding('rules 1/14 item 1: order 1: its payment p-0 was due back');
  });

  test('an order that is paid when placed, or is not, against its price', async () => {
    change(25, (events) => Object.assign(events[1]!, { paid: undefined }));
    await sale.expectFinding(
      'rules 1/25 item 1: order 5: not paid when placed, and its price is 0',
    );
    change(17, (events) => Object.assign(events[0]!, { paid: true }));
    await sale.expectFinding('rules 1/17 item 1: order 3: paid when placed, and its price is 500');
  });

  test('a refund of an order that was not paid, of another amount, and a second one', async () => {
    change(21, (events) => Object.assign(events[1]!, { n: 2, placedAt: saleStartsAt + 1_000 }));
    await sale.expectFinding('rules 1/21 item 1: order 2: refunded while cancelled');
    change(21, (events) => events.push({ ...events[2]!, amountMinor: 499 }));
    await sale.expectFinding('rules 1/21 item 1: order 4: refunded while refunded');
    change(21, (events) => Object.assign(events[2]!, { amountMinor: 499 }));
    await sale.expectFinding('rules 1/21 item 1: order 4: refunded with 499 of 500 minor units');
  });

  test('a refund that is due twice, out of its number, or settled twice', async () => {
    change(14, (events) => events.push({ ...events[0]! }));
    await sale.expectFinding('rules 1/14 item 1: refund due 1: the next number is 2');
    change(14, (events) => {
      events.pop();
      events.splice(1, 0, { ...events[0]!, due: 2 });
    });
    await sale.expectFinding('rules 1/14 item 1: refund due 2: the same payment for order 1');
    change(15, (events) => events.push({ ...events[0]! }, { ...events[0]!, due: 9 }));
    await sale.expectFinding('rules 1/15 item 1: refund due 1: settled once more');
    await sale.expectFinding('rules 1/15 item 1: refund due 9: settled, but was never due');
  });

  test('a refund due for a reason that is none', async () => {
    const reasons: [Record<string, unknown>, string][] = [
      [{ reason: 'cancelled' }, 'cancelled order 1, which is placed'],
      [{ reason: 'expired' }, 'expired order 1, which is placed'],
      [{ reason: 'paidTwice' }, 'paidTwice order 1, which is placed'],
      [{ reason: 'unknownOrder' }, 'unknownOrder order 1, which is placed'],
      [{ reason: 'wrongAmount', amountMinor: 500 }, 'wrongAmount order 1, which is its total, 500'],
      [{ reason: 'wrongAmount', placedAt: 5 }, 'wrongAmount order 1, as if placed at 5'],
      [{ reason: 'cancelled', n: 44 }, 'cancelled order 44, which was never placed'],
      [{ reason: 'unknownOrder', n: 44 }, 'unknownOrder order 44, as if placed at'],
    ];
    for (const [fields, what] of reasons) {
      change(14, (events) => {
        events[0] = {
          ...events[0]!,
          amountMinor: 400,
          placedAt: saleStartsAt + 1_000,
          n: 1,
          ...fields,
        };
      });
      await sale.expectFinding(`rules 1/14 item 1: refund due 1: ${what}`);
    }
  });

  test('money that an order could have taken, or has taken', async () => {
    const due = { type: 'refundDue', item: 1, due: 2, n: 2, placedAt: saleStartsAt + 1_000 };
    change(18, (events) => {
      events.push({ ...due, amountMinor: 499, reason: 'cancelled', reference: 'x' });
    });
    await sale.expectFinding('rules 1/18 item 1: refund due 2: cancelled order 2, with 499 of 500');
    const placedAt = saleStartsAt + 6 * minuteMs;
    change(28, (events) => {
      const late = { ...due, due: 3, n: 6, placedAt, amountMinor: 1_800, reason: 'expired' };
      events.splice(1, 1, { ...late, reference: 'p-6' });
    });
    await sale.expectFinding(
      'rules 1/28 item 1: refund due 3: expired order 6, and its units were',
    );
    change(20, (events) => {
      const twice = { ...due, due: 3, n: 4, placedAt: saleStartsAt + 16_000, amountMinor: 500 };
      events.push({ ...twice, reason: 'paidTwice', reference: 'p-4' });
    });
    await sale.expectFinding(
      'rules 1/20 item 1: refund due 3: paidTwice order 4, by p-4, which is',
    );
  });
});
