/** What the engine asks of others: the merchant's webhooks, in the OpenAPI document. */
import * as example from './examples.ts';
import { type Json, refTo } from './named-schemas.ts';

const { toRefund: _, ...order } = example.order;
const entry = { seq: 5_117, partition: 1 };
const { id, amount, reason, reference } = example.refundsDue.refundsDue[0]!;

interface Webhook {
  schema: string;
  summary: string;
  data: object;
}

const ofOrder = (summary: string, became: object): Webhook => ({
  schema: 'OrderEvent',
  summary,
  data: { ...order, ...became, ...entry },
});

const paidAt = example.paid.paidAt;
const { closedAt } = example.cancelled;

/** By type. A test compares them with those that are sent. */
const webhooks: Record<string, Webhook> = {
  'order.placed': ofOrder('Units are held for a buyer until `payBy`.', {}),
  'order.paid': ofOrder('Also late, after `order.expired`, where units were left.', {
    status: 'paid',
    paidAt,
  }),
  'order.cancelled': ofOrder('Its units are back on sale.', { status: 'cancelled', closedAt }),
  'order.expired': ofOrder('Not paid in time: its units are back on sale.', {
    status: 'expired',
    closedAt: order.payBy,
  }),
  'order.refunded': ofOrder('Its money has gone back.', {
    status: 'refunded',
    paidAt,
    closedAt: example.refunded.closedAt,
  }),
  'refund.due': {
    schema: 'RefundDueEvent',
    summary: 'Money came that no order can take, and must go back.',
    data: {
      ...{ ...order, status: 'cancelled', closedAt, ...entry },
      refundDue: { id, amount, reason, reference },
    },
  },
  'webhook.test': {
    schema: 'TestEvent',
    summary: 'Somebody tries the receiver: answer 2xx, and do nothing.',
    data: {},
  },
};

const header = (name: string, description: string): Json => ({
  ...{ name, in: 'header', required: true, description },
  schema: { type: 'string' },
});

const parameters = [
  header('webhook-id', 'The same whenever this event is sent, and no other event has it.'),
  header('webhook-timestamp', 'When this try was sent: seconds since 1970 UTC.'),
  header(
    'webhook-signature',
    '`v1,` and the HMAC-SHA-256 in base64, keyed with WEBHOOK_SECRET (behind `whsec_`, in base64), of `<webhook-id>.<webhook-timestamp>.<body>`.',
  ),
];

/** The `webhooks` of the document. */
export function describedWebhooks() {
  const described = Object.entries(webhooks).map(([type, { schema, summary, data }]) => {
    const shown = { type, timestamp: order.createdAt, data };
    const post = {
      operationId: `webhook-${type}`,
      summary,
      description:
        'Sent to WEBHOOK_URL at least once, and for each order in order. Answer 2xx within 15 seconds; anything else is tried again.',
      tags: ['webhooks'],
      security: [],
      parameters,
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: refTo(schema) }, example: shown } },
      },
      responses: {
        '2XX': { description: 'Taken.' },
        '4XX': { description: 'Not taken; 410: nothing is sent any more until you say so.' },
      },
    };
    return [type, { post }] as const;
  });
  return Object.fromEntries(described);
}
