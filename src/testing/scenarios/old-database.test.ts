/** An engine of now on the files that engines of releases 0.3.0 and 0.5.0 left. */
import { Database } from 'bun:sqlite';
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { drizzle } from 'drizzle-orm/bun-sqlite';
import { migrate } from 'drizzle-orm/bun-sqlite/migrator';
import { decodeEntry } from '../../../actors/journal/codec.ts';
import type { Journal } from '../../../actors/journal/journal.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import { loadedUnitsMax } from '../../../actors/limits.ts';
import { logAt } from '../../../actors/testing/log.ts';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import { readConfig } from '../../config.ts';
import { openSql } from '../../db/open.ts';
import { journalSettings } from '../../parts-settings.ts';
import { Projector } from '../../projector/projector.ts';
import { openRows } from '../../replay/compare/open-sql.ts';
import { sqlComparison } from '../../replay/compare/sql.ts';
import { replay } from '../../replay/replay.ts';
import { logged, snapshotSeqs } from '../engine-log.ts';
import { mustSucceed, startTestEngine, type TestEngine, tokenFor } from '../engine-process.ts';
import { eventsInJournal, itemsInJournalAndSql } from '../items-in-journal.ts';
import { migrationsOf030 } from '../old-migrations.ts';
import { replay as replayed } from '../persistent-buyers.ts';
import { fillCatalogue } from '../projected-rows.ts';
import { laySample } from '../sample-journal.ts';

setDefaultTimeout(240_000);

/** As the sample has them. */
const partitions = 3;
const items = 5;

const folders: TemporaryFolder[] = [];
let engine: TestEngine | null = null;

afterEach(async () => {
  await engine?.kill();
  engine = null;
  for (const folder of folders.splice(0)) folder.remove();
});

function newFolder(): TemporaryFolder {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder;
}

/** By promo, from the first: the item it is of; promos that were never published are of the first. */
async function itemsOfPromos(journal: Journal): Promise<number[]> {
  const of: number[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    for await (const { sequence, bytes } of journal.read(partition, 1)) {
      for (const event of decodeEntry(partition, sequence, bytes).events) {
        if (event.type === 'published') of[event.promo - 1] = event.item;
      }
    }
  }
  return Array.from(of, (item) => item ?? 1);
}

/** The rows of a folder's journal in a database of now. */
async function projected(from: TemporaryFolder): Promise<TemporaryFolder> {
  const folder = newFolder();
  const sql = await openSql({ databaseUrl: null, dataDir: folder.path });
  const journal = await openJournal(logAt(from.file('journal')), partitions, { readonly: true });
  await fillCatalogue(sql, { items, promos: await itemsOfPromos(journal) });
  await new Projector({ journal, projection: sql.projection, partitions }).catchUp();
  await journal.close();
  await sql.close();
  return folder;
}

/** Makes a database of release 0.3.0 with the rows of another, as far as it had columns for them. */
function oldDatabase(folder: TemporaryFolder, from: TemporaryFolder): Record<string, unknown[]> {
  const database = new Database(folder.file('stampede.db'));
  migrate(drizzle(database), { migrationsFolder: migrationsOf030('sqlite', folder) });
  database.run('ATTACH ? AS now', [from.file('stampede.db')]);
  const rows: Record<string, unknown[]> = {};
  for (const table of ['items', 'promos', 'orders', 'stock_logs', 'item_stocks', 'checkpoints']) {
    const columns = database
      .query<{ name: string }, []>(`SELECT name FROM pragma_table_info('${table}', 'main')`)
      .all()
      .map(({ name }) => `"${name}"`);
    database.run(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM now.${table}`);
    rows[table] = database.query(`SELECT * FROM main.${table} ORDER BY 1`).all();
  }
  database.close();
  return rows;
}

test('a database of 0.3.0 is migrated with all its rows, sells on, and holds to its journal', async () => {
  const folder = newFolder();
  await laySample('0.3.0', folder.file('journal.db'), partitions);
  const then = oldDatabase(folder, await projected(folder));
  expect(then.orders!.length).toBeGreaterThan(20);

  const sql = await openSql({ databaseUrl: null, dataDir: folder.path });
  await sql.close();
  const database = new Database(folder.file('stampede.db'), { readonly: true });
  for (const [table, rows] of Object.entries(then)) {
    const now = database.query(`SELECT * FROM ${table} ORDER BY 1`).all();
    expect(now).toMatchObject(rows as object[]);
  }
  const values = (text: string) => database.query(text).values();
  expect(values('SELECT DISTINCT normal_sale, limit_per_user, hidden FROM items')).toEqual([
    [1, loadedUnitsMax, 0],
  ]);
  expect(values('SELECT DISTINCT queue, admit_s, queue_open_at FROM promos')).toEqual([
    ['off', 300, null],
  ]);
  database.close();

  engine = await startTestEngine({ dataDir: folder.path, env: { PARTITIONS: `${partitions}` } });
  const { api } = engine;
  const [item] = (await api<{ items: { id: number }[] }>('GET', '/api/items')).data.items;
  expect(item?.id).toBeGreaterThan(0);
  const sale = await engine.sale();
  const order = mustSucceed(await engine.place(tokenFor(sale, 77)));
  expect(order).toMatchObject({ itemId: items + 1, total: 500 });
  expect(await engine.stop()).toBe(0);

  const config = readConfig({ DATA_DIR: folder.path, PARTITIONS: `${partitions}` });
  const journal = await openJournal(journalSettings(config), partitions, { readonly: true });
  const rows = openRows({ databaseUrl: null, dataDir: folder.path });
  const { audit, comparisons } = await replay({
    journal,
    partitions,
    comparisons: [sqlComparison(rows)],
  });
  await journal.close();
  expect(audit.findings.listed).toEqual([]);
  expect(comparisons[0]!.compared).toMatchObject({ items: items + 1, partitions });
});

test('a journal of 0.5.0 gets snapshots, and its oldest orders leave the memory; a start from both holds to it', async () => {
  const folder = newFolder();
  await laySample('0.5.0', folder.file('journal.db'), partitions);
  const sql = await openSql({ databaseUrl: null, dataDir: folder.path });
  const journal = await openJournal(logAt(folder.file('journal')), partitions, { readonly: true });
  await fillCatalogue(sql, { items, promos: await itemsOfPromos(journal) });
  await journal.close();
  await sql.close();

  const env = { PARTITIONS: `${partitions}`, LOG_LEVEL: 'info' };
  const often = {
    script: 'src/testing/rehearsal-engine.ts',
    args: ['snapshots=20', 'retain=100'],
  };
  const start = () => startTestEngine({ dataDir: folder.path, env, ...often });
  engine = await start();
  const { url } = engine;
  const readyToStop = async () => (await snapshotSeqs({ url })).every((seq) => seq > 0);
  await waitUntil('there is a snapshot of each partition', readyToStop);
  const left = async () => {
    const upTo = new Map<number, number>();
    for await (const { event } of eventsInJournal(folder.path, env))
      if (event.type === 'archived') upTo.set(event.item, event.upTo);
    return [...upTo.values()].reduce((sum, orders) => sum + orders, 0);
  };
  await waitUntil('orders have left', async () => (await left()) > 20);
  expect(await engine.stop()).toBe(0);
  const before = await left();

  engine = await start();
  const recovered = logged(engine, 'recovered');
  expect(recovered.filter(({ from }) => from! > 0)).toHaveLength(partitions);
  const order = mustSucceed(await engine.place(tokenFor(await engine.sale(), 77)));
  expect(order).toMatchObject({ itemId: items + 1, total: 500 });
  expect(await engine.stop()).toBe(0);
  expect((await itemsInJournalAndSql(folder.path, env)).archived.size).toBe(await left());
  expect(await left()).toBeGreaterThanOrEqual(before);
  expect(await replayed(folder.path, env)).toMatchObject({ code: 0 });
});
