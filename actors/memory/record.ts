/**
 * How mailbox records hold commands: word 0 is the kind, word 1 the request. Texts come last in a record,
 * each as its length in bytes and then its bytes, eight to a word. `reply-record.ts` has replies.
 */
import { itemTexts, queueModes } from '../events.ts';
import { actorNameBytesMax, hashDigits, recordWords, referenceCharactersMax } from '../limits.ts';
import { type Command, commandTypes } from '../protocol.ts';
import { absent, Reader, Writer } from './record-fields.ts';

const kindOf = Object.fromEntries(commandTypes.map((name, index) => [name, index + 1])) as Record<
  Command['type'], // `commandTypes` names every type: the test writes each.
  number
>;
const place = kindOf.place;

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
    case 'owe':
      to.numbers(command.n, command.placedAt, command.amountMinor);
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
    case 'sync':
      break;
  }
  if (mayBeSigned.has(command.type)) {
    to.text((command as { by?: string }).by); // Only signed commands are in the set.
  }
}

const mayBeSigned: ReadonlySet<Command['type']> = new Set<Command['type']>([
  ...(['open', 'restock', 'withdrawUnits', 'edit', 'publish', 'pause', 'resume', 'end'] as const),
  ...(['withdrawPromo', 'extend', 'pay', 'cancel', 'refund', 'settle', 'owe'] as const),
]);

/**
 * What buyers ask, without texts: such a record ends within the first cache line, of `shortWords`. All others
 * are what is done for the merchant, or with money.
 */
const shortTypes: ReadonlySet<Command['type']> = new Set<Command['type']>([
  ...(['place', 'read', 'join', 'stand', 'leave', 'tally', 'sync'] as const),
]);
const shortWords = 8;
/** By kind; kinds begin at 1. */
const lengths = [
  Number.NaN,
  ...commandTypes.map((type) => (shortTypes.has(type) ? shortWords : recordWords)),
];

/** Words that a command's record fills at most, of `recordWords`; NaN where there is no command. */
export function commandLengthAt(words: Float64Array, offset: number): number {
  return lengths[words[offset]!] ?? Number.NaN;
}

/**
 * Whether somebody may look on the board for what a command has done, as for all that is done for the merchant
 * or with money; or, with `sync`, for whatever was done before.
 */
export function isDeed(type: Command['type']): boolean {
  return type === 'sync' || !shortTypes.has(type);
}

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
  const type = commandTypes[words[offset]! - 1];
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
    case 'owe': {
      const owe = { type, item, n: from.number(), placedAt: from.number() };
      const money = { amountMinor: from.number(), reference: '' };
      return { ...owe, ...money, ...from.text('reference'), ...from.text('by') };
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
    case 'sync':
      return { type, item };
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

/** Numbers before the texts of the longest records: a publication, and a payment or refund. */
const textWords = (bytes: number) => 1 + Math.ceil(bytes / 8);
const publishWords = 3 + 10 + hashDigits / 2 / 8 + textWords(actorNameBytesMax);
const refundWords = 3 + 3 + textWords(referenceCharactersMax) + textWords(actorNameBytesMax);
if (Math.max(publishWords, refundWords) > recordWords || itemTexts.length > 32) {
  throw new Error('a command does not fit its record');
}
