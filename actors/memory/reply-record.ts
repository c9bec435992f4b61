/**
 * How mailbox records hold replies: word 0 is the code, word 1 the request. In place of a reply there may
 * be a redirect: the partition is another engine's.
 */
import type { Owner } from '../cluster/owners.ts';
import { type Code, type OrderStatus, orderStatus, type Reply, standings } from '../protocol.ts';
import { Reader, Writer } from './record-fields.ts';

/** Flags of a reply record. */
const repeatedFlag = 1;
const orderFlag = 2;
const standingFlag = 4;

/** Words of a reply, and of one with an order or a standing. */
const plainWords = 4;
const standingWords = 11;
const orderWords = 15;

/** In place of a code. */
const elsewhere = -1;

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
    words[offset + 14] = order.toRefund;
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
            toRefund: word(14),
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

/**
 * Says that a command's partition is another engine's, where it was not carried out and is to be sent again;
 * `owner` is null where no engine is known to own it.
 */
export function writeRedirect(
  words: Float64Array,
  offset: number,
  request: number,
  owner: Owner | null,
): void {
  words[offset] = elsewhere;
  words[offset + 1] = request;
  words[offset + 2] = owner?.actorThreads ?? 0;
  new Writer(words, offset).text(owner?.id);
}

/** Hot path: whether a record is a redirect, not a reply. */
export function isRedirect(words: Float64Array, offset: number): boolean {
  return words[offset] === elsewhere;
}

export function readRedirect(words: Float64Array, offset: number): Owner | null {
  const { id } = new Reader(words, offset).text('id');
  return id === undefined ? null : { id, actorThreads: words[offset + 2]! };
}

/** Words that a reply's or a redirect's record fills, of `recordWords`. */
export function replyLengthAt(words: Float64Array, offset: number): number {
  if (isRedirect(words, offset)) return plainWords + Math.ceil(words[offset + 3]! / 8);
  const flags = words[offset + 2]!;
  if ((flags & orderFlag) !== 0) return orderWords;
  return (flags & standingFlag) !== 0 ? standingWords : plainWords;
}

function statusOf(value: number): OrderStatus {
  if (value < orderStatus.placed || value > orderStatus.refunded)
    throw new Error(`no status ${value}`);
  return value as OrderStatus; // The range was checked right above.
}
