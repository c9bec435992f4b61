/** Answers about money: what was told "paid", "a refund is due" or "paid back" is so in the journal. */
import {
  code,
  type Owe,
  orderStatus,
  type Pay,
  type Refund,
  type Reply,
  type Settle,
} from '../../actors/protocol.ts';
import { wrongOrder, wrongView } from './judge-orders.ts';
import type { Judged } from './judged.ts';

export function wrongPay(judged: Judged, command: Pay, reply: Reply): string | null {
  const { item, n, amountMinor = -1, reference = '' } = command;
  const payment = `payment ${item}/${n}/${reference}`;
  const { dues } = judged.history.plain.money;
  if (reply.about > 0) {
    const due = dues[reply.about - 1];
    if (due?.n !== n || due.reference !== reference) return 'I2: the refund due is not durable';
    if (reference !== '' && judged.isTold(payment)) return `${payment} has paid, and is due back`;
    const answers = [code.refundDue, code.usedOtherwise, code.notFound] as const;
    return answers.some((each) => each === reply.code) ? null : 'no answer to a refund due';
  }
  const paidNothing = amountMinor === 0 && reply.code === code.usedOtherwise;
  return wrongOrder(judged, command, reply, ({ total }) => {
    if (paidNothing) return null;
    if (reply.code !== code.ok) return 'I2: money came, and no refund is due';
    if (reply.order?.paidAt === 0) return 'not paid';
    if (!reply.repeated && amountMinor >= 0 && amountMinor !== total) return 'a wrong amount paid';
    // Of nothing there is nothing to give back; and without a reference it may be any payment.
    if (amountMinor === 0 || reference === '') return wrongView(judged, reply);
    if (dues.some((due) => due.n === n && due.reference === reference)) {
      return `${payment} is due back, and has paid`;
    }
    judged.tell(payment);
    return wrongView(judged, reply);
  });
}

export function wrongRefund(judged: Judged, command: Refund, reply: Reply): string | null {
  if (reply.about > 0) return wrongSettled(judged, reply.about, reply);
  const { dues } = judged.history.plain.money;
  return wrongOrder(judged, { n: command.n, user: 0 }, reply, ({ total }, statuses) => {
    switch (reply.code) {
      case code.ok:
        if (reply.order?.status !== orderStatus.refunded) return 'not refunded';
        return wrongView(judged, reply);
      case code.wrongState:
        return statuses.some((status) => status !== orderStatus.paid) ? null : 'I2: it is paid';
      case code.usedOtherwise: {
        const others = [total, ...dues.map(({ amountMinor }) => amountMinor)];
        const asked = command.amountMinor;
        return others.some((minor) => minor !== asked) ? null : 'it is the amount';
      }
      default:
        return 'no answer to a refund';
    }
  });
}

export function wrongOwe({ history }: Judged, command: Owe, reply: Reply): string | null {
  const { n, reference } = command;
  const due = history.plain.money.dues[reply.about - 1];
  // It may have been due before, for another reason.
  const answers = [code.refundDue, code.usedOtherwise, code.notFound] as const;
  if (reply.about <= 0 || !answers.some((each) => each === reply.code))
    return 'money came for what is archived, and no refund is due';
  const same = due?.n === n && due.reference === reference;
  return same ? null : 'I2: the refund due is not durable';
}

export function wrongSettle(judged: Judged, { due }: Settle, reply: Reply): string | null {
  if (reply.code !== code.notFound) return wrongSettled(judged, due, reply);
  return judged.moments.some(({ dues }) => dues < due) ? null : 'the refund is due';
}

function wrongSettled({ history }: Judged, due: number, reply: Reply): string | null {
  if (reply.code !== code.ok || reply.about !== due) return 'no answer to who settles';
  return history.plain.money.dues[due - 1]?.settled ? null : 'I2: the refund is not settled';
}
