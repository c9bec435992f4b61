/** What merchants are told of orders, by webhooks, as the API reference shows it. */
import * as v from 'valibot';
import { id, order, refundDue, time, units } from './answer-schemas.ts';

const entry = {
  seq: v.pipe(units(), v.description('Its entry in the journal of its partition.')),
  partition: units(),
};

/** What is due back by now is not known as of an event. */
const { toRefund: _, ...orderThen } = order.entries;

/** All of an order that there is not. */
const noOrder = v.object({
  itemId: id(),
  ...v.entriesFromList(
    [
      ...(['orderId', 'promoId', 'userId', 'amount', 'unitPrice', 'total', 'status'] as const),
      ...(['createdAt', 'payBy', 'paidAt', 'closedAt'] as const),
    ],
    v.null(),
  ),
});

const due = {
  refundDue: v.pipe(
    v.object({
      id: refundDue.entries.id,
      amount: refundDue.entries.amount,
      reason: refundDue.entries.reason,
      reference: refundDue.entries.reference,
    }),
    v.description('As GET /api/admin/refunds-due has it.'),
  ),
};

const timestamp = v.pipe(time(), v.description('When it happened.'));

export const orderEvent = v.object({
  type: v.picklist([
    ...(['order.placed', 'order.paid', 'order.cancelled'] as const),
    ...(['order.expired', 'order.refunded'] as const),
  ]),
  timestamp,
  data: v.pipe(
    v.object({ ...orderThen, ...entry }),
    v.description('The order as it was then, and where the journal has the event.'),
  ),
});

export const refundDueEvent = v.object({
  type: v.literal('refund.due'),
  timestamp,
  data: v.union([
    v.object({ ...orderThen, ...entry, ...due }),
    v.object({ ...noOrder.entries, ...entry, ...due }),
  ]),
});

export const testEvent = v.object({
  type: v.literal('webhook.test'),
  timestamp,
  data: v.object({}),
});
