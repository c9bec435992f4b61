/** Opens the journal that the settings name, for the threads that write it and those that read it. */
import type { Journal } from './journal.ts';
import { SqliteJournal } from './sqlite.ts';

export type JournalSettings = { kind: 'sqlite'; path: string };

/** `partitions` is fixed when a journal is made; another number later is an error. */
export async function openJournal(
  settings: JournalSettings,
  partitions: number,
  options: { readonly?: boolean } = {},
): Promise<Journal> {
  return new SqliteJournal(settings.path, { ...options, partitions });
}
