/** What a journal is that this machine keeps, and that one engine alone may write. */
import type { Sequence } from '../events.ts';
import { SnapshotFiles } from '../snapshot/files.ts';
import type { SnapshotStore } from '../snapshot/store.ts';
import type { StoredEntry } from './journal.ts';
import type { JournalWithSnapshots } from './opening.ts';

export abstract class EmbeddedJournal implements JournalWithSnapshots {
  /** A write blocks its thread, so a second append could never overtake or join it. */
  readonly appendsInFlight = 1;

  /** No one else keeps the files. */
  readonly mayHeal = false;
  readonly copies = null;

  /** The engine's other threads read what they need when they need it. */
  readonly followed = null;

  abstract append(partition: number, expectedLast: Sequence, entry: Uint8Array): Promise<Sequence>;
  abstract read(partition: number, from: Sequence): AsyncGenerator<StoredEntry>;
  abstract last(partition: number): Promise<Sequence>;
  abstract answeredBy(): string;
  abstract probe(): Promise<void>;
  abstract close(): Promise<void>;

  snapshots(folder: string): SnapshotStore {
    return new SnapshotFiles(folder);
  }

  acknowledgement(): { text: string } {
    const text =
      'Files: an acknowledged entry is on the disk of this machine; it survives the end of the process and a power cut, and is lost with the disk.';
    return { text };
  }
}
