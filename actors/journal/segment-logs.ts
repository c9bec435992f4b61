/**
 * Keeps the write-ahead logs of a journal's segments from growing without end. SQLite empties a log by itself, unless
 * a process holds a transaction open on the file: a backup, or a forgotten shell. Each small commit then adds the two
 * pages that it changes, 17 kB, for as long as that lasts.
 */
import { journalLogBytesMax, journalLogLookBytes, journalLogWaitMs } from '../limits.ts';
import { logHolders } from './log-holders.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';
import { type CopiedUpTo, messageOf, pageBytes } from './sqlite-open.ts';

/** Pages that an entry adds to the log beside its bytes: of the table, of its index, and one that it fills in part. */
const pagesPerEntry = 3;

/** Looks while as much is written as the limit. */
const looksPerLimit = 16;

/** Of the limit: however many readers take turns, and none of them stays, a log grows no more than to this. */
const limitsMax = 2;

export class SegmentLogs {
  readonly #lookBytes: number;
  /** At most what was written since the last look. */
  #written = 0;
  /** Where the last look found the newest log copied up to, when that was too large. */
  #copiedUpTo: CopiedUpTo | null = null;
  /** What is in the way of a new segment, which is said once. */
  #trouble: string | null = null;

  /** @param report - called when the journal goes on in a new segment, when it cannot, and when a log was emptied. */
  constructor(
    private readonly segments: Segments,
    private readonly report: (state: string) => void,
    private readonly bytesMax = journalLogBytesMax,
  ) {
    this.#lookBytes = Math.min(journalLogLookBytes, bytesMax / looksPerLimit);
  }

  /** Notes that entries were stored, and looks at their log now and then. Hot path. */
  wrote(entries: number, bytes: number): void {
    this.#written += bytes + entries * pagesPerEntry * pageBytes;
    if (this.#written < this.#lookBytes) return;
    this.#written = 0;
    this.#lookAtNewest();
  }

  /** Empties the logs that grow no more, if those who held them have gone. */
  tidy(): void {
    for (const segment of this.segments.all.slice(0, -1)) {
      if (segment.logBytes() === 0 || emptied(segment, 0) !== null) continue;
      this.report(`the transaction that was open on ${segment.path} is over: its log is emptied`);
    }
  }

  #lookAtNewest(): void {
    const { newest } = this.segments;
    const bytes = newest.logBytes();
    if (bytes <= this.bytesMax) this.#copiedUpTo = null;
    else if (this.#isHeld(newest, bytes)) this.#goOn(newest, bytes);
  }

  #goOn(newest: Segment, bytes: number): void {
    const why =
      `its log has grown to ${Math.round(bytes / 2 ** 20)} MiB and cannot be emptied while ` +
      `${logHolders(newest.path)} has a transaction open on ${newest.path}`;
    try {
      const first = this.segments.goOn();
      this.segments.follow();
      this.#copiedUpTo = null;
      this.#trouble = null;
      if (first) this.report(`${why}: it goes on in ${this.segments.newest.path}`);
    } catch (cause) {
      // Trying holds up commits, and is not done again and again.
      this.#written = -this.bytesMax;
      this.#tell(`${why}, and it cannot go on in a new file: ${messageOf(cause)}`);
    }
  }

  /**
   * Whether a log cannot be emptied, because the reader is still there that was in the way at the last look: copying
   * stops where that began. Short readings are in the way as well, on a busy engine, but each at another place.
   */
  #isHeld(segment: Segment, bytes: number): boolean {
    const before = this.#copiedUpTo;
    const now = emptied(segment, journalLogWaitMs);
    this.#copiedUpTo = now;
    if (now === null) return false;
    return (now >= 0 && now === before) || bytes > limitsMax * this.bytesMax;
  }

  /** Without the size, which is another each time. */
  #tell(trouble: string): void {
    const same = trouble.replace(/\d+ MiB/, '');
    if (same !== this.#trouble) this.report(trouble);
    this.#trouble = same;
  }
}

/** As `emptyLog`. -1 as well where that fails: a commit tells of a file that cannot be written. */
function emptied(segment: Segment, waitMs: number): CopiedUpTo | null {
  try {
    return segment.emptyLog(waitMs);
  } catch {
    return -1;
  }
}
