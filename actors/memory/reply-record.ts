/** How mailbox records hold replies: word 0 is the code, word 1 the request. */
import { type Code, type OrderStatus, orderStatus, type Reply, standings } from '../protocol.ts';

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

function statusOf(value: number): OrderStatus {
  if (value < orderStatus.placed || value > orderStatus.refunded)
    throw new Error(`no status ${value}`);
  return value as OrderStatus; // The range was checked right above.
}
