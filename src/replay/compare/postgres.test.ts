import { expect, test } from 'bun:test';
import { SQL } from 'bun';
import { openJournal } from '../../../actors/journal/open.ts';
import { logAt } from '../../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { SqlUnavailable } from '../../db/sql.ts';
import { startPostgres } from '../../testing/postgres.ts';
import { playSaleInRows, projectSale } from '../../testing/sale-in-rows.ts';
import { salePartitions } from '../../testing/script-player.ts';
import { playSale } from '../../testing/small-sale.ts';
import { type Replayed, replay } from '../replay.ts';
import { openRows } from './open-sql.ts';
import { sqlComparison } from './sql.ts';

async function auditOf(folder: TemporaryFolder, databaseUrl: string): Promise<Replayed> {
  const journal = await openJournal(logAt(folder.file('journal')), salePartitions, {
    readonly: true,
  });
  const rows = openRows({ databaseUrl, dataDir: folder.path });
  const comparisons = [sqlComparison(rows)];
  try {
    return await replay({ journal, partitions: salePartitions, comparisons });
  } finally {
    await journal.close();
  }
}

test('replay compares the rows in Postgres', async () => {
  const folder = temporaryFolder();
  const server = await startPostgres();
  try {
    const databaseUrl = await server.createDatabase();
    await playSale(folder, databaseUrl);
    const audited = () => auditOf(folder, databaseUrl);
    const honest = await audited();
    expect(honest.audit.findings.listed).toEqual([]);
    expect(honest.comparisons[0]!.compared).toMatchObject({ orders: 8, items: 2, promos: 1 });
    expect(honest.names.items.get(1)).toBe('Something');
    expect(honest.names.promos.get(1)).toBe('A promo');

    const client = new SQL(databaseUrl);
    await client`UPDATE orders SET amount = 9 WHERE user_id = 7`;
    await client`DELETE FROM orders WHERE user_id = 6`;
    await client`UPDATE item_stocks SET stock = 0 WHERE item_id = 2`;
    await client.close();
    const { audit } = await audited();
    expect(audit.findings.listed.map(({ what }) => what)).toEqual([
      'order 20261122-1-7: amount is 9 in SQL, 2 by the journal',
      'order 20261122-1-6: the journal has it, SQL does not',
      // Of the two, one would take nine units instead of two, and the other one none.
      'the sum of the stock logs is 8 in SQL, 13 by the journal',
      'stock is 0 in SQL, 4 by the journal',
    ]);

    await server.stop();
    await expect(audited()).rejects.toBeInstanceOf(SqlUnavailable);
  } finally {
    await server.remove();
    folder.remove();
  }
}, 240_000);

test('replay compares what Postgres says of promos, refunds due, draws and prices', async () => {
  const folder = temporaryFolder();
  const server = await startPostgres();
  try {
    const databaseUrl = await server.createDatabase();
    await playSaleInRows(folder, databaseUrl);
    await projectSale(folder, undefined, databaseUrl);
    const honest = await auditOf(folder, databaseUrl);
    expect(honest.audit.findings.listed).toEqual([]);
    const rows = { orders: 8, items: 3, promos: 4, refunds: 4, entrants: 6, series: 30 };
    const compared = { ...rows, partitions: 4 };
    expect(honest.comparisons[0]!.compared).toEqual(compared);

    const client = new SQL(databaseUrl);
    await client`UPDATE items SET normal_sale = true WHERE id = 1`;
    await client`UPDATE promos SET paused_at = NULL WHERE id = 3`;
    await client`UPDATE refunds_due SET settled_by = 'x' WHERE id = '1-3'`;
    await client`DELETE FROM draw_entrants WHERE user_id = 4`;
    await client.close();
    const { audit } = await auditOf(folder, databaseUrl);
    expect(audit.findings.listed.map(({ what }) => what)).toEqual([
      'normalSale is true in SQL, false by the journal',
      expect.stringMatching(/^promo 3: pausedAt is null in SQL/),
      'refund due 1-3: settledBy is x in SQL, null by the journal',
      expect.stringMatching(/^entrant \d+ of promo 1: the journal has it, SQL does not/),
    ]);
  } finally {
    await server.remove();
    folder.remove();
  }
}, 240_000);
