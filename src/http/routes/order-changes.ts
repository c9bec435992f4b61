/** What becomes of a placed order: it is paid, cancelled, refunded. */
import type { Context } from 'hono';
import * as v from 'valibot';
import { type Change, changeOrder } from '../../shop/payments/change-order.ts';
import { paymentSchema, refundSchema } from '../../shop/payments/input.ts';
import { actorName } from '../guard/admin.ts';
import type { Known } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, refused, success } from '../wire/envelope.ts';
import { orderData } from '../wire/order-data.ts';

const emptySchema = v.object({});

/** Behind `userOrKey`. Buyers have paid when their provider says so: their own word counts in demos alone. */
export async function pay(parts: AppParts, c: Context<Known>): Promise<Response> {
  const request = c.req.raw;
  if (c.get('userId') !== 0 && parts.demoProvider === null) return failure(request, 20006);
  const { value, refused: unfit } = await parseBody(request, paymentSchema);
  return unfit ?? change(parts, c, c.get('userId'), { type: 'pay', ...value });
}

/** Behind `userOrKey`. */
export async function cancel(parts: AppParts, c: Context<Known>): Promise<Response> {
  const { refused: unfit } = await parseBody(c.req.raw, emptySchema);
  return unfit ?? change(parts, c, c.get('userId'), { type: 'cancel' });
}

/** Behind `operatorsOnly`. */
export async function refund(parts: AppParts, c: Context): Promise<Response> {
  const { value, refused: unfit } = await parseBody(c.req.raw, refundSchema);
  return unfit ?? change(parts, c, 0, { type: 'refund', ...value });
}

async function change(parts: AppParts, c: Context, user: number, what: Change): Promise<Response> {
  const who = user === 0 ? { user, by: actorName(c) } : { user };
  const changed = await changeOrder(
    { send: parts.sendOfMoney, sql: parts.sql },
    c.req.param('orderId')!,
    who,
    what,
  );
  if (changed.refused !== null) return refused(c.req.raw, changed.refused);
  return success(orderData(changed.value.item, changed.value.order));
}
