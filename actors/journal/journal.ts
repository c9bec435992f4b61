/**
 * The journal: the append-only source of truth. Each partition has a gap-free run of entries, from
 * sequence 1; an append names the last sequence its writer knows, and that condition is the fence
 * that keeps two writers of one partition apart (I5).
 */
import type { Sequence } from '../events.ts';

export interface StoredEntry {
  sequence: Sequence;
  bytes: Uint8Array;
}

export interface Journal {
  /**
   * Appends that may be in flight at once for one partition, in order: each names as last the one that
   * the one before it is to become. When one of them fails those after it fail too, whatever another writer
   * has written meanwhile; whoever goes on after that reads first.
   */
  readonly appendsInFlight: number;
  /**
   * Whether what reads as damaged or short may read whole later: one server of several answered, say,
   * and another will the next time. A file that is damaged stays so.
   */
  readonly mayHeal: boolean;
  /**
   * Step 7 of an order: appends an entry as number `expectedLast + 1` and resolves when it is durable.
   * Then the memory of its bytes is the caller's again; where it fails, the journal may go on reading it.
   * @throws Fenced when `expectedLast` is not the last sequence.
   * @throws JournalUnavailable when nothing was stored.
   * @throws OutcomeUnknown when the entry may or may not be stored, now or later.
   */
  append(partition: number, expectedLast: Sequence, entry: Uint8Array): Promise<Sequence>;
  /**
   * Reads the entries from a sequence on, up to the one that was last when the reading began, or
   * later, without a gap.
   * @throws JournalCorrupt when an entry is missing or the store is damaged.
   * @throws JournalUnavailable when the journal cannot be read now.
   */
  read(partition: number, from: Sequence): AsyncIterable<StoredEntry>;
  /**
   * The last sequence; 0 when the partition is empty. A server may know less than another, so that
   * the answer may be short for a while. @throws as `read` does.
   */
  last(partition: number): Promise<Sequence>;
  /** Who answered when the partition was last read, in words for operators. */
  answeredBy(partition: number): string;
  close(): Promise<void>;
}

/** A journal as an engine opens it: it can be probed, and says what its acknowledgement is worth. */
export interface OpenedJournal extends Journal {
  /** Null where nobody else keeps it. */
  readonly copies: JournalCopies | null;
  /** Null where only one engine may write, so that nobody needs to be told of another's entries. */
  readonly followed: FollowedJournal | null;
  /** What an acknowledgement of this store means, in a sentence for operators. */
  acknowledgement(): { text: string };
  /**
   * Finds out whether appends would be taken, as far as possible without one. @throws
   * JournalUnavailable
   */
  probe(): Promise<void>;
}

/** A journal that tells of entries as they are stored: what engines that share it know each other's by. */
export interface FollowedJournal {
  /**
   * Yields the entries from a sequence on, without a gap, each as soon as it is stored, until the signal
   * aborts; it never ends otherwise but with an error. It rests while the partition does.
   *
   * They are read from any of the servers that keep the partition, whose copies may differ, and the last
   * few from one that an append is not judged by. Whoever is to append to what was followed reads first:
   * `read` from the last entry that was followed, which must yield that very entry, by its hash, and what
   * has been stored since. One entry vouches for all before it.
   * @throws JournalCorrupt when an entry is missing.
   * @throws JournalUnavailable when it breaks off: the connection was lost or moved, say.
   */
  follow(partition: number, from: Sequence, signal: AbortSignal): AsyncIterable<StoredEntry>;
}

/** A server that keeps a copy of a partition. */
export interface Keeper {
  server: string;
  /** False while the others do not hear of it. */
  reachable: boolean;
}

/** The copies of a journal that several servers keep: they should be the same. */
export interface JournalCopies {
  /** Who keeps a partition. @throws JournalUnavailable */
  keepers(partition: number): Promise<Keeper[]>;
  /**
   * Reads what one server has of a partition, from its first entry to its end or to an entry, as it is: with
   * the gaps it may have. @throws JournalUnavailable when that server does not answer.
   */
  read(partition: number, server: string, upTo: Sequence): AsyncIterable<StoredEntry>;
}

/** Another writer has appended: the caller's state is out of date. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
  constructor(partition: number, expectedLast: Sequence) {
    super(
      `partition ${partition}: ${expectedLast} is not the last sequence, another writer has written`,
    );
  }
}

/** The journal did not take the entry: nothing was stored. */
export class JournalUnavailable extends Error {
  override readonly name = 'JournalUnavailable';
}

/** The journal did not answer: the entry may be stored, or may be stored later. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** What was opened is not this journal, or not as it was made: an operator must decide. */
export class JournalMisconfigured extends Error {
  override readonly name = 'JournalMisconfigured';
}

/** The journal ends before an entry that is known to be in it: it has lost entries, or says so. */
export class JournalShort extends Error {
  override readonly name = 'JournalShort';
  constructor(
    readonly partition: number,
    readonly last: Sequence,
    readonly known: Sequence,
  ) {
    super(
      `partition ${partition}: the journal ends at entry ${last}, but entry ${known} was ` +
        'acknowledged: it has lost entries, or a server answers that has not got them',
    );
  }
}

/** The journal is damaged: an operator must decide. */
export class JournalCorrupt extends Error {
  override readonly name = 'JournalCorrupt';
  constructor(
    readonly partition: number,
    readonly sequence: Sequence,
    what: string,
  ) {
    super(`partition ${partition}, sequence ${sequence}: ${what}`);
  }
}

/**
 * Whether an error says what the journal did. Any other error, where a journal was used, is a broken
 * invariant of this program: trying again would hide it, so it must crash its thread.
 */
export function isJournalFault(error: unknown): error is Error {
  return (
    error instanceof Fenced ||
    error instanceof JournalUnavailable ||
    error instanceof OutcomeUnknown ||
    error instanceof JournalShort ||
    error instanceof JournalCorrupt
  );
}
