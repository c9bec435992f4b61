/**
 * The appends that are on their way to the streams of the JetStream journal: several for each partition, in
 * a line. What the server checks as it stores a message keeps the line whole:
 *
 * - The first in line names the last sequence of the stream.
 * - Those behind name the message that must be the last: the one before them in line, by its id. They would
 *   name a sequence in vain: where another writer takes the sequence that the first was to have, the server
 *   refuses the first, and would take the second, which then rests on an entry that does not exist. Whoever
 *   else writes in between leaves another last id, or none, and all the rest are refused.
 * - The first does not go by an id, since a server that was started again remembers the ids of the last two
 *   minutes only (its duplicate window), and may know none.
 *
 * An append that is not answered goes again under its id. The server knows the ids that it has stored, and
 * answers with the old sequence before it looks at any condition, so that nothing is stored twice. If an
 * append was lost on its way, those behind it were refused: they wait for what becomes of it, and then go
 * again, by sequence.
 *
 * Outcomes are told in the order of the line. One that fails takes all behind it with it: they rest on it.
 */
import { randomBytes } from 'node:crypto';
import type { Sequence } from '../events.ts';
import {
  appendRetryMs,
  appendTimeoutMs,
  jetStreamAppendsInFlight,
  recoveryPauseMs,
} from '../limits.ts';
import { type JetStreamConnection, notConnected } from './jetstream-connection.ts';
import type { Link } from './jetstream-dial.ts';
import {
  appendError,
  isRefusedByFence,
  isTimeout,
  isWrongLastId,
  messageOf,
} from './jetstream-errors.ts';
import type { StreamReader } from './jetstream-reader.ts';
import { nameOf, subjectOf } from './jetstream-streams.ts';
import { Fenced, isJournalFault, JournalCorrupt, OutcomeUnknown } from './journal.ts';

/** Random bytes in the ids of one journal: no other, of any engine, will ever have the same. */
const runBytes = 12;

/** An append on its way. */
interface Append {
  readonly partition: number;
  readonly expectedLast: Sequence;
  readonly entry: Uint8Array;
  readonly id: string;
  readonly link: Link;
  readonly endsAt: number;
  /** The append before it, while that is on its way. */
  before: Append | null;
  /** It goes only once the one before it is stored. */
  readonly waits: boolean;
  /** Whether its outcome has been told. */
  over: boolean;
  readonly told: PromiseWithResolvers<Sequence>;
}

/** The appends of one partition, in order. */
interface Line {
  appends: Append[];
  /** The append that failed last, until its caller has heard of it. */
  failed: { after: Sequence; error: Error } | null;
}

export class JetStreamAppends {
  readonly #run = randomBytes(runBytes).toString('base64url');
  #count = 0;
  readonly #lines = new Map<number, Line>();

  constructor(
    private readonly connection: JetStreamConnection,
    private readonly reader: StreamReader,
  ) {}

  /** As `Journal.append`. */
  append(partition: number, expectedLast: Sequence, entry: Uint8Array): Promise<Sequence> {
    const line = this.#line(partition);
    if (line.failed !== null && expectedLast > line.failed.after) {
      return Promise.reject(line.failed.error);
    }
    const before = line.appends.at(-1) ?? null;
    if (before !== null && expectedLast !== before.expectedLast + 1) {
      const what = `an append after ${expectedLast} does not follow the one in flight`;
      return Promise.reject(new Error(`partition ${partition}: ${what}`));
    }
    if (line.appends.length >= jetStreamAppendsInFlight) {
      const what = `${line.appends.length} appends are in flight already`;
      return Promise.reject(new Error(`partition ${partition}: ${what}`));
    }
    const link = this.connection.current;
    if (link === null) return Promise.reject(notConnected());
    const append: Append = {
      partition,
      expectedLast,
      entry,
      id: `${this.#run}.${(++this.#count).toString(36)}`,
      link,
      endsAt: performance.now() + appendTimeoutMs,
      before,
      waits: before !== null && (before.waits || this.#intoGap(before)),
      over: false,
      told: Promise.withResolvers(),
    };
    line.appends.push(append);
    void this.#carry(line, append);
    return append.told.promise;
  }

  /** The connection is gone, or leads to another server: no answer will come. */
  lost(): void {
    const lost = new OutcomeUnknown('the connection broke while an append was in flight');
    for (const line of this.#lines.values()) {
      if (line.appends[0] !== undefined) this.#fail(line, line.appends[0], lost);
    }
  }

  #line(partition: number): Line {
    let line = this.#lines.get(partition);
    if (line === undefined) {
      line = { appends: [], failed: null };
      this.#lines.set(partition, line);
    }
    return line;
  }

  /** Has an append stored, and tells its outcome once that of the one before it is told. */
  async #carry(line: Line, append: Append): Promise<void> {
    let outcome: Sequence | Error;
    try {
      outcome = await this.#store(append);
    } catch (error) {
      outcome = failure(append, error);
    }
    await untilTold(append.before);
    if (append.over) return;
    if (outcome instanceof Error) {
      this.#fail(line, append, outcome);
      return;
    }
    line.appends.shift();
    end(append);
    append.told.resolve(outcome);
  }

  /** Ends an append, and all behind it in line. */
  #fail(line: Line, append: Append, error: Error): void {
    const failed = line.appends.splice(line.appends.indexOf(append));
    const failure = { after: append.expectedLast, error };
    line.failed = failure;
    for (const each of failed) {
      end(each);
      each.told.reject(error);
    }
    // The callers hear of it within this turn, and until then may add to the line that has ended.
    setImmediate(() => {
      if (line.failed === failure) line.failed = null;
    });
  }

  /** Publishes an append until it is answered. @throws as `Journal.append` does. */
  async #store(append: Append): Promise<Sequence> {
    if (append.waits) await untilTold(append.before);
    let unanswered = 0;
    for (;;) {
      const leftMs = append.endsAt - performance.now();
      if (append.over || leftMs <= 0) throw unknown('not in time');
      // What goes again may be unsent when the first is acknowledged, and its memory the caller's again.
      const entry = unanswered === 0 ? append.entry : append.entry.slice();
      try {
        const timeout = Math.min(appendRetryMs, Math.ceil(leftMs));
        const stored = await this.#publish(append, entry, timeout);
        if (stored !== null) return stored;
        unanswered++;
        await Bun.sleep(recoveryPauseMs);
      } catch (cause) {
        if (isTimeout(cause)) unanswered++;
        // The one before has not come, or the server knows no ids: from now on this one goes by sequence.
        else if (isWrongLastId(cause)) await untilTold(append.before);
        else if (unanswered > 0) return this.#find(append, cause);
        else throw failure(append, cause);
      }
    }
  }

  /** Publishes an append once; null where the server has it already, and has still to store it. */
  async #publish(append: Append, entry: Uint8Array, timeout: number): Promise<Sequence | null> {
    const { partition, expectedLast, id: msgID, link } = append;
    const intoGap = this.#intoGap(append);
    const expect = { streamName: nameOf(partition), ...this.#condition(append) };
    const options = { msgID, expect, timeout };
    const { seq } = await link.client.publish(subjectOf(partition), entry, options);
    if (seq === 0) return null;
    if (intoGap) return this.reader.begins(partition, seq);
    const stored = seq - this.#offset(partition);
    if (stored === expectedLast + 1) return stored;
    throw new JournalCorrupt(partition, stored, `stored after ${expectedLast}`);
  }

  #condition(append: Append) {
    const { partition, expectedLast, before } = append;
    if (before !== null && !before.over) return { lastMsgID: before.id };
    // An empty stream may have a last sequence, and on each server another: but none has a message.
    if (this.#intoGap(append)) return { lastSubjectSequence: 0 };
    return { lastSequence: expectedLast + this.#offset(partition) };
  }

  /**
   * What became of an append that was not answered, and failed when it went again. A server that has just
   * become the leader may refuse it then because it has been stored.
   */
  async #find(append: Append, refusal: unknown): Promise<Sequence> {
    if (!isRefusedByFence(refusal)) throw unknown(messageOf(refusal), refusal);
    const { partition, expectedLast, entry } = append;
    try {
      for await (const { sequence, bytes } of this.reader.read(partition, expectedLast + 1)) {
        if (Buffer.compare(bytes, entry) === 0) return sequence;
        break;
      }
    } catch (cause) {
      throw unknown(messageOf(cause), cause);
    }
    throw new Fenced(partition, expectedLast);
  }

  /** Whether an append is the first message of a stream that has a sequence already. */
  #intoGap({ partition, expectedLast }: Append): boolean {
    return expectedLast === 0 && this.#offset(partition) > 0;
  }

  #offset(partition: number): number {
    return this.reader.known(partition)?.offset ?? 0;
  }
}

/** Resolves once an append's outcome is told, whatever it is. */
async function untilTold(append: Append | null): Promise<void> {
  await append?.told.promise.catch(() => undefined);
}

function end(append: Append): void {
  append.over = true;
  // The line would otherwise hang together for ever, and stay in memory.
  append.before = null;
}

function failure({ partition, expectedLast }: Append, cause: unknown): Error {
  return isJournalFault(cause) ? cause : appendError(partition, expectedLast, cause);
}

const unknown = (why: string, cause?: unknown) =>
  new OutcomeUnknown(`the journal did not answer: ${why}`, { cause });
