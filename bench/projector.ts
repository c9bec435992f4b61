/** The projector, alone: a whole journal into a fresh SQL database. */
import { openJournal } from '../actors/journal/open.ts';
import { openSql } from '../src/db/open.ts';
import { Projector } from '../src/projector/projector.ts';
import type { TemporaryFolder } from '../src/testing/process.ts';
import { partitions } from './actor-thread.ts';
import { atLeast, type Target, WrongAnswer } from './report.ts';

const leastPerSecond = 100_000;

export async function projector(folder: TemporaryFolder, orders: number): Promise<Target[]> {
  const path = folder.file('journal.db');
  const journal = await openJournal({ kind: 'sqlite', path }, partitions, { readonly: true });
  const sql = await openSql({ databaseUrl: null, dataDir: folder.path });
  const { projection } = sql;
  const startedAt = performance.now();
  const running = new Projector({ journal, projection, partitions });
  await running.start();
  await running.catchUp();
  const seconds = (performance.now() - startedAt) / 1000;
  const sums = await projection.snapshot((view) => view.itemSums());
  const projected = sums.reduce((total, { logged }) => total + orders - logged, 0);
  if (projected !== orders) throw new WrongAnswer(`projector: ${projected} orders of ${orders}`);
  await sql.close();
  await journal.close();
  return [atLeast('projector, SQLite: orders', orders / seconds, leastPerSecond, '/s')];
}
