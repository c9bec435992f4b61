/** Opens the journal that the settings name, for the threads that write it and those that read it. */
import type { OpenedJournal } from './journal.ts';
import { SqliteJournal } from './sqlite.ts';

export type JournalSettings =
  | { kind: 'sqlite'; path: string }
  | { kind: 'jetstream'; url: string; replicas: number };

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
): Promise<OpenedJournal> {
  if (settings.kind === 'jetstream') {
    // Loading the client takes longer than opening the other journal, which does not need it.
    const { JetStreamJournal } = await import('./jetstream.ts');
    const { url, replicas } = settings;
    return JetStreamJournal.open({ url, replicas, partitions, ...options });
  }
  const { readonly = false } = options;
  return new SqliteJournal(settings.path, { partitions, readonly });
}
