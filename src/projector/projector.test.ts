import { expect, setDefaultTimeout, test } from 'bun:test';
import { openJournal } from '../../actors/journal/open.ts';
import { logAt } from '../../actors/testing/log.ts';
import { startProcess, waitUntil } from '../../actors/testing/process.ts';
import { JournalMaker } from '../testing/journal-maker.ts';
import { expectBooks, fillCatalogue, makersCatalogue } from '../testing/projected-rows.ts';
import { projectorContract } from '../testing/projector-contract.ts';
import { sqliteFixture } from '../testing/sql-fixture.ts';

// Catalogues of some hundred rows are made one by one, each as safe from a power cut as a merchant's.
setDefaultTimeout(240_000);

projectorContract('SQLite', sqliteFixture);

test('a projector killed again and again while it writes skips nothing, and repeats nothing', async () => {
  const fixture = await sqliteFixture();
  const sql = await fixture.open();
  await fillCatalogue(sql, makersCatalogue(4));
  const at = logAt(`${fixture.settings.dataDir}/journal`);
  const journal = await openJournal(at, 2);
  const options = { journal, seed: 3, partitions: 2, items: 4, users: 40 };
  const maker = new JournalMaker({ ...options, commandsPerEntry: 5 });
  await maker.write(600);
  const script = `
    const load = (path) => import(${JSON.stringify(import.meta.dir)} + path);
    const { openSql } = await load('/../db/open.ts');
    const { openJournal } = await load('/../../actors/journal/open.ts');
    const { Projector } = await load('/projector.ts');
    const { projection } = await openSql(${JSON.stringify(fixture.settings)});
    const journal = await openJournal(${JSON.stringify(at)}, 2, { readonly: true });
    await new Projector({ journal, projection, partitions: 2, batchEvents: 1 }).catchUp();`;
  const position = async () => {
    const checkpoints = await sql.projection.checkpoints();
    return (checkpoints.get(0)?.seq ?? 0) + (checkpoints.get(1)?.seq ?? 0);
  };
  for (const target of [1, 100, 200]) {
    const child = startProcess({ command: [process.execPath, '-e', script] });
    await waitUntil(`${target} entries are projected`, async () => (await position()) >= target);
    await child.kill();
  }
  expect(await position()).toBeLessThan(600);
  const last = startProcess({ command: [process.execPath, '-e', script] });
  expect(await last.ended).toBe(0);
  expect(await position()).toBe(600);
  await expectBooks(sql, maker.items);
  await journal.close();
  await fixture.remove();
}, 240_000);
