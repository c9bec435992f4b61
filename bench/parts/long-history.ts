/**
 * What a long history costs: one journal of a million orders, made by a real actor thread, is projected
 * into SQL, audited, recovered from by a starting engine, and its memory is measured. With Postgres it
 * is projected there as well, and with NATS audited from there as well. Then the same of a history that grows to
 * ten million orders, which were paid: `history/long-life.ts`.
 */
import { openJournal } from '../../actors/journal/open.ts';
import { startNats } from '../../actors/testing/nats.ts';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { startPostgres } from '../../src/testing/postgres.ts';
import { emptyReport, type Part, type Target } from '../report/report.ts';
import { journalAt, partitions, startActorThread } from './actor-thread.ts';
import { longLife } from './history/long-life.ts';
import { memory } from './memory.ts';
import { projector } from './projector.ts';
import { recovery } from './recovery.ts';
import { replay } from './replay.ts';

type Step = (folder: TemporaryFolder, orders: number) => Promise<Target[]>;

export const history: Part = {
  name: 'history',
  async run(settings) {
    const { quick, services, progress } = settings;
    const orders = quick ? 100_000 : 1_000_000;
    const folder = temporaryFolder();
    const grown = temporaryFolder();
    try {
      progress('history: making the journal');
      await makeJournal(folder.file('journal'), orders);
      const report = emptyReport();
      const steps = new Map<string, Step>([['replay', replay]]);
      if (services.nats) steps.set('replay of JetStream', replayJetStream);
      steps.set('projector', projector);
      if (services.postgres) steps.set('projector into Postgres', projectIntoPostgres);
      steps.set('recovery', recovery).set('memory', memory);
      for (const [name, step] of steps) {
        progress(`history: ${name}`);
        try {
          report.targets.push(...(await step(folder, orders)));
        } catch (error) {
          report.failures.push(`${name}: ${error}`);
        }
      }
      // It is large, and not needed any more.
      folder.remove();
      try {
        await longLife(report, grown, settings);
      } catch (error) {
        report.failures.push(`long life: ${error}`);
      }
      return report;
    } finally {
      folder.remove();
      grown.remove();
    }
  },
};

/** Eight items, one in each partition, with the same number of orders. */
async function makeJournal(path: string, orders: number): Promise<void> {
  const items = 8;
  const { feeder, stop } = await startActorThread(path);
  await feeder.openSales(items, orders);
  await feeder.place(orders, items);
  await stop();
}

/** Copies the journal, entry by entry, into a fresh JetStream, and audits it there. */
async function replayJetStream(folder: TemporaryFolder, orders: number): Promise<Target[]> {
  const nats = await startNats();
  const alone = temporaryFolder();
  try {
    const path = folder.file('journal');
    const from = await openJournal(journalAt(path), partitions, { readonly: true });
    const to = await openJournal({ kind: 'jetstream', url: nats.url, replicas: 1 }, partitions);
    for (let partition = 0; partition < partitions; partition++) {
      for await (const { sequence, bytes } of from.read(partition, 1)) {
        await to.append(partition, sequence - 1, bytes);
      }
    }
    await Promise.all([from.close(), to.close()]);
    return await replay(alone, orders, { natsUrl: nats.url });
  } finally {
    alone.remove();
    await nats.remove();
  }
}

async function projectIntoPostgres(folder: TemporaryFolder, orders: number): Promise<Target[]> {
  const postgres = await startPostgres();
  try {
    return await projector(folder, orders, await postgres.createDatabase());
  } finally {
    await postgres.remove();
  }
}
