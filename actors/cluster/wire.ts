/**
 * The two messages between engines: commands to an actor thread's inbox, and replies back to the lane that sent
 * them. Both are 64-bit floats in the processor's byte order: a head, then the records of the mailboxes,
 * one after the other, each cut to the words that it fills.
 *
 * Head of commands: layout, number of the message among those of its sender (from 1), records.
 * Head of replies: layout, pairs, records; then a pair for each partition in which something was done for
 * the merchant: its number, and the owner's last durable sequence.
 *
 * Where a message is not what it should be, reading gives null: it came from another version.
 */
import type { Sequence } from '../events.ts';
import { forwardRecordsMax, partitionsMax, recordWords } from '../limits.ts';
import { commandLengthAt, writeCommand } from '../memory/record.ts';
import { replyLengthAt, writeRedirect, writeReply } from '../memory/reply-record.ts';
import type { Command, Reply } from '../protocol.ts';
import type { Owner } from './owners.ts';

/**
 * To be raised whenever a word of a record or a head gets another meaning; a test knows the bytes. A command that is
 * new raises nothing where it is only sent when all engines know it.
 */
export const wireLayout = 1;

const headWords = 3;

/** The shortest record, a reply without an order: the words that tell a record's length are within. */
const recordWordsMin = 4;

/** Where an engine's actor thread takes commands. */
export function inboxSubject(engine: string, thread: number): string {
  return `stampede.inbox.${engine}.${thread}`;
}

/** Under which a life of an HTTP thread takes replies: its lanes' subjects begin so. */
export function repliesSubject(engine: string, thread: number, life: number): string {
  return `stampede.replies.${engine}.${thread}.${life}`;
}

/** Commands to be sent in one message. */
export class CommandsToSend {
  readonly #records = new RecordsToSend(commandLengthAt);

  get count(): number {
    return this.#records.count;
  }

  get isFull(): boolean {
    return this.#records.count === forwardRecordsMax;
  }

  /** Hot path. Must not be full. */
  add(request: number, command: Command): void {
    const offset = this.#records.reserve();
    writeCommand(this.#records.words, offset, request, command);
    this.#records.added();
  }

  /** The message, after which there are none. */
  take(number: number): Uint8Array {
    return this.#records.take([wireLayout, number, this.#records.count]);
  }
}

/** Replies to be sent in one message. */
export class RepliesToSend {
  readonly #records = new RecordsToSend(replyLengthAt);
  readonly #reached = new Map<number, Sequence>();

  get count(): number {
    return this.#records.count;
  }

  get isFull(): boolean {
    return this.#records.count === forwardRecordsMax;
  }

  /** Hot path. Must not be full. */
  add(request: number, reply: Reply): void {
    const offset = this.#records.reserve();
    writeReply(this.#records.words, offset, request, reply);
    this.#records.added();
  }

  addRedirect(request: number, owner: Owner | null): void {
    const offset = this.#records.reserve();
    writeRedirect(this.#records.words, offset, request, owner);
    this.#records.added();
  }

  /** What these replies tell of a partition is durable up to a sequence. */
  reached(partition: number, sequence: Sequence): void {
    this.#reached.set(partition, sequence);
  }

  /** The message, after which there are none. */
  take(): Uint8Array {
    const head = [wireLayout, this.#reached.size, this.#records.count];
    const bytes = this.#records.take(head, [...this.#reached].flat());
    this.#reached.clear();
    return bytes;
  }
}

/** Records that grow behind room for a head. */
class RecordsToSend {
  words = new Float64Array(32 * recordWords);
  count = 0;
  #end = headWords;

  constructor(private readonly lengthAt: (words: Float64Array, offset: number) => number) {}

  /** Word offset of the next record. */
  reserve(): number {
    if (this.#end + recordWords > this.words.length) {
      const larger = new Float64Array(2 * this.words.length);
      larger.set(this.words);
      this.words = larger;
    }
    return this.#end;
  }

  /** The record that was reserved is written. */
  added(): void {
    this.#end += this.lengthAt(this.words, this.#end);
    this.count++;
  }

  /** The message has bytes of its own: a client may send it later than it says. */
  take(head: readonly number[], more: readonly number[] = []): Uint8Array {
    const message = new Float64Array(this.#end + more.length);
    message.set(head);
    message.set(more, headWords);
    message.set(this.words.subarray(headWords, this.#end), headWords + more.length);
    this.count = 0;
    this.#end = headWords;
    return new Uint8Array(message.buffer);
  }
}

/** Records that have come, from word offset `first` on. */
export interface ReceivedRecords {
  words: Float64Array;
  first: number;
  count: number;
}

export interface ReceivedCommands extends ReceivedRecords {
  /** Of the message among those of its sender. */
  number: number;
}

export interface ReceivedReplies extends ReceivedRecords {
  /** By partition in which something was done for the merchant: the owner's last durable sequence. */
  reached: ReadonlyMap<number, Sequence>;
}

/** Takes a message of commands apart; null where it is none of this layout. */
export function receivedCommands(bytes: Uint8Array): ReceivedCommands | null {
  const words = wordsOf(bytes);
  if (words === null) return null;
  const [layout, number, count] = words as unknown as [number, number, number]; // There is a head.
  if (layout !== wireLayout || !Number.isSafeInteger(number)) return null;
  const records = { words, first: headWords, count };
  return isWhole(records, commandLengthAt) ? { ...records, number } : null;
}

/** Takes a message of replies apart; null where it is none of this layout. */
export function receivedReplies(bytes: Uint8Array): ReceivedReplies | null {
  const words = wordsOf(bytes);
  if (words === null) return null;
  const [layout, pairs, count] = words as unknown as [number, number, number]; // There is a head.
  if (layout !== wireLayout || !isCount(pairs, partitionsMax)) return null;
  const records = { words, first: headWords + 2 * pairs, count };
  if (!isWhole(records, replyLengthAt)) return null;
  const reached = new Map<number, Sequence>();
  for (let at = headWords; at < records.first; at += 2) reached.set(words[at]!, words[at + 1]!);
  return { ...records, reached };
}

/** Null where there is no head. Bytes as they come begin anywhere, and floats may not: they are copied. */
function wordsOf(bytes: Uint8Array): Float64Array | null {
  if (bytes.length % 8 !== 0 || bytes.length < headWords * 8) return null;
  const words = new Float64Array(bytes.length / 8);
  new Uint8Array(words.buffer).set(bytes);
  return words;
}

/** Whether the records end where the message does. */
function isWhole(
  { words, first, count }: ReceivedRecords,
  lengthAt: (words: Float64Array, offset: number) => number,
): boolean {
  if (!isCount(count, forwardRecordsMax)) return false;
  let offset = first;
  for (let record = 0; record < count; record++) {
    if (offset + recordWordsMin > words.length) return false;
    const length = lengthAt(words, offset);
    // Not a number where there is no such record.
    if (!(length >= recordWordsMin && length <= recordWords)) return false;
    offset += length;
  }
  return offset === words.length;
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
