/** A payment provider for tests: it tells an engine of payments as real ones do. */
import { type Delivery, PaymentDeliveries } from '../payments/deliveries.ts';
import {
  type Answer,
  answerOf,
  type OrderData,
  paymentWebhookSecret,
  type TestEngine,
} from './engine-process.ts';

export type DeliveredOrder = OrderData & { toRefund: number; refundDue?: true };

export interface DeliveryOptions {
  /** Signs with another secret than the engine's. */
  secret?: string;
  /** When it is said to have been sent; now when not given. */
  sentAt?: Date;
  /** What is sent in place of what was signed. */
  sentBody?: string;
  /** Replace those that were signed; null leaves one out. */
  headers?: Record<string, string | null>;
}

/** Sends a delivery, signed. A text is sent as it is. */
export async function deliver(
  { url }: Pick<TestEngine, 'url'>,
  delivery: Delivery | string,
  options: DeliveryOptions = {},
): Promise<Answer<DeliveredOrder>> {
  const { secret = paymentWebhookSecret, sentAt = new Date(), headers = {} } = options;
  const body = typeof delivery === 'string' ? delivery : JSON.stringify(delivery);
  const signed = new PaymentDeliveries(secret).sign(`msg_${crypto.randomUUID()}`, sentAt, body);
  const sent = Object.entries({ ...signed, ...headers }).filter(
    (header): header is [string, string] => header[1] !== null,
  );
  const response = await fetch(`${url}/api/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...Object.fromEntries(sent) },
    body: options.sentBody ?? body,
  });
  return answerOf(response.status, response.headers, await response.text());
}
