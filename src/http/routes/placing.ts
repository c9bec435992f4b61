/** The steps of placing an order that one by itself and one of a batch have in common, numbered as in the README. */
import * as v from 'valibot';
import { orderUnitsMax } from '../../../actors/limits.ts';
import { type OrderView, orderStatus, type Place, type Reply } from '../../../actors/protocol.ts';
import { type PurchaseToken, purchaseTokenLengthMax } from '../../admission/purchase-token.ts';
import { orderId } from '../../order-id.ts';
import { integerField } from '../../shop/input.ts';
import type { AppParts } from '../parts.ts';
import { checkJson } from '../wire/body.ts';
import { invalidRefusal, type Refusal, refusalOf } from '../wire/envelope.ts';
import { timeText } from '../wire/time.ts';

const tokenMessage = 'must be a purchase token';
export const placeSchema = v.object({
  token: v.pipe(v.string(tokenMessage), v.maxLength(purchaseTokenLengthMax, tokenMessage)),
  amount: integerField(1, orderUnitsMax),
});
type PlaceBody = v.InferOutput<typeof placeSchema>;

export interface Wish {
  token: PurchaseToken;
  amount: number;
}

/** Step 1 of a parsed body: what it asks for, or why it cannot be asked for. */
export function wished({ tokens }: Pick<AppParts, 'tokens'>, body: unknown): Wish | Refusal {
  let value: PlaceBody;
  if (isPlaceBody(body)) value = body;
  else {
    const checked = checkJson(placeSchema, body);
    if (checked.wrong !== null) return invalidRefusal(checked.wrong);
    value = checked.value;
  }
  const token = tokens.verify(value.token);
  return token === null ? refusalOf(30007) : { token, amount: value.amount };
}

/** Step 3: the command of a wish. */
export function placing({ token, amount }: Wish): Place {
  const { userId: user, itemId: item, promoId: promo, expiresAt, nonce } = token;
  return { type: 'place', item, user, promo, amount, nonce, expiresAt };
}

/**
 * Hot path: whether a body is one that `placeSchema` takes, with no other fields, as nearly all are.
 * The schema, which judges everything else, takes ten times as long.
 */
export function isPlaceBody(body: unknown): body is PlaceBody {
  if (typeof body !== 'object' || body === null || Object.keys(body).length !== 2) return false;
  const { token, amount } = body as Record<string, unknown>; // Both are tested below.
  return (
    typeof token === 'string' &&
    token.length <= purchaseTokenLengthMax &&
    typeof amount === 'number' &&
    Number.isSafeInteger(amount) &&
    amount >= 1 &&
    amount <= orderUnitsMax
  );
}

/** Step 9: 201, or 200 where the token had bought before: this is the answer that it got then. */
export function placedStatus({ repeated }: Reply): 200 | 201 {
  return repeated ? 200 : 201;
}

/** Step 9: the answer to a placed order, as JSON text: only numbers and times, so nothing needs escaping. */
export function placedText(itemId: number, order: OrderView): string {
  const { n, promo, amount, unitPrice, createdAt, payBy } = order;
  const id = orderId(itemId, n, createdAt);
  const paid = isPaidAtOnce(order) ? ',"status":"paid"' : '';
  return `{"orderId":"${id}","itemId":${itemId},"promoId":${promo},"amount":${amount},"unitPrice":${unitPrice},"total":${amount * unitPrice},"payBy":"${timeText(payBy)}"${paid}}`;
}

/** What costs nothing was paid when it was placed, whatever has become of it since. */
function isPaidAtOnce({ unitPrice, status, createdAt, paidAt }: OrderView): boolean {
  return unitPrice === 0 && status !== orderStatus.placed && paidAt === createdAt;
}
