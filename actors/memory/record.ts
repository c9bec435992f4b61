/** How mailbox records hold commands and replies: word 0 is the kind or code, word 1 the request. */
import { type Code, type Command, type OrderStatus, orderStatus, type Reply } from '../protocol.ts';

const kind = {
  place: 1,
  pay: 2,
  cancel: 3,
  read: 4,
  admit: 5,
  open: 6,
  restock: 7,
  publish: 8,
  tally: 9,
} as const;

/** Writes a command at a word offset. `request` is an integer that its reply will carry. */
export function writeCommand(
  words: Float64Array,
  offset: number,
  request: number,
  command: Command,
): void {
  words[offset] = kind[command.type];
  words[offset + 1] = request;
  words[offset + 2] = command.item;
  switch (command.type) {
    case 'place':
      words[offset + 3] = command.user;
      words[offset + 4] = command.promo;
      words[offset + 5] = command.amount;
      words[offset + 6] = command.nonce;
      words[offset + 7] = command.expiresAt;
      break;
    case 'pay':
    case 'cancel':
    case 'read':
      words[offset + 3] = command.n;
      words[offset + 4] = command.user;
      break;
    case 'admit':
      words[offset + 3] = command.user;
      words[offset + 4] = command.promo;
      words[offset + 5] = command.nonce;
      break;
    case 'open':
      words[offset + 3] = command.price;
      words[offset + 4] = command.units;
      break;
    case 'restock':
      words[offset + 3] = command.units;
      words[offset + 4] = command.key;
      break;
    case 'publish':
      words[offset + 3] = command.promo;
      words[offset + 4] = command.price;
      words[offset + 5] = command.startAt;
      words[offset + 6] = command.endAt;
      words[offset + 7] = command.limit;
      words[offset + 8] = command.gateFactor;
      words[offset + 9] = command.payWindowMs;
      break;
    case 'tally':
      words[offset + 3] = command.seen;
      words[offset + 4] = command.count;
      words[offset + 5] = command.amount;
      break;
  }
}

export function requestAt(words: Float64Array, offset: number): number {
  return words[offset + 1]!;
}

export function readCommand(words: Float64Array, offset: number): Command {
  const word = (index: number) => words[offset + index]!;
  const item = word(2);
  switch (word(0)) {
    case kind.place:
      return {
        type: 'place',
        item,
        user: word(3),
        promo: word(4),
        amount: word(5),
        nonce: word(6),
        expiresAt: word(7),
      };
    case kind.pay:
      return { type: 'pay', item, n: word(3), user: word(4) };
    case kind.cancel:
      return { type: 'cancel', item, n: word(3), user: word(4) };
    case kind.read:
      return { type: 'read', item, n: word(3), user: word(4) };
    case kind.admit:
      return { type: 'admit', item, user: word(3), promo: word(4), nonce: word(5) };
    case kind.open:
      return { type: 'open', item, price: word(3), units: word(4) };
    case kind.restock:
      return { type: 'restock', item, units: word(3), key: word(4) };
    case kind.publish:
      return {
        type: 'publish',
        item,
        promo: word(3),
        price: word(4),
        startAt: word(5),
        endAt: word(6),
        limit: word(7),
        gateFactor: word(8),
        payWindowMs: word(9),
      };
    case kind.tally:
      return { type: 'tally', item, seen: word(3), count: word(4), amount: word(5) };
    default:
      throw new Error(`no command has kind ${word(0)}`);
  }
}

/** Flags of a reply record. */
const repeatedFlag = 1;
const orderFlag = 2;

export function writeReply(
  words: Float64Array,
  offset: number,
  request: number,
  reply: Reply,
): void {
  const { order } = reply;
  words[offset] = reply.code;
  words[offset + 1] = request;
  words[offset + 2] = (reply.repeated ? repeatedFlag : 0) | (order !== null ? orderFlag : 0);
  words[offset + 3] = reply.nonce;
  if (order === null) return;
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
}

export function readReply(words: Float64Array, offset: number): Reply {
  const word = (index: number) => words[offset + index]!;
  const flags = word(2);
  return {
    code: word(0) as Code, // `writeReply` puts only a code here.
    repeated: (flags & repeatedFlag) !== 0,
    nonce: word(3),
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
  };
}

function statusOf(value: number): OrderStatus {
  if (value < orderStatus.placed || value > orderStatus.expired)
    throw new Error(`no status ${value}`);
  return value as OrderStatus; // The range was checked right above.
}
