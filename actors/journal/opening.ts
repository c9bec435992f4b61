/** What a journal is opened with, and as. */
import type { SnapshotStore } from '../snapshot/store.ts';
import type { OpenedJournal } from './journal.ts';

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
