/** The projector, alone: a whole journal into a fresh SQL database, SQLite or Postgres. */
import { openJournal } from '../../actors/journal/open.ts';
import type { TemporaryFolder } from '../../actors/testing/process.ts';
import { openSql } from '../../src/db/open.ts';
import { Projector } from '../../src/projector/projector.ts';
import { reported, type Target, WrongAnswer } from '../report/report.ts';
import { partitions } from './actor-thread.ts';

/** With a URL, into the Postgres database that it names. */
export async function projector(
  folder: TemporaryFolder,
  orders: number,
  databaseUrl: string | null = null,
): Promise<Target[]> {
  const path = folder.file('journal.db');
  const journal = await openJournal({ kind: 'sqlite', path }, partitions, { readonly: true });
  const sql = await openSql({ databaseUrl, dataDir: folder.path });
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
  const name = databaseUrl === null ? 'SQLite' : 'Postgres';
  return [reported(`projector, ${name}: orders`, orders / seconds, '/s')];
}
