import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { rmSync, writeFileSync } from 'node:fs';
import { openJournal } from '../../actors/journal/open.ts';
import { logAt } from '../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { readConfig } from '../config.ts';
import { openSql } from '../db/open.ts';
import { Projector } from '../projector/projector.ts';
import { remove, tamper } from '../testing/forgery.ts';
import { JournalMaker } from '../testing/journal-maker.ts';
import { fillCatalogue } from '../testing/projected-rows.ts';
import { ProgressLine } from './progress.ts';
import type { Report } from './report.ts';
import { runAudit } from './run.ts';

const partitions = 5;
const items = 9;
/** More than a second thread is started for. */
const entries = 1_200;

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = temporaryFolder();
  const journal = await openJournal(logAt(folder.file('journal')), partitions);
  const maker = new JournalMaker({
    journal,
    seed: 5,
    partitions,
    items,
    users: 60,
    commandsPerEntry: 4,
  });
  await maker.write(entries);
  const sql = await openSql({ databaseUrl: null, dataDir: folder.path });
  // By number of the promo, from 1: the item that it is of.
  const promos: number[] = [];
  for (const { id, terms } of maker.items.values())
    for (const { promo } of terms.slice(1)) promos[promo - 1] = id;
  await fillCatalogue(sql, { items, promos: Array.from(promos, (item = 1) => item) });
  await new Projector({ journal, projection: sql.projection, partitions }).catchUp();
  await sql.close();
  await journal.close();
}, 60_000);

afterEach(() => folder.remove());

/** The report of so many threads, with neither times nor an order of the differences. */
async function audited(cores: number, html: string | null = null): Promise<Report> {
  const config = readConfig({ DATA_DIR: folder.path, PARTITIONS: String(partitions) });
  const line = new ProgressLine(() => undefined, true);
  const report = await runAudit(config, { item: null, to: null, html }, line, cores);
  const { journal, comparisons, differences } = report;
  return {
    ...report,
    journal: { ...journal, ms: 0, ordersPerSecond: 0 },
    comparisons: comparisons.map((each) => ({ ...each, ms: 0 })),
    differences: {
      count: differences.count,
      listed: differences.listed.toSorted((a, b) => (a.what < b.what ? -1 : 1)),
    },
  };
}

const sql = (statement: string) => tamper(folder, statement);

describe('an audit in several threads', () => {
  test('says what one thread says', async () => {
    const one = await audited(1, folder.file('one.html'));
    expect(one).toMatchObject({ holds: true, journal: { entries } });
    expect(one.journal.orders).toBeGreaterThan(500);
    const files = [];
    for (const cores of [2, 3, 64]) {
      expect(await audited(cores, folder.file('several.html'))).toEqual(one);
      files.push(await Bun.file(folder.file('several.html')).text());
    }
    const timeless = (text: string) => text.replaceAll(/Made [\d: .-]+UTC|[\d.,]+ m?s\b/g, '');
    const file = timeless(await Bun.file(folder.file('one.html')).text());
    for (const each of files) expect(timeless(each)).toEqual(file);
    for (let item = 1; item <= items; item++) expect(file).toContain(`id="item-${item}"`);
  }, 60_000);

  test('finds what one thread finds, also where it belongs to no partition', async () => {
    sql('DELETE FROM orders WHERE key IN (SELECT key FROM orders ORDER BY key LIMIT 3)');
    sql('UPDATE orders SET user_id = user_id + 1 WHERE key = (SELECT max(key) FROM orders)');
    sql('UPDATE orders SET key = -5 WHERE key = (SELECT min(key) FROM orders)');
    sql(
      'UPDATE orders SET key = 777 * 134217728 + 1 WHERE key = (SELECT min(key) FROM orders WHERE key > 0)',
    );
    sql('UPDATE item_stocks SET stock = stock + 1');
    sql("INSERT INTO checkpoints VALUES (9, 3, 'hash')");
    sql('INSERT INTO draw_entrants VALUES (36863, 1, 1, 1)');
    remove(folder, 2, 50, 51);
    const one = await audited(1);
    expect(one.differences.count).toBeGreaterThan(10);
    expect(await audited(3)).toEqual(one);
  }, 60_000);

  test('compares all partitions with one state of the rows', async () => {
    const { comparisons } = await audited(2);
    const { orders } = comparisons[0]!.compared;
    const database = new Database(folder.file('stampede.db'), { readonly: true });
    const rows = database
      .query<{ count: number }, []>('SELECT count(*) AS count FROM orders')
      .get();
    database.close();
    expect(orders).toBe(rows!.count);
    expect(comparisons[0]!.compared).toMatchObject({ items, partitions });
  }, 60_000);

  test('ends with the error of a thread', async () => {
    for (const log of ['', '-wal', '-shm'])
      rmSync(folder.file(`stampede.db${log}`), { force: true });
    writeFileSync(folder.file('stampede.db'), 'no database'.repeat(1_000));
    const errors = [];
    for (const cores of [1, 3]) {
      const failed = await audited(cores).then(
        () => null,
        (error: unknown) => error,
      );
      expect(failed).toBeInstanceOf(Error);
      errors.push({ name: (failed as Error).name, message: (failed as Error).message });
    }
    expect(errors[1]).toEqual(errors[0]!);
  }, 60_000);
});
