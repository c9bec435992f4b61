/** Orders: place, read, pay, cancel. `place` is the hot path; its steps are numbered as in the README. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { orderUnitsMax } from '../../../actors/limits.ts';
import { boardRefusal } from '../../../actors/memory/board-answers.ts';
import { code, type OrderView, orderStatusNames, type Place } from '../../../actors/protocol.ts';
import { purchaseTokenLengthMax } from '../../admission/purchase-token.ts';
import { decodeCursor, encodeCursor, nextCursor } from '../../db/sql.ts';
import { orderId, parseOrderId } from '../../order-id.ts';
import { integerField } from '../../shop/input.ts';
import { readOrder } from '../../shop/read-order.ts';
import { countRequests } from '../guard/count-requests.ts';
import { idleAfter } from '../guard/idle.ts';
import { type Known, sameSiteOnly, userOnly, userOrAdmin } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody, parseJson, readJson, unreadable } from '../wire/body.ts';
import { failure, invalid, refused, success, successText, tooBusy } from '../wire/envelope.ts';
import { timeText, timeTextOrNull } from '../wire/time.ts';

/** Orders in one page of a list. */
const pageOrders = 20;

const tokenMessage = 'must be a purchase token';
export const placeSchema = v.object({
  token: v.pipe(v.string(tokenMessage), v.maxLength(purchaseTokenLengthMax, tokenMessage)),
  amount: integerField(1, orderUnitsMax),
});
type PlaceBody = v.InferOutput<typeof placeSchema>;
const emptySchema = v.object({});

export function orderRoutes(parts: AppParts) {
  const user = userOnly(parts);
  const owner = userOrAdmin(parts);
  const counted = countRequests(parts);
  const sameSite = sameSiteOnly(parts);
  return new Hono<Known>()
    .post('/', (c) => place(parts, c.req.raw))
    .get('/', counted, user, (c) => list(parts, c.req.raw, c.get('userId'), c.req.query('cursor')))
    .get('/:orderId', counted, owner, (c) => onOrder(parts, c.req.raw, asked(c), 'read'))
    .post('/:orderId/pay', counted, sameSite, owner, (c) =>
      change(parts, c.req.raw, asked(c), 'pay'),
    )
    .post('/:orderId/cancel', counted, sameSite, owner, (c) =>
      change(parts, c.req.raw, asked(c), 'cancel'),
    );
}

function asked(c: Context<Known>): Asked {
  return { id: c.req.param('orderId')!, user: c.get('userId') };
}

/**
 * Places an order. It counts its own answers and has one asynchronous function for all of its steps:
 * middleware, and a promise for each step, would cost more than the steps do.
 */
async function place(parts: AppParts, request: Request): Promise<Response> {
  const startedAt = performance.now();
  const away = parts.shedding.refusedFor(startedAt);
  if (away > 0) {
    parts.requests.countShed();
    return counted(parts, request, startedAt, tooBusy(request, away));
  }
  // Step 1: the body is parsed here; `placing` validates it and verifies its purchase token.
  let body: unknown;
  try {
    body = await readJson(request);
  } catch (error) {
    return counted(parts, request, startedAt, unreadable(request, error));
  }
  // Step 2, which is `placing`'s end: what the board knows needs no actor.
  const asked = placing(parts, request, body);
  if (asked instanceof Response) return counted(parts, request, startedAt, asked);
  // Step 3: the command goes into the mailbox of the item's partition; 4 to 8 are the actor thread's.
  const reply = await parts.send(asked);
  // Step 9: the reply was released, so all it rests on is in the journal.
  const answer =
    reply.code === code.ok
      ? successText(placedText(asked.item, reply.order!), reply.repeated ? 200 : 201)
      : refused(request, reply.code);
  return counted(parts, request, startedAt, answer);
}

function counted(parts: AppParts, request: Request, startedAt: number, answer: Response): Response {
  parts.requests.countOrder(answer.status, performance.now() - startedAt);
  return idleAfter(parts, request, answer);
}

/** Steps 1 and 2 of a parsed body: the command it asks for, or the refusal that needs no actor. */
function placing(parts: AppParts, request: Request, body: unknown): Place | Response {
  let value: PlaceBody;
  if (isPlaceBody(body)) value = body;
  else {
    const parsed = parseJson(request, placeSchema, body);
    if (parsed.refused !== null) return parsed.refused;
    value = parsed.value;
  }
  const { amount } = value;
  const token = parts.tokens.verify(value.token);
  if (token === null) return failure(request, 30007);
  // Step 2, unless the token may have been spent before.
  const fromBoard = boardRefusal(parts, token, amount, parts.clock());
  if (fromBoard !== code.ok) return refused(request, fromBoard);
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

/** The answer to a placed order, as JSON text: only numbers and times, so nothing needs escaping. */
function placedText(itemId: number, order: OrderView): string {
  const { n, promo, amount, unitPrice, createdAt, payBy } = order;
  const id = orderId(itemId, n, createdAt);
  return `{"orderId":"${id}","itemId":${itemId},"promoId":${promo},"amount":${amount},"unitPrice":${unitPrice},"total":${amount * unitPrice},"payBy":"${timeText(payBy)}"}`;
}

/** Which order a user asks about; `user` 0 is the administrator. */
interface Asked {
  id: string;
  user: number;
}

async function change(
  parts: AppParts,
  request: Request,
  asked: Asked,
  type: 'pay' | 'cancel',
): Promise<Response> {
  const { refused: unfit } = await parseBody(request, emptySchema);
  return unfit ?? onOrder(parts, request, asked, type);
}

async function onOrder(
  parts: AppParts,
  request: Request,
  { id, user }: Asked,
  type: 'read' | 'pay' | 'cancel',
): Promise<Response> {
  const { value, refused: why } = await readOrder(parts, id, user);
  if (why !== null) return refused(request, why);
  const { item, order } = value;
  if (type === 'read') return success(orderData(item, order));
  const reply = await parts.send({ type, item, n: order.n, user });
  if (reply.code !== code.ok) return refused(request, reply.code);
  return success(orderData(item, reply.order!));
}

/** A user's orders: SQL lists them; their actors, which know first, say how they stand. */
async function list(
  parts: AppParts,
  request: Request,
  user: number,
  cursor: string | undefined,
): Promise<Response> {
  const after = cursor === undefined ? null : decodeCursor(cursor);
  if (cursor !== undefined && after === null) {
    return invalid(request, { cursor: 'must be the `next` of another page' });
  }
  const page = await parts.sql.orders.ordersOf(user, after, pageOrders);
  const replies = await Promise.all(
    page.map(({ id, itemId }) => {
      const { n } = parseOrderId(id)!;
      return parts.send({ type: 'read', item: itemId, n, user });
    }),
  );
  const orders = [];
  for (const [index, reply] of replies.entries()) {
    if (reply.code !== code.ok) return refused(request, reply.code);
    orders.push(orderData(page[index]!.itemId, reply.order!));
  }
  const next = nextCursor(page, pageOrders);
  return success({ orders, next: next === null ? null : encodeCursor(next) });
}

/** An order as the API reference shows it. */
function orderData(itemId: number, order: OrderView) {
  const { n, promo, user, amount, unitPrice, status, createdAt, payBy, paidAt, closedAt } = order;
  return {
    orderId: orderId(itemId, n, createdAt),
    itemId,
    promoId: promo,
    userId: user,
    amount,
    unitPrice,
    total: amount * unitPrice,
    status: orderStatusNames[status],
    createdAt: timeText(createdAt),
    payBy: timeText(payBy),
    paidAt: timeTextOrNull(paidAt),
    closedAt: timeTextOrNull(closedAt),
  };
}
