import { Database } from 'bun:sqlite';
import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { saleSeries } from '../../db/schema.sqlite.ts';
import { seriesCounts, seriesWidthsS } from '../../db/series.ts';
import { AuditRig } from '../../testing/audit-rig.ts';
import { tamper } from '../../testing/forgery.ts';
import { playSaleInRows, projectSale } from '../../testing/sale-in-rows.ts';

// Some dozen audits of a small journal.
setDefaultTimeout(240_000);

describe('the SQL rows of a sale with queues, draws, payments and a merchant', () => {
  const sale = new AuditRig(playSaleInRows);
  const change = (statement: string) => tamper(sale.folder, statement);

  const valuesOf = (table: string, column: string, where: string) => {
    const database = new Database(sale.folder.file('stampede.db'));
    try {
      const text = `SELECT rowid AS row, ${column} AS value FROM ${table} WHERE ${where}`;
      return database.query<{ row: number; value: string | number | null }, []>(text).all();
    } finally {
      database.close();
    }
  };

  test('are what the journal says after every transaction of the projector', async () => {
    let compared = 0;
    await projectSale(sale.folder, async () => {
      expect(await sale.findings()).toEqual([]);
      compared++;
    });
    expect(compared).toBeGreaterThan(20);
    const { comparisons } = await sale.audited();
    expect(comparisons[0]!.compared).toEqual({
      ...{ orders: 8, items: 3, promos: 4, refunds: 4, entrants: 6, series: 30, partitions: 4 },
    });
  });

  const changes: [table: string, set: string, where: string, finding: RegExp][] = [
    [
      'orders',
      "reference = 'x'",
      "id LIKE '%-1-1'",
      /order \S+: reference is x in SQL, pay,\{1\} by/,
    ],
    ['orders', 'reference = NULL', "id LIKE '%-1-2'", /reference is null in SQL, NULL by/],
    ['orders', 'refunded_at = 5', "id LIKE '%-1-1'", /refundedAt is 5 in SQL, \d{13} by/],
    ['orders', 'refunded_at = NULL', "id LIKE '%-1-2'", /refundedAt is null in SQL/],
    ['orders', "status = 'paid'", "id LIKE '%-1-2'", /status is paid in SQL, refunded by/],
    ['orders', 'paid_at = NULL', "id LIKE '%-1-2'", /paidAt is null in SQL, \d{13} by/],
    ['orders', 'paid_at = 7', "id LIKE '%-3-1'", /paidAt is 7 in SQL, \d{13} by/],
    ['items', 'price = 1000', 'id = 1', /item 1: price is 1000 in SQL, 1100 by/],
    ['items', 'normal_sale = 1', 'id = 1', /normalSale is true in SQL, false by/],
    ['items', 'limit_per_user = 3', 'id = 1', /limitPerUser is 3 in SQL, 7 by/],
    ['items', 'sales = 3', 'id = 1', /sales is 3 in SQL, 1 by/],
    ['stock_events', 'delta = 0', "reason = 'withdrawn'", /the sum of the stock logs is/],
    ['stock_events', 'delta = 0', "reason = 'refunded'", /the sum of the stock logs is/],
    ['promos', 'end_at = 5', 'id = 1', /promo 1: endAt is 5 in SQL, \d{13} by/],
    ['promos', "queue = 'off'", 'id = 1', /queue is off in SQL, draw by/],
    ['promos', 'admit_s = 7', 'id = 2', /admitS is 7 in SQL, 20 by/],
    ['promos', 'queue_open_at = NULL', 'id = 1', /queueOpenAt is null in SQL/],
    ['promos', 'paused_at = NULL', 'id = 3', /pausedAt is null in SQL, \d{13} by/],
    ['promos', 'paused_at = 5', 'id = 1', /pausedAt is 5 in SQL, null by/],
    ['promos', 'ended_at = NULL', 'id = 1', /endedAt is null in SQL/],
    ['promos', 'withdrawn_at = NULL', 'id = 2', /withdrawnAt is null in SQL/],
    ['promos', "draw_commitment = 'x'", 'id = 1', /drawCommitment is x in SQL, [0-9a-f]{64} by/],
    ['promos', 'draw_secret = NULL', 'id = 1', /drawSecret is null in SQL, (5e){32} by/],
    ['promos', "draw_seed = 'x'", 'id = 1', /drawSeed is x in SQL, [0-9a-f]{64} by/],
    ['promos', 'drawn_at = 5', 'id = 1', /drawnAt is 5 in SQL/],
    ['promos', 'item_id = 1', 'id = 4', /item 3: promo 4: itemId is 1 in SQL, 3 by/],
    ['refunds_due', 'amount_minor = 1', "id = '1-1'", /refund due 1-1: amountMinor is 1 in SQL/],
    ['refunds_due', 'item_id = 2', "id = '1-1'", /item 1: refund due 1-1: itemId is 2 in SQL/],
    ['refunds_due', 'due = 9', "id = '1-1'", /due is 9 in SQL, 1 by/],
    ['refunds_due', 'n = 1', "id = '1-3'", /n is 1 in SQL, 99 by/],
    ['refunds_due', "order_id = 'x'", "id = '1-3'", /orderId is x in SQL, null by/],
    ['refunds_due', "reference = 'x'", "id = '1-1'", /reference is x in SQL, o'clock;-- by/],
    ['refunds_due', "reason = 'expired'", "id = '1-1'", /reason is expired in SQL, cancelled by/],
    ['refunds_due', 'at = 1', "id = '1-1'", /at is 1 in SQL/],
    ['refunds_due', 'by = NULL', "id = '1-1'", /by is null in SQL, webhook by/],
    ['refunds_due', 'settled_at = NULL', "id = '1-1'", /settledAt is null in SQL/],
    ['refunds_due', 'settled_at = 1', "id = '1-4'", /settledAt is 1 in SQL, null by/],
    ['refunds_due', "settled_by = 'x'", "id = '1-1'", /settledBy is x in SQL/],
    ['refunds_due', "settled_reference = 'x'", "id = '1-1'", /settledReference is x in SQL/],
    ['refunds_due', 'partition = 2', "id = '1-1'", /partition is 2 in SQL, 1 by/],
    ['refunds_due', 'seq = 1', "id = '1-1'", /seq is 1 in SQL/],
    [
      'draw_entrants',
      'user_id = 77',
      'user_id = 3',
      /entrant \d+ of promo 1: userId is 77 in SQL, 3/,
    ],
    [
      'draw_entrants',
      'nonce = 77',
      'user_id = 3',
      /entrant \d+ of promo 1: nonce is 77 in SQL, 13/,
    ],
  ];
  test('show each change of a value by its column', async () => {
    await projectSale(sale.folder);
    for (const [table, set, where, finding] of changes) {
      const column = set.split(' ')[0]!;
      const before = valuesOf(table, column, where);
      expect(before).not.toEqual([]);
      change(`UPDATE ${table} SET ${set} WHERE ${where}`);
      const lines = await sale.findings();
      expect({ set, lines }).toEqual({ set, lines: [expect.stringMatching(finding)] });
      for (const { row, value } of before) {
        const restore = `UPDATE ${table} SET ${column} = ? WHERE rowid = ${row}`;
        tamper(sale.folder, restore, value);
      }
    }
    expect(await sale.findings()).toEqual([]);
  });

  test('show each forged count of the series, in any width of rows', async () => {
    await projectSale(sale.folder);
    const counts = [...seriesCounts.map((count) => saleSeries[count].name), 'peak'];
    for (const [index, count] of counts.entries()) {
      const width = seriesWidthsS[index % 6]!;
      const row = `(item_id, width_s, at, promo_id) IN
        (SELECT item_id, width_s, at, promo_id FROM sale_series WHERE width_s = ${width} LIMIT 1)`;
      change(`UPDATE sale_series SET ${count} = ${count} + 7 WHERE ${row}`);
      const words = count.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
      const findings = await sale.findings();
      expect(findings[0]).toMatch(
        new RegExp(
          `item 1: chart of promo \\d, rows of [a-z0-9 ]+: (${words}|peak) is \\d+ in SQL, `,
        ),
      );
      change(`UPDATE sale_series SET ${count} = ${count} - 7 WHERE ${row}`);
    }
    expect(await sale.findings()).toEqual([]);
    change('DELETE FROM sale_series WHERE item_id = 3');
    expect((await sale.findings())[0]).toMatch(/item 3: chart of promo 0.* is 0 in SQL, \d+ by/);
  });

  test('say nothing of a series that is behind them, or that nobody has made yet', async () => {
    await projectSale(sale.folder);
    change('DELETE FROM sale_series');
    change('DELETE FROM series_checkpoints');
    const left = [0, 1, 2, 3].map(
      (partition) => `partition ${partition}: charts not compared, they contain 0 entries`,
    );
    const { audit, comparisons } = await sale.audited();
    expect(audit.findings.listed).toEqual([]);
    expect(left).toEqual(expect.arrayContaining(comparisons[0]!.skipped));
    expect(comparisons[0]!.skipped.length).toBeGreaterThan(1);
    const database = new Database(sale.folder.file('stampede.db'));
    database.run('DROP TABLE sale_series');
    database.run('DROP TABLE series_checkpoints');
    database.close();
    expect(await sale.findings()).toEqual([]);
  });

  test('show what is missing', async () => {
    await projectSale(sale.folder);
    change("DELETE FROM refunds_due WHERE id IN ('1-2', '1-4')");
    change('DELETE FROM draw_entrants WHERE user_id IN (1, 5)');
    change('UPDATE promos SET published_at = NULL, draw_secret = NULL WHERE id = 1');
    expect(await sale.findings()).toEqual([
      expect.stringMatching(/item 2: promo 1: publishedAt is null in SQL/),
      expect.stringMatching(/item 2: promo 1: drawSecret is null in SQL/),
      expect.stringMatching(/^I7 1\/\d item 1: refund due 1-2: the journal has it, SQL does not/),
      expect.stringMatching(/^I7 1\/\d item 1: refund due 1-4: the journal has it, SQL does not/),
      expect.stringMatching(/^I7 2\/4 item 2: entrant \d+ of promo 1: the journal has it, SQL/),
      expect.stringMatching(/^I7 2\/5 item 2: entrant \d+ of promo 1: the journal has it, SQL/),
    ]);
  });

  test('may say of a draft what its secret is before the journal does', async () => {
    await projectSale(sale.folder);
    change(`INSERT INTO promos (item_id, name, price, start_at, end_at, limit_per_user, gate_factor,
      pay_window_s, captcha, draw_secret) VALUES (3, 'draft', 1, 1, 2, 1, 1, 1, 0, 'mine')`);
    expect(await sale.findings()).toEqual([]);
  });

  test('show what the journal does not know', async () => {
    await projectSale(sale.folder);
    change(`INSERT INTO refunds_due SELECT '1-9', 1, 9, n, order_id, amount_minor, reference, reason, at,
      by, settled_at, settled_by, settled_reference, partition, seq FROM refunds_due WHERE due = 1`);
    change(
      'INSERT INTO draw_entrants SELECT id + 64 * 4096, 1, 9, 9 FROM draw_entrants WHERE user_id = 5',
    );
    change(
      'INSERT INTO draw_entrants SELECT id - 100, 8, 9, 9 FROM draw_entrants WHERE user_id = 5',
    );
    change('INSERT INTO draw_entrants VALUES ((7 * 64 + 63) * 4096, 8, 9, 9)');
    change(`INSERT INTO promos (item_id, name, price, start_at, end_at, limit_per_user, gate_factor,
      pay_window_s, captcha, ended_at) VALUES (3, 'draft', 1, 1, 2, 1, 1, 1, 0, 9)`);
    expect(await sale.findings()).toEqual([
      expect.stringMatching(/item 3: promo 5: in SQL something became of it, the journal did not/),
      expect.stringMatching(/item 1: refund due 1-9: SQL has it, the journal does not/),
      expect.stringMatching(/item -: entrant \d+ of promo 8: SQL has it, the journal knows of no/),
      expect.stringMatching(/item 2: entrant \d+ of promo 1: SQL has it, the journal does not/),
      expect.stringMatching(/63\/7 item -: entrant \d+ of promo 8: SQL has it, the journal knows/),
    ]);
    for (const line of await sale.findings({ item: 3 })) expect(line).toContain('item 3');
  });
});
