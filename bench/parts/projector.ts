/** The projector, alone: a whole journal into a fresh SQL database, SQLite or Postgres. */
import { openJournal } from '../../actors/journal/open.ts';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { openSql } from '../../src/db/open.ts';
import { Projector } from '../../src/projector/projector.ts';
import { atMost, reported, type Target, WrongAnswer } from '../report/report.ts';
import { journalAt, partitions } from './actor-thread.ts';

/** Of an order, into SQLite; see the README for the machine. */
export const mostProjectorMicros = 1.3;

/** With a URL, into the Postgres database that it names. */
export async function projector(
  folder: TemporaryFolder,
  orders: number,
  databaseUrl: string | null = null,
): Promise<Target[]> {
  const path = folder.file('journal');
  if (databaseUrl === null) await warmUp(path, orders);
  const { seconds, cpuMicros } = await project(path, orders, folder.path, databaseUrl);
  const name = `projector, ${databaseUrl === null ? 'SQLite' : 'Postgres'}:`;
  const cpu = [`${name} CPU of an order`, cpuMicros / orders] as const;
  return [
    reported(`${name} orders`, orders / seconds, '/s'),
    databaseUrl === null
      ? atMost(...cpu, mostProjectorMicros, ' µs', 'of the process, while it catches up')
      : reported(...cpu, ' µs', 'of the process that projects, without that of Postgres'),
  ];
}

/** Into rows that nobody keeps: compilers are warm after this, as those of a running engine are. */
async function warmUp(path: string, orders: number): Promise<void> {
  const scratch = temporaryFolder();
  try {
    await project(path, orders, scratch.path, null);
  } finally {
    scratch.remove();
  }
}

async function project(
  path: string,
  orders: number,
  dataDir: string,
  databaseUrl: string | null,
): Promise<{ seconds: number; cpuMicros: number }> {
  const journal = await openJournal(journalAt(path), partitions, { readonly: true });
  const sql = await openSql({ databaseUrl, dataDir });
  const { projection } = sql;
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const running = new Projector({ journal, projection, partitions });
  await running.start();
  await running.catchUp();
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - startedAt) / 1000;
  const sums = await projection.snapshot((view) => view.itemSums());
  const projected = sums.reduce((total, { logged }) => total + orders - logged, 0);
  if (projected !== orders) throw new WrongAnswer(`projector: ${projected} orders of ${orders}`);
  await sql.close();
  await journal.close();
  return { seconds, cpuMicros: user + system };
}
