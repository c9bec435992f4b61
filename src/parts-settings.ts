/**
 * What each part is opened with, from the engine's settings: for the engine, and for other commands.
 */
import { join } from 'node:path';
import type { JournalSettings } from '../actors/journal/open.ts';
import type { Config } from './config.ts';
import type { SqlSettings } from './db/open.ts';
import type { StoreSettings } from './store/open.ts';

export function journalSettings(config: Config): JournalSettings {
  const { natsUrl, natsCredentialsFile, natsCaFile, journalReplicas } = config;
  if (natsUrl !== null) {
    return {
      kind: 'jetstream',
      url: natsUrl,
      credentialsFile: natsCredentialsFile,
      caFile: natsCaFile,
      replicas: journalReplicas,
    };
  }
  return {
    kind: 'log',
    folder: journalFolder(config),
    before: join(config.dataDir, 'journal.db'),
    streams: config.actorThreads,
  };
}

/** Where the embedded journal is. */
export function journalFolder({ dataDir }: Config): string {
  return join(dataDir, 'journal');
}

/** Where this machine keeps snapshots. */
export function snapshotsFolder({ dataDir }: Config): string {
  return join(dataDir, 'snapshots');
}

export function sqlSettings({ databaseUrl, dataDir }: Config): SqlSettings {
  return { databaseUrl, dataDir };
}

export function storeSettings({ redisUrl, dataDir }: Config): StoreSettings {
  return { redisUrl, dataDir };
}
