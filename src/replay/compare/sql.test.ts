import { describe, expect, test } from 'bun:test';
import { encodeEntry, entryHash } from '../../../actors/journal/codec.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import { logAt } from '../../../actors/testing/log.ts';
import { AuditRig } from '../../testing/audit-rig.ts';
import { remove, storedBytes, tamper } from '../../testing/forgery.ts';
import { salePartitions, saleStartsAt } from '../../testing/script-player.ts';
import { replay } from '../replay.ts';
import { sqlComparison } from './sql.ts';

const sale = new AuditRig();

describe('the SQL rows', () => {
  const changes: [table: string, set: string, finding: RegExp][] = [
    ['orders', 'user_id = 99', /userId is 99 in SQL, 2 by/],
    ['orders', 'promo_id = 0', /promoId is 0 in SQL, 1 by/],
    ['orders', 'amount = 7', /amount is 7 in SQL, 1 by/],
    ['orders', 'unit_price = 1', /unitPrice is 1 in SQL, 500 by/],
    ['orders', "status = 'paid'", /status is paid in SQL, cancelled by/],
    ['orders', 'created_at = 1', /createdAt is 1 in SQL/],
    ['orders', 'paid_at = 1', /paidAt is 1 in SQL, null by/],
    ['orders', 'closed_at = NULL', /closedAt is null in SQL/],
    ['orders', 'event_id = event_id + 4096', /partition is 2 in SQL, 1 by/],
    ['orders', 'event_id = event_id + 5 * 262144', /seq is 8 in SQL, 3 by/],
  ];
  for (const [table, set, finding] of changes) {
    test(`show ${table} changed by SET ${set}`, async () => {
      const statement = `UPDATE ${table} SET ${set} WHERE user_id = 2`;
      tamper(sale.folder, statement);
      const lines = await sale.findings();
      expect(lines).toContainEqual(expect.stringMatching(finding));
      // What follows from a column differs with it: the total, the id, what the order took from stock.
      const isOfIt = /^I7 1\/\d item 1: (order 20261122-1-2: |the sum of the stock logs )/;
      for (const line of lines) expect(line).toMatch(isOfIt);
    });
  }

  test('show a deleted order', async () => {
    tamper(sale.folder, 'DELETE FROM orders WHERE user_id = 7');
    expect(await sale.findings()).toEqual([
      'I7 1/6 item 1: order 20261122-1-7: the journal has it, SQL does not',
      expect.stringMatching(/^I7 1\/9 item 1: the sum of the stock logs is \d+ in SQL, 13 by/),
    ]);
  });

  test('show the deleted orders of an item that has no other', async () => {
    tamper(sale.folder, 'DELETE FROM orders WHERE item_id = 2');
    expect(await sale.findings()).toEqual([
      'I7 2/2 item 2: order 20261122-2-1: the journal has it, SQL does not',
      'I7 2/2 item 2: the sum of the stock logs is 5 in SQL, 4 by the journal',
    ]);
  });

  test('show added orders, also under items that do not exist', async () => {
    const copy = (key: string) =>
      tamper(
        sale.folder,
        `INSERT INTO orders SELECT ${key}, user_id, promo_id, amount, unit_price, status, created_at, event_id, paid_at,
         closed_at, reference, refunded_at FROM orders WHERE id = '20261122-1-7' AND user_id = 7 LIMIT 1`,
      );
    for (const key of ['key + 1', '77 * 134217728 + 1', '-5', '134217728']) copy(key);
    const lines = await sale.findings();
    const added = lines.filter((line) => !line.includes('the sum of the stock logs'));
    expect(added).toHaveLength(4);
    for (const line of added) expect(line).toMatch(/SQL has it \(key .*\), the journal does not/);
    expect(lines.length).toBeGreaterThan(added.length);
  });

  test('show changed stock, stock logs and sales', async () => {
    tamper(sale.folder, 'UPDATE item_stocks SET stock = 99 WHERE item_id = 1');
    tamper(sale.folder, "UPDATE stock_events SET delta = 0 WHERE reason = 'paid'");
    tamper(sale.folder, 'UPDATE items SET sales = 0 WHERE id = 1');
    expect(await sale.findings()).toEqual([
      'I7 1/9 item 1: stock is 99 in SQL, 13 by the journal',
      'I7 1/9 item 1: the sum of the stock logs is 14 in SQL, 13 by the journal',
      'I7 1/9 item 1: sales is 0 in SQL, 2 by the journal',
    ]);
  });

  test('show missing items and stock of items the journal does not know', async () => {
    tamper(sale.folder, 'DELETE FROM items WHERE id = 2');
    tamper(sale.folder, 'INSERT INTO item_stocks VALUES (7, 5)');
    expect((await sale.findings()).toSorted()).toEqual([
      'I7 2/2 item 2: sales is missing in SQL, 0 by the journal',
      'I7 3/0 item 7: stock is 5 in SQL, missing by the journal',
    ]);
  });

  test('show changed, missing and invented promos', async () => {
    tamper(sale.folder, 'UPDATE promos SET price = 1, limit_per_user = 9');
    await sale.expectFinding('I7 1/2 item 1: promo 1: price is 1 in SQL, 500');
    await sale.expectFinding('I7 1/2 item 1: promo 1: limitPerUser is 9 in SQL, 2');
    tamper(sale.folder, 'UPDATE promos SET id = 5');
    await sale.expectFinding('I7 1/2 item 1: promo 1: the journal published it');
    await sale.expectFinding('I7 1/9 item 1: promo 5: in SQL it is published');
  });

  test('show a checkpoint ahead of the journal', async () => {
    remove(sale.folder, 1, 9);
    const { audit, comparisons } = await sale.audited();
    expect(audit.findings.listed).toMatchObject([{ check: 'I7', partition: 1, sequence: 9 }]);
    expect(audit.findings.listed[0]!.what).toStartWith('checkpoint ahead of the journal');
    expect(comparisons[0]!.compared).toMatchObject({ partitions: 3, orders: 1 });
  });

  test('show a checkpoint of a partition that the journal does not have', async () => {
    tamper(sale.folder, "INSERT INTO checkpoints VALUES (64, 3, '')");
    await sale.expectFinding('I7 64/3 item -: checkpoint of a partition');
  });

  test('are compared as of their checkpoint when they are behind the journal', async () => {
    const journal = await openJournal(logAt(sale.folder.file('journal')), salePartitions);
    const order = { type: 'placed', item: 2, n: 2, user: 3, promo: 0, amount: 1, price: 300 };
    const paid = { type: 'paid', item: 2, n: 1, amount: 1, placedAt: saleStartsAt + 3 };
    const events = [{ ...order, nonce: 9 }, paid].map((event) => JSON.stringify(event));
    const prev = entryHash(storedBytes(sale.folder, 2, 2));
    const head = { partition: 2, seq: 3, prev, writer: 'later', at: saleStartsAt + 50 };
    await journal.append(2, 2, encodeEntry(head, events));
    await journal.close();
    const { audit, comparisons } = await sale.audited();
    expect(audit.findings.listed).toEqual([]);
    expect(audit.items()[1]).toMatchObject({ sold: 1, held: 1, left: 3 });
    expect(comparisons[0]!.compared).toMatchObject({ orders: 8 });
  });
});

describe('limits', () => {
  test('only one item is read, reported and compared', async () => {
    tamper(sale.folder, 'UPDATE orders SET user_id = 99');
    const { audit, comparisons } = await sale.audited({ item: 2 });
    expect(audit.partitions.map((each) => each.partition)).toEqual([2]);
    expect(audit.items().map((each) => each.item)).toEqual([2]);
    expect(audit.findings.listed).toMatchObject([{ check: 'I7', item: 2 }]);
    expect(comparisons[0]!.compared).toEqual({
      ...{ orders: 1, items: 1, promos: 0, refunds: 0, entrants: 0, series: 6, partitions: 1 },
    });
  });

  test('reading ends at an entry, and SQL that goes further is not compared', async () => {
    tamper(sale.folder, 'UPDATE orders SET user_id = 99');
    const { audit, comparisons } = await sale.audited({ to: 3 });
    expect(audit.items()[0]).toMatchObject({ loaded: 10, held: 5, left: 5 });
    expect(audit.findings.listed).toMatchObject([{ check: 'I7', item: 2 }]);
    expect(comparisons[0]!.skipped).toEqual([expect.stringContaining('partition 1: not compared')]);
  });

  test('without a database nothing is compared', async () => {
    const journal = await openJournal(logAt(sale.folder.file('journal')), salePartitions, {
      readonly: true,
    });
    const { audit, comparisons } = await replay({
      journal,
      partitions: salePartitions,
      comparisons: [sqlComparison(null)],
    });
    await journal.close();
    expect(audit.findings.count).toBe(0);
    expect(comparisons[0]).toMatchObject({ compared: {}, absent: expect.any(String) });
  });
});
