/** Opens the journal that the settings name, for the threads that write it and those that read it. */
import type { SnapshotStore } from '../snapshot/store.ts';
import type { OpenedJournal } from './journal.ts';
import type { NatsSettings } from './nats-address.ts';
import { type MadeFiles, madeFiles } from './segment-names.ts';
import { SqliteJournal } from './sqlite.ts';

export type JournalSettings =
  | { kind: 'sqlite'; path: string; made?: MadeFiles }
  | ({ kind: 'jetstream'; replicas: number } & NatsSettings);

/** A journal that says where snapshots of its partitions are kept. */
export interface JournalWithSnapshots extends OpenedJournal {
  /** @param folder - for those that this machine keeps */
  snapshots(folder: string): SnapshotStore;
}

export interface OpenOptions {
  readonly?: boolean;
  /** How long to wait for a server that is away; without it, for ever. */
  patienceMs?: number;
  /** Called with each loss and return of the server, in words. */
  report?: (state: string) => void;
}

/** `partitions` is fixed when a journal is made; another number later is an error. */
export async function openJournal(
  settings: JournalSettings,
  partitions: number,
  options: OpenOptions = {},
): Promise<JournalWithSnapshots> {
  if (settings.kind === 'jetstream') {
    // Loading the client takes longer than opening the other journal, which does not need it.
    const { JetStreamJournal } = await import('./jetstream.ts');
    return JetStreamJournal.open({ ...settings, partitions, ...options });
  }
  const { path, ...rest } = settings;
  const { readonly = false, report } = options;
  return new SqliteJournal(path, { ...rest, partitions, readonly, report });
}

/**
 * The settings by which an engine's threads open the journal that exists now. Where a file of it is gone
 * later, or is another one, a thread that starts again must not go on with that, or make a new one.
 */
export function thisJournal(settings: JournalSettings): JournalSettings {
  if (settings.kind === 'jetstream') return settings;
  return { ...settings, made: madeFiles(settings.path) };
}
