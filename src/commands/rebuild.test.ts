import { Database } from 'bun:sqlite';
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import { existsSync } from 'node:fs';
import { SQL } from 'bun';
import { startProcess, waitUntil } from '../../actors/testing/process.ts';
import { runCommand } from '../testing/command.ts';
import { commandLine, engineEnvironment, root } from '../testing/engine-process.ts';
import { FaultRig } from '../testing/fault-rig.ts';
import { cutLog } from '../testing/log-forgery.ts';
import { replay } from '../testing/persistent-buyers.ts';
import { type PostgresServer, startPostgres } from '../testing/postgres.ts';
import { projectedTables } from '../testing/sql-fixture.ts';

setDefaultTimeout(240_000);

let rig: FaultRig;

afterEach(() => rig.remove());

const settings = () => ({ ...engineEnvironment(rig.folder.path), ...rig.env });
const rebuild = (...args: string[]) => runCommand(['rebuild', ...args], settings());

/** Sells for a moment, waits until SQL has everything, and leaves the engine running without orders. */
async function sellAndRest(env: Record<string, string>): Promise<void> {
  rig = new FaultRig(env);
  await rig.sell();
  await rig.buyers.stop();
  await rig.untilProjected();
}

/** How many rows a table of SQLite or Postgres has. */
async function rowsIn(table: string): Promise<number> {
  const count = `SELECT count(*) AS rows FROM ${table}`;
  const url = rig.env.DATABASE_URL;
  if (url === undefined) {
    const database = new Database(rig.folder.file('stampede.db'), { readonly: true });
    try {
      return database.query<{ rows: number }, []>(count).get()!.rows;
    } finally {
      database.close();
    }
  }
  const client = new SQL({ url, max: 1 });
  try {
    const [{ rows }] = await client.unsafe(count);
    return Number(rows);
  } finally {
    await client.close();
  }
}

async function projectedRows(): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const table of projectedTables) rows[table] = await rowsIn(table);
  return rows;
}

const none = Object.fromEntries(projectedTables.map((table) => [table, 0]));

/** Holds go on ending meanwhile, and each adds a row to the log of stock, and may begin a second of the series. */
function grown(before: Record<string, number>) {
  return { ...before, stock_logs: expect.any(Number), sale_series: expect.any(Number) };
}

async function expectNoDifference(): Promise<void> {
  const { code, output } = await replay(rig.folder.path, rig.env);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('SQL') });
}

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.remove());

const databases: [string, () => Promise<Record<string, string>>][] = [
  ['SQLite', async () => ({})],
  ['Postgres', async () => ({ DATABASE_URL: await postgres.createDatabase() })],
];

describe.each(databases)('a rebuild on %s', (_, make) => {
  test('empties the projected tables, keeps the rest, and the next start fills them again', async () => {
    await sellAndRest(await make());
    expect(await rig.engine.stop()).toBe(0);
    const before = await projectedRows();
    const kept = [await rowsIn('items'), await rowsIn('promos')];
    const { code, output, errors } = await rebuild('--yes');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(/^The projected tables in \S+ are empty\./);
    expect(await projectedRows()).toEqual(none);
    expect(await rowsIn('promos WHERE published_at IS NOT NULL')).toBe(0);
    expect(await rowsIn('items WHERE sales > 0')).toBe(0);
    expect([await rowsIn('items'), await rowsIn('promos')]).toEqual(kept);
    await expectNoDifference();
    await rig.start();
    await rig.untilProjected();
    expect(await projectedRows()).toEqual(grown(before));
    expect(await rig.engine.stop()).toBe(0);
    await expectNoDifference();
  });

  test('is noticed by an engine that has nothing else to do', async () => {
    await sellAndRest(await make());
    const before = await projectedRows();
    expect((await rebuild('--yes')).code).toBe(0);
    await waitUntil('the rows are back', async () => {
      return (await rowsIn('orders')) === before.orders;
    });
    await rig.untilProjected();
    expect(await projectedRows()).toEqual(grown(before));
    await expectNoDifference();
    expect(await rig.engine.stop()).toBe(0);
    await expectNoDifference();
  });

  test('in the middle of a sale loses no row, and disturbs no buyer', async () => {
    rig = new FaultRig(await make());
    await rig.sell();
    for (let round = 0; round < 3; round++) {
      expect((await rebuild('--yes')).code).toBe(0);
      await rig.buyers.buy(100);
    }
    expect([...rig.buyers.told]).toEqual([]);
    await rig.expectKept();
  });
});

test('after a rebuild, a journal that lost entries SQL had seen is served again', async () => {
  await sellAndRest({});
  expect(await rig.engine.stop()).toBe(0);
  cutLog(rig.folder, 1, 3);
  await rig.start();
  await rig.untilNotReady(/partition 1 is refusing/);
  expect(await rig.engine.stop()).toBe(0);
  expect((await rebuild('--yes')).code).toBe(0);
  await rig.start();
  await rig.untilReady();
  await rig.untilProjected();
  expect(await rig.engine.stop()).toBe(0);
  await expectNoDifference();
});

/** What Ctrl-D sends. */
const endOfFile = '\x04';

describe('a rebuild', () => {
  /** Runs it on a terminal, where a user types an answer. */
  async function answered(answer: string): Promise<{ code: number | null; output: string }> {
    const command = `${process.execPath} ${commandLine} rebuild`;
    const asking = startProcess({
      command: ['script', '--quiet', '--return', '--command', command, '/dev/null'],
      cwd: root,
      env: settings(),
      stdin: 'pipe',
    });
    await waitUntil('it asks', () => asking.output().includes('(yes/no) '));
    asking.input(answer);
    return { code: await asking.ended, output: asking.output() };
  }

  test('asks on a terminal, and does nothing without a yes', async () => {
    await sellAndRest({});
    expect(await rig.engine.stop()).toBe(0);
    const before = await projectedRows();
    for (const answer of ['\n', 'no\n', 'y\n', 'yes please\n', endOfFile]) {
      const { code, output } = await answered(answer);
      expect({ code, output }).toMatchObject({
        code: 1,
        output: expect.stringContaining('Nothing was changed.'),
      });
    }
    expect(await projectedRows()).toEqual(before);
    expect((await answered('yes\n')).code).toBe(0);
    expect(await projectedRows()).toEqual(none);
  });

  test('without a terminal and without --yes refuses', async () => {
    await sellAndRest({});
    const before = await projectedRows();
    const { code, output, errors } = await rebuild();
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(/^stampede rebuild: .*--yes.*\n$/);
    expect(await projectedRows()).toEqual(before);
  });

  test('where there are no tables says so, and makes none', async () => {
    rig = new FaultRig({});
    const { code, output, errors } = await rebuild('--yes');
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(/^stampede rebuild: .*no stampede\.db\n$/);
    expect(existsSync(rig.folder.file('stampede.db'))).toBe(false);
    const empty = await postgres.createDatabase();
    rig.env.DATABASE_URL = empty;
    const onEmpty = await rebuild('--yes');
    expect({ code: onEmpty.code, output: onEmpty.output }).toEqual({ code: 1, output: '' });
    expect(onEmpty.errors).toMatch(/^stampede rebuild: .*does not exist\n$/);
  });

  test('on a Postgres that is away says so, without the password', async () => {
    rig = new FaultRig({ DATABASE_URL: 'postgres://stampede:hunter2@127.0.0.1:1/shop' });
    const { code, output, errors } = await rebuild('--yes');
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(/^stampede rebuild: Postgres .*\n$/);
    expect(errors).not.toContain('hunter2');
  });
});
