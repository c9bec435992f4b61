/**
 * How mailbox records hold commands and replies: word 0 is the kind or code, word 1 the request. Texts
 * come last in a record, each as its length in bytes and then its bytes, eight to a word.
 */
import { itemTexts, queueModes } from '../events.ts';
import { actorNameBytesMax, hashDigits, recordWords, referenceCharactersMax } from '../limits.ts';
import {
  type Code,
  type Command,
  type OrderStatus,
  orderStatus,
  type Reply,
  standings,
} from '../protocol.ts';

/** In the order of their numbers, from 1. */
const kinds = [
  'place',
  'pay',
  'cancel',
  'read',
  'join',
  'open',
  'restock',
  'publish',
  'tally',
  'stand',
  'leave',
  'withdrawUnits',
  'edit',
  'pause',
  'resume',
  'end',
  'withdrawPromo',
  'extend',
  'refund',
  'settle',
] as const satisfies readonly Command['type'][];

const kindOf = Object.fromEntries(kinds.map((name, index) => [name, index + 1])) as Record<
  Command['type'], // `kinds` names every type: the test writes each.
  number
>;
const place = kindOf.place;

/** Stands for a field that a command does not have. */
const absent = -1;

/** Writes a command at a word offset. `request` is an integer that its reply will carry. */
export function writeCommand(
  words: Float64Array,
  offset: number,
  request: number,
  command: Command,
): void {
  words[offset] = kindOf[command.type];
  words[offset + 1] = request;
  words[offset + 2] = command.item;
  if (command.type === 'place') {
    words[offset + 3] = command.user;
    words[offset + 4] = command.promo;
    words[offset + 5] = command.amount;
    words[offset + 6] = command.nonce;
    words[offset + 7] = command.expiresAt;
  } else {
    writeRest(new Writer(words, offset), command);
  }
}

function writeRest(to: Writer, command: Exclude<Command, { type: 'place' }>): void {
  switch (command.type) {
    case 'pay':
      to.numbers(command.n, command.user, command.amountMinor ?? absent);
      to.text(command.reference);
      break;
    case 'cancel':
    case 'read':
      to.numbers(command.n, command.user);
      break;
    case 'refund':
      to.numbers(command.n, command.amountMinor, Number(command.back));
      to.text(command.reference);
      break;
    case 'settle':
      to.numbers(command.due);
      to.text(command.reference);
      break;
    case 'join':
      to.numbers(command.user, command.promo, command.nonce);
      break;
    case 'stand':
    case 'leave':
      to.numbers(command.user, command.promo);
      break;
    case 'open':
      to.numbers(command.price, command.units);
      to.numbers(flagOf(command.normalSale), command.limit ?? absent);
      break;
    case 'edit':
      to.numbers(command.price ?? absent, flagOf(command.normalSale));
      to.numbers(command.limit ?? absent, command.texts);
      break;
    case 'restock':
    case 'withdrawUnits':
      to.numbers(command.units, command.key);
      break;
    case 'publish': {
      const { promo, price, startAt, endAt, limit, gateFactor, payWindowMs } = command;
      to.numbers(promo, price, startAt, endAt, limit, gateFactor, payWindowMs);
      const { queue, admitMs = absent, queueOpenAt = absent, secret } = command;
      to.numbers(queue === undefined ? absent : queueModes.indexOf(queue), admitMs, queueOpenAt);
      to.digits(secret);
      break;
    }
    case 'pause':
    case 'resume':
    case 'end':
    case 'withdrawPromo':
      to.numbers(command.promo);
      break;
    case 'extend':
      to.numbers(command.promo, command.endAt);
      break;
    case 'tally':
      to.numbers(command.seen, command.count, command.amount);
      break;
  }
  if ('by' in command || mayBeSigned.has(command.type)) {
    to.text((command as { by?: string }).by); // Only signed commands are in the set.
  }
}

const mayBeSigned: ReadonlySet<Command['type']> = new Set<Command['type']>([
  ...(['open', 'restock', 'withdrawUnits', 'edit', 'publish', 'pause', 'resume', 'end'] as const),
  ...(['withdrawPromo', 'extend', 'pay', 'cancel', 'refund', 'settle'] as const),
]);

export function requestAt(words: Float64Array, offset: number): number {
  return words[offset + 1]!;
}

export function readCommand(words: Float64Array, offset: number): Command {
  if (words[offset] === place) {
    return {
      type: 'place',
      item: words[offset + 2]!,
      user: words[offset + 3]!,
      promo: words[offset + 4]!,
      amount: words[offset + 5]!,
      nonce: words[offset + 6]!,
      expiresAt: words[offset + 7]!,
    };
  }
  const from = new Reader(words, offset);
  const type = kinds[words[offset]! - 1];
  if (type === undefined || type === 'place')
    throw new Error(`no command has kind ${words[offset]}`);
  return readRest(from, type, words[offset + 2]!);
}

function readRest(from: Reader, type: Exclude<Command['type'], 'place'>, item: number): Command {
  switch (type) {
    case 'pay': {
      const pay = { type, item, n: from.number(), user: from.number() };
      return { ...pay, ...from.some('amountMinor'), ...from.text('reference'), ...from.text('by') };
    }
    case 'cancel':
      return { type, item, n: from.number(), user: from.number(), ...from.text('by') };
    case 'read':
      return { type, item, n: from.number(), user: from.number() };
    case 'refund': {
      const order = { type, item, n: from.number(), amountMinor: from.number() };
      const back = from.number() === 1;
      return { ...order, back, reference: '', ...from.text('reference'), ...from.text('by') };
    }
    case 'settle': {
      const settle = { type, item, due: from.number(), reference: '' };
      return { ...settle, ...from.text('reference'), ...from.text('by') };
    }
    case 'join':
      return { type, item, user: from.number(), promo: from.number(), nonce: from.number() };
    case 'stand':
    case 'leave':
      return { type, item, user: from.number(), promo: from.number() };
    case 'open': {
      const open = { type, item, price: from.number(), units: from.number() };
      return { ...open, ...from.flag('normalSale'), ...from.some('limit'), ...from.text('by') };
    }
    case 'edit': {
      const given = { ...from.some('price'), ...from.flag('normalSale'), ...from.some('limit') };
      return { type, item, ...given, texts: from.number(), ...from.text('by') };
    }
    case 'restock':
    case 'withdrawUnits':
      return { type, item, units: from.number(), key: from.number(), ...from.text('by') };
    case 'publish':
      return readPublish(from, item);
    case 'pause':
    case 'resume':
    case 'end':
    case 'withdrawPromo':
      return { type, item, promo: from.number(), ...from.text('by') };
    case 'extend':
      return { type, item, promo: from.number(), endAt: from.number(), ...from.text('by') };
    case 'tally':
      return { type, item, seen: from.number(), count: from.number(), amount: from.number() };
  }
}

function readPublish(from: Reader, item: number): Command {
  const sale = {
    promo: from.number(),
    price: from.number(),
    startAt: from.number(),
    endAt: from.number(),
  };
  const terms = { limit: from.number(), gateFactor: from.number(), payWindowMs: from.number() };
  const queue = queueModes[from.number()];
  return {
    ...{ type: 'publish', item, ...sale, ...terms },
    ...(queue === undefined ? {} : { queue }),
    ...from.some('admitMs'),
    ...from.some('queueOpenAt'),
    ...from.digits('secret'),
    ...from.text('by'),
  };
}

function flagOf(value: boolean | undefined): number {
  return value === undefined ? absent : Number(value);
}

/** Writes one field of a record after the other, behind kind, request and item. */
class Writer {
  #at: number;

  constructor(
    private readonly words: Float64Array,
    private readonly offset: number,
  ) {
    this.#at = offset + 3;
  }

  numbers(...values: readonly number[]): void {
    for (const value of values) this.words[this.#at++] = value;
  }

  text(text = ''): void {
    const bytes = Buffer.from(text, 'utf8');
    this.numbers(bytes.length);
    this.#bytes(bytes);
  }

  /** A hash of `hashDigits` hex digits, or none. */
  digits(digits: string | undefined): void {
    this.#bytes(Buffer.from(digits ?? '0'.repeat(hashDigits), 'hex'));
  }

  #bytes(bytes: Uint8Array): void {
    const wordsNeeded = Math.ceil(bytes.length / 8);
    if (this.#at + wordsNeeded > this.offset + recordWords) throw new Error('a text is too long');
    bytesAt(this.words, this.#at, bytes.length).set(bytes);
    this.#at += wordsNeeded;
  }
}

/** Reads what `Writer` wrote; a field that was absent becomes an object without it. */
class Reader {
  #at: number;

  constructor(
    private readonly words: Float64Array,
    offset: number,
  ) {
    this.#at = offset + 3;
  }

  number(): number {
    return this.words[this.#at++]!;
  }

  some<const Name extends string>(name: Name): { [N in Name]?: number } {
    const value = this.number();
    return value === absent ? {} : ({ [name]: value } as { [N in Name]: number }); // The one key.
  }

  flag<const Name extends string>(name: Name): { [N in Name]?: boolean } {
    const value = this.number();
    return value === absent ? {} : ({ [name]: value === 1 } as { [N in Name]: boolean }); // As above.
  }

  text<const Name extends string>(name: Name): { [N in Name]?: string } {
    const length = this.number();
    if (length === 0) return {};
    const text = this.#bytes(length).toString('utf8');
    return { [name]: text } as { [N in Name]: string }; // As above.
  }

  digits<const Name extends string>(name: Name): { [N in Name]?: string } {
    const digits = this.#bytes(hashDigits / 2).toString('hex');
    if (/^0+$/.test(digits)) return {};
    return { [name]: digits } as { [N in Name]: string }; // As above.
  }

  #bytes(length: number): Buffer {
    const bytes = Buffer.from(bytesAt(this.words, this.#at, length));
    this.#at += Math.ceil(length / 8);
    return bytes;
  }
}

function bytesAt(words: Float64Array, at: number, length: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset + at * 8, length);
}

/** Flags of a reply record. */
const repeatedFlag = 1;
const orderFlag = 2;
const standingFlag = 4;

export function writeReply(
  words: Float64Array,
  offset: number,
  request: number,
  reply: Reply,
): void {
  const { order, standing } = reply;
  words[offset] = reply.code;
  words[offset + 1] = request;
  words[offset + 2] =
    (reply.repeated ? repeatedFlag : 0) |
    (order !== null ? orderFlag : 0) |
    (standing !== null ? standingFlag : 0);
  words[offset + 3] = reply.about;
  if (order !== null) {
    words[offset + 4] = order.n;
    words[offset + 5] = order.user;
    words[offset + 6] = order.promo;
    words[offset + 7] = order.amount;
    words[offset + 8] = order.unitPrice;
    words[offset + 9] = order.status;
    words[offset + 10] = order.createdAt;
    words[offset + 11] = order.payBy;
    words[offset + 12] = order.paidAt;
    words[offset + 13] = order.closedAt;
  } else if (standing !== null) {
    words[offset + 4] = standings.indexOf(standing.state);
    words[offset + 5] = standing.nonce;
    words[offset + 6] = standing.until;
    words[offset + 7] = standing.ahead;
    words[offset + 8] = standing.waiting;
    words[offset + 9] = standing.heldUnpaid;
    words[offset + 10] = standing.etaSeconds;
  }
}

export function readReply(words: Float64Array, offset: number): Reply {
  const word = (index: number) => words[offset + index]!;
  const flags = word(2);
  return {
    code: word(0) as Code, // `writeReply` puts only a code here.
    repeated: (flags & repeatedFlag) !== 0,
    about: word(3),
    order:
      (flags & orderFlag) === 0
        ? null
        : {
            n: word(4),
            user: word(5),
            promo: word(6),
            amount: word(7),
            unitPrice: word(8),
            status: statusOf(word(9)),
            createdAt: word(10),
            payBy: word(11),
            paidAt: word(12),
            closedAt: word(13),
          },
    standing:
      (flags & standingFlag) === 0
        ? null
        : {
            state: standings[word(4)]!, // `writeReply` puts a place of that list here.
            nonce: word(5),
            until: word(6),
            ahead: word(7),
            waiting: word(8),
            heldUnpaid: word(9),
            etaSeconds: word(10),
          },
  };
}

function statusOf(value: number): OrderStatus {
  if (value < orderStatus.placed || value > orderStatus.refunded)
    throw new Error(`no status ${value}`);
  return value as OrderStatus; // The range was checked right above.
}

/** Numbers before the texts of the longest records: a publication, and a payment or refund. */
const textWords = (bytes: number) => 1 + Math.ceil(bytes / 8);
const publishWords = 3 + 10 + hashDigits / 2 / 8 + textWords(actorNameBytesMax);
const refundWords = 3 + 3 + textWords(referenceCharactersMax) + textWords(actorNameBytesMax);
if (Math.max(publishWords, refundWords) > recordWords || itemTexts.length > 32) {
  throw new Error('a command does not fit its record');
}
