/** Engines in a cluster, as real processes: on three NATS servers and one PostgreSQL database. */

import type { JournalSettings } from '../../actors/journal/open.ts';
import { type NatsCluster, startNatsCluster } from '../../actors/testing/nats-cluster.ts';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../../actors/testing/process.ts';
import { startPostgres } from '../../src/testing/postgres.ts';
import { type EngineServer, startEngineServer } from './servers.ts';
import { call } from './shop.ts';

export const engineCount = 3;
/** Ownership that has not changed for this long will stay: engines look several times a second. */
const steadyMs = 2_000;
/** Asking is work for the engines, whose CPU is being measured. */
const lookMs = 40;
const patienceMs = 120_000;

export interface Cluster {
  readonly nats: NatsCluster;
  /** By number; one that was ended stays in its place until it is started again. */
  readonly engines: readonly EngineServer[];
  /** Starts an engine that has ended again, with its data, on another port. */
  restart(number: number): Promise<void>;
}

/** Does something with the journal of a cluster before any engine is there. */
export type Prepare = (journal: JournalSettings) => Promise<void>;

/** Starts a cluster whose streams have this many replicas, and ends it when the measurement is done. */
export async function withCluster<T>(
  replicas: number,
  measure: (cluster: Cluster) => Promise<T>,
  prepare: Prepare = () => Promise.resolve(),
): Promise<T> {
  const ends: (() => Promise<void> | void)[] = [];
  try {
    const nats = await startNatsCluster([], { severable: false });
    ends.push(nats.remove);
    await prepare({ kind: 'jetstream', url: nats.url, replicas });
    const postgres = await startPostgres();
    ends.push(postgres.remove);
    const env = {
      NATS_URL: nats.url,
      JOURNAL_REPLICAS: `${replicas}`,
      DATABASE_URL: await postgres.createDatabase(),
    };
    const folders: TemporaryFolder[] = [];
    const engines: EngineServer[] = [];
    const start = async (number: number) => {
      engines[number] = await startEngineServer({ folder: folders[number]!, env });
    };
    for (let number = 0; number < engineCount; number++) {
      const folder = temporaryFolder();
      folders.push(folder);
      await start(number);
      ends.push(async () => {
        await engines[number]!.process.kill();
        folder.remove();
      });
    }
    const cluster = { nats, engines, restart: start };
    await untilSteady(cluster);
    return await measure(cluster);
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

/** What an engine says of all engines, as far as the bench reads it. */
interface Standing {
  engines: { id: string; address: string; state: string }[];
  partitions: {
    owner: string | null;
    mode: string;
    journalSeq: number;
    sqlSeq: number;
    copy: { mode: string; seq: number } | null;
  }[];
}

/** By partition: the number of the engine that owns it. */
export type OwnersByPartition = readonly number[];

/**
 * Who owns what, where all engines agree, owners serve and all others follow; null otherwise. `whole`: SQL
 * has all of the journal, too, and each copy all that its owner has, which is never so under load.
 */
async function ownersNow({ engines }: Cluster, whole: boolean): Promise<OwnersByPartition | null> {
  const standings = await Promise.all(
    engines.map((engine) => call<Standing>(engine, 'GET', '/api/admin/engines')),
  );
  const [first] = standings as [Standing];
  const alive = first.engines.filter(({ state }) => state === 'alive');
  if (alive.length !== engines.length) return null;
  const numberOf = (id: string | null) => {
    const address = alive.find((engine) => engine.id === id)?.address;
    return engines.findIndex(({ url }) => portOf(url) === portOf(address));
  };
  const owners = first.partitions.map(({ owner }) => numberOf(owner));
  const agreed = owners.every((owner, partition) => {
    if (owner < 0) return false;
    const of = (number: number) => standings[number]!.partitions[partition]!;
    const { mode, journalSeq, sqlSeq } = of(owner);
    return standings.every((_, number) => {
      const { owner: id, copy } = of(number);
      if (numberOf(id) !== owner) return false;
      if (number === owner) return mode === 'ready' && (!whole || sqlSeq === journalSeq);
      return copy?.mode === 'following' && (!whole || copy.seq === journalSeq);
    });
  });
  return agreed ? owners : null;
}

/** Engines may name themselves by the machine's name. */
function portOf(url: string | undefined): string {
  return url === undefined ? '' : new URL(url).port;
}

/** Resolves once nothing is left to be followed or projected, with who owns what. */
export function untilSettled(cluster: Cluster): Promise<OwnersByPartition> {
  return untilOwned(cluster, true);
}

/** Resolves once no partition has changed hands for a while, also under load, with who owns what. */
export async function untilSteady(cluster: Cluster): Promise<OwnersByPartition> {
  let owners = await untilOwned(cluster, false);
  for (let since = performance.now(); performance.now() - since < steadyMs; ) {
    await Bun.sleep(lookMs);
    const now = await untilOwned(cluster, false);
    if (`${now}` !== `${owners}`) since = performance.now();
    owners = now;
  }
  return owners;
}

async function untilOwned(cluster: Cluster, whole: boolean): Promise<OwnersByPartition> {
  let owners: OwnersByPartition | null = null;
  await waitUntil(
    'every partition has an owner, which all engines know',
    async () => {
      owners = await ownersNow(cluster, whole);
      if (owners === null) await Bun.sleep(lookMs);
      return owners !== null;
    },
    patienceMs,
  );
  return owners!;
}
