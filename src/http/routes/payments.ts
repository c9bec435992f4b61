/** The payment webhook: what the merchant's payment provider tells of orders, signed. */
import { Hono } from 'hono';
import { type Delivery, deliverySchema } from '../../payments/deliveries.ts';
import { type DeliveryParts, takeDelivery } from '../../shop/payments/take-delivery.ts';
import type { AppParts } from '../parts.ts';
import { parseJson, readText, unreadable } from '../wire/body.ts';
import { invalid, refused, success, unsigned } from '../wire/envelope.ts';
import { orderData } from '../wire/order-data.ts';

export function paymentRoutes(parts: AppParts) {
  const delivering: DeliveryParts = {
    send: parts.sendOfMoney,
    sql: parts.sql,
    unplaced: (delivery, why) => tellOfUnplaced(parts, { ...delivery, why }),
  };
  return new Hono().post('/', (c) => deliver(parts, delivering, c.req.raw));
}

async function deliver(
  parts: AppParts,
  delivering: DeliveryParts,
  request: Request,
): Promise<Response> {
  let text: string;
  try {
    // What is verified is what was sent, byte for byte: it is read once, and not as JSON.
    text = await readText(request);
  } catch (error) {
    return unreadable(request, error);
  }
  if (parts.deliveries.fault(request.headers, text) !== null) {
    parts.requests.note('paymentsUnsigned');
    return unsigned(request);
  }
  const { value, refused: unfit } = deliveryIn(request, text);
  if (unfit !== null) {
    // It was signed, so there may be money behind it.
    tellOfUnplaced(parts, {
      why: 'it is not in the form that it must have',
      body: shortened(text),
    });
    return unfit;
  }
  const taken = await takeDelivery(delivering, value);
  if (taken.refused !== null) return refused(request, taken.refused);
  const { item, order, refundDue } = taken.value;
  return success({ ...orderData(item, order), ...(refundDue ? { refundDue } : {}) });
}

function deliveryIn(request: Request, text: string) {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { value: null, refused: invalid(request, { body: 'is not JSON' }) };
  }
  return parseJson(request, deliverySchema, body);
}

/** Enough of a delivery to find it again at the provider. */
const shownCharactersMax = 1_000;
const shortened = (text: string) => text.slice(0, shownCharactersMax);

/** Nothing in the journal can say it: an operator must look up the payment at the provider. */
function tellOfUnplaced(
  { requests, logWarning }: Pick<AppParts, 'requests' | 'logWarning'>,
  details: Partial<Delivery> & { why: string; body?: string },
): void {
  requests.note('paymentsUnplaced');
  logWarning('a payment could not be noted: look it up at the provider', details);
}
