/** Counts what becomes of payments, whoever tells of them. */
import { type Command, code, type Reply } from '../../actors/protocol.ts';
import type { Note, RequestMetrics } from './request-metrics.ts';

type Send = (command: Command) => Promise<Reply>;

/** What becomes of a payment, as its metric names it, and the note that counts it. */
export const paymentOutcomes = {
  paid: 'paymentsPaid',
  repeated: 'paymentsRepeated',
  refund_due: 'paymentsDue',
  refused: 'paymentsRefused',
  unanswered: 'paymentsUnanswered',
} as const satisfies Record<string, Note>;

/** Sends commands about money, and counts those that pay when they are answered. */
export function countingPayments(send: Send, requests: Pick<RequestMetrics, 'note'>): Send {
  return (command) => {
    const replied = send(command);
    if (command.type === 'pay') {
      return replied.then((reply) => {
        requests.note(paymentOutcomes[outcomeOf(reply)]);
        return reply;
      });
    }
    return replied;
  };
}

const silent = new Set<number>([code.outcomeUnknown, code.journalUnavailable, code.tooBusy]);

function outcomeOf({ code: answer, repeated, about }: Reply): keyof typeof paymentOutcomes {
  if (silent.has(answer)) return 'unanswered';
  if (repeated) return 'repeated';
  if (answer === code.ok) return 'paid';
  // It names the refund.
  return about > 0 ? 'refund_due' : 'refused';
}
