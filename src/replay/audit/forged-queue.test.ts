import { describe, expect, test } from 'bun:test';
import { AuditRig } from '../../testing/audit-rig.ts';
import { forge } from '../../testing/forgery.ts';
import { playFullSale } from '../../testing/full-sale.ts';
import { saleStartsAt } from '../../testing/script-player.ts';

const sale = new AuditRig(playFullSale);

/** Changes the events of one entry of the sale, by its sequence. */
function change(seq: number, how: (events: Record<string, unknown>[]) => void): void {
  forge(sale.folder, 1, seq, how);
}

describe('a forged draw with a valid chain shows', () => {
  test('another order of joining', async () => {
    change(8, (events) => events.reverse());
    await sale.expectFinding('I10 1/10 item 1: promo 1 drawn with the seed f4e4f67f');
  });

  test('another seed, and those who were let in by it', async () => {
    change(10, (events) => Object.assign(events[0]!, { seed: 'e'.repeat(64) }));
    await sale.expectFinding('I10 1/10 item 1: promo 1 drawn with the seed eeee', 'give f4e4f67f');
    await sale.expectFinding(
      'I6 1/10 item 1: the actor refuses this event',
      'the seed of the draw',
    );
  });

  test('another secret', async () => {
    change(5, (events) => Object.assign(events[0]!, { secret: 'a5'.repeat(32) }));
    await sale.expectFinding('I10 1/10 item 1: promo 1 drawn with the seed f4e4f67f');
  });

  test('a secret that is none', async () => {
    change(5, (events) => Object.assign(events[0]!, { secret: undefined }));
    await sale.expectFinding(
      'rules 1/5 item 1: promo 1 published with a draw, and without a secret',
    );
  });

  test('an entrant who never joined, and one who is missing', async () => {
    change(8, (events) => events.splice(2, 1));
    await sale.expectFinding('I10 1/10 item 1: promo 1 drawn among 5, and 4 had joined');
  });

  test('one held before the start, after it, twice, or not at all', async () => {
    change(10, (events) => events.push({ ...events[0]! }));
    await sale.expectFinding('I10 1/10 item 1: promo 1 drawn once more');
    change(10, (events) => Object.assign(events[0]!, { at: saleStartsAt - 1 }));
    await sale.expectFinding('I10 1/10 item 1: promo 1 drawn at', 'before its start');
    change(10, (events) => events.splice(0, 1));
    await sale.expectFinding('I10 1/10 item 1: user 2 admitted to promo 1 before the draw');
    await sale.expectFinding(
      'I10 1/10 item 1: the draw of promo 1 at',
      'not decided before admitted',
    );
  });

  test('who joined for the draw when it was over, or past it while it was to come', async () => {
    change(17, (events) => Object.assign(events[1]!, { draw: true }));
    await sale.expectFinding('I10 1/17 item 1: user 6 joined promo 1 for a draw that is over');
    change(8, (events) => Object.assign(events[1]!, { draw: undefined }));
    await sale.expectFinding('I10 1/8 item 1: user 2 joined promo 1 past the draw');
  });
});

describe('a forged queue with a valid chain shows', () => {
  test('an admission out of turn', async () => {
    change(10, (events) => events.splice(1, 3, events[2]!, events[1]!, events[3]!));
    await sale.expectFinding('I10 1/10 item 1: user 1 admitted to promo 1 before user 2');
    await sale.expectFinding('I6 1/10 item 1: the actor refuses this event', 'before their turn');
  });

  test('an admission of somebody who did not wait, past those who do', async () => {
    change(16, (events) => Object.assign(events[1]!, { user: 77 }));
    await sale.expectFinding('I10 1/16 item 1: user 77 admitted to promo 1 past 1 who wait');
  });

  test('an admission past the gate', async () => {
    change(10, (events) => {
      events.push({ type: 'admitted', item: 1, user: 3, promo: 1, nonce: 30 });
    });
    await sale.expectFinding(
      'I10 1/10 item 1: user 3 admitted to promo 1 past the gate: 3 admissions are out for 3 units',
    );
  });

  test('an admission past the gate of a newcomer', async () => {
    change(25, (events) => {
      for (let user = 101; user <= 105; user++) {
        events.splice(1, 0, { type: 'admitted', item: 1, user, promo: 3, nonce: user });
      }
    });
    await sale.expectFinding('I10 1/25 item 1: user 101 admitted to promo 3 past the gate: 5');
    expect((await sale.findings()).filter((line) => line.includes('past the gate'))).toHaveLength(
      1,
    );
  });

  test('an admission with another nonce than was joined with, and a second token', async () => {
    change(10, (events) => Object.assign(events[1]!, { nonce: 21 }));
    await sale.expectFinding(
      'I10 1/10 item 1: user 2 admitted to promo 1 with the nonce 21, and had 20',
    );
    change(17, (events) => Object.assign(events[1]!, { user: 2, nonce: 22 }));
    await sale.expectFinding('I10 1/17 item 1: user 2 joined promo 1 with the nonce 22, and had 2');
  });

  test('an admission of somebody who is in already, or waits once more', async () => {
    change(10, (events) => events.push({ ...events[1]! }));
    await sale.expectFinding('rules 1/10 item 1: user 2 admitted to promo 1 once more');
    change(17, (events) => events.push({ ...events[1]! }));
    await sale.expectFinding('I10 1/17 item 1: user 6 joined promo 1 and was waiting');
  });

  test('an admission while paused, before the start, and after the end', async () => {
    const late = { type: 'admitted', item: 1, user: 9, promo: 1, nonce: 90 };
    change(12, (events) => events.push(late));
    await sale.expectFinding('rules 1/12 item 1: user 9 admitted to promo 1 while it was paused');
    change(12, (events) => events.pop());
    change(23, (events) => events.push(late));
    await sale.expectFinding(
      'rules 1/23 item 1: user 9 admitted to promo 1 at',
      'outside the sale',
    );
    change(9, (events) => events.push(late));
    await sale.expectFinding('rules 1/9 item 1: user 9 admitted to promo 1 at', 'outside the sale');
  });

  test('a lapse before its time: after a pause everybody has the whole of it', async () => {
    change(16, (events) => {
      for (const event of events) event.at = saleStartsAt + 12_999;
    });
    const until = `and had until ${saleStartsAt + 13_000}`;
    await sale.expectFinding('I10 1/16 item 1: user 2 lost an admission to promo 1 at', until);
  });

  test('a lapse during a pause, and of somebody who was not let in', async () => {
    change(12, (events) => events.push({ type: 'lapsed', item: 1, user: 2, promo: 1 }));
    await sale.expectFinding('I10 1/12 item 1: user 2 lost an admission to promo 1 during a pause');
    change(16, (events) => Object.assign(events[0]!, { user: 3 }));
    await sale.expectFinding(
      'I10 1/16 item 1: user 3 lost an admission to promo 1 and was waiting',
    );
  });

  test('a lapse that was passed over', async () => {
    change(16, (events) => events.splice(0, 2));
    await sale.expectFinding(
      `I10 1/17 item 1: the end of user 2's admission to promo 1 at ${saleStartsAt + 13_000} was not`,
    );
  });

  test('who went on waiting while the gate had room', async () => {
    change(16, (events) => events.splice(1, 1));
    const waits = 'I10 1/17 item 1: user 3 waits for promo 1 while its gate has room for 1';
    await sale.expectFinding(waits, 'before placed');
  });

  test('an end of the queue while units may come back, or for others than those who wait', async () => {
    change(20, (events) => events.splice(1, 1));
    await sale.expectFinding('I10 1/21 item 1: the queue of promo 1 ended while 0 units', '1 held');
    change(21, (events) => Object.assign(events[0]!, { waiting: 5 }));
    await sale.expectFinding('I10 1/21 item 1: the queue of promo 1 ended for 5', 'and 1 did');
  });

  test('who left and had no place', async () => {
    change(9, (events) => Object.assign(events[0]!, { user: 55 }));
    await sale.expectFinding('I10 1/9 item 1: user 55 left promo 1 and was without a place');
  });

  test('who waits though nobody does and there is room', async () => {
    change(25, (events) => Object.assign(events[0]!, { type: 'joined' }));
    await sale.expectFinding(
      'I10 1/25 item 1: user 8 joined promo 3 and has to wait',
      'room for 5',
    );
    await sale.expectFinding(
      'I10 1/25 item 1: order 5: user 8 bought with the nonce of their place',
    );
  });

  test('an order with an admission that had lapsed', async () => {
    change(17, (events) => {
      events.push({ ...events[0]!, n: 4, user: 2, nonce: 20 });
    });
    await sale.expectFinding(
      'I10 1/17 item 1: order 4: user 2 bought with the nonce of their place',
    );
  });

  test('who is let in beyond the limit', async () => {
    change(17, (events) => Object.assign(events[1]!, { user: 4, nonce: 41 }));
    await sale.expectFinding(
      'I4 1/17 item 1: user 4 joined promo 1 with 1 units, whose limit is 1',
    );
  });
});
