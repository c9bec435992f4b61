/** Orders: place and read; `order-changes.ts` has what becomes of them. `place` is the hot path; its steps are numbered as in the README. */
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { orderUnitsMax } from '../../../actors/limits.ts';
import { boardRefusal } from '../../../actors/memory/board-answers.ts';
import {
  code,
  type OrderView,
  orderStatus,
  type Place,
  partitionOf,
} from '../../../actors/protocol.ts';
import { type PurchaseToken, purchaseTokenLengthMax } from '../../admission/purchase-token.ts';
import { refusalElsewhere } from '../../admission/refusal-elsewhere.ts';
import { decodeCursor, encodeCursor, nextCursor } from '../../db/sql.ts';
import { orderId, parseOrderId } from '../../order-id.ts';
import { isArchived, viewOfRow } from '../../shop/archived-orders.ts';
import { integerField } from '../../shop/input.ts';
import { readOrder } from '../../shop/read-order.ts';
import { adminOnly } from '../guard/admin.ts';
import { countRequests } from '../guard/count-requests.ts';
import { idleAfter } from '../guard/idle.ts';
import { type Known, sameSiteOnly, userOnly, userOrAdmin } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseJson, readJson, unreadable } from '../wire/body.ts';
import { failure, invalid, refused, success, successText, tooBusy } from '../wire/envelope.ts';
import { orderData } from '../wire/order-data.ts';
import { timeText } from '../wire/time.ts';
import { cancel, pay, refund } from './order-changes.ts';

/** Orders in one page of a list. */
const pageOrders = 20;

const tokenMessage = 'must be a purchase token';
export const placeSchema = v.object({
  token: v.pipe(v.string(tokenMessage), v.maxLength(purchaseTokenLengthMax, tokenMessage)),
  amount: integerField(1, orderUnitsMax),
});
type PlaceBody = v.InferOutput<typeof placeSchema>;

export function orderRoutes(parts: AppParts) {
  const user = userOnly(parts);
  const owner = userOrAdmin(parts);
  const admin = adminOnly(parts);
  const counted = countRequests(parts);
  const sameSite = sameSiteOnly(parts);
  return new Hono<Known>()
    .post('/', (c) => place(parts, c.req.raw))
    .get('/', counted, user, (c) => list(parts, c.req.raw, c.get('userId'), c.req.query('cursor')))
    .get('/:orderId', counted, owner, (c) => read(parts, c))
    .post('/:orderId/pay', counted, sameSite, owner, (c) => pay(parts, c))
    .post('/:orderId/cancel', counted, sameSite, owner, (c) => cancel(parts, c))
    .post('/:orderId/refund', counted, admin, (c) => refund(parts, c));
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
  // Step 1.
  const wish = wished(parts, request, body);
  if (wish instanceof Response) return counted(parts, request, startedAt, wish);
  // Step 2: what the board knows needs no actor, unless the token may have been spent before.
  const { token, amount } = wish;
  const fromBoard = parts.positions.owns(partitionOf(token.itemId, parts.partitions))
    ? boardRefusal(parts, token, amount, parts.clock())
    : await refusalElsewhere(parts, token, amount);
  if (fromBoard !== code.ok) return counted(parts, request, startedAt, refused(request, fromBoard));
  const asked = placing(wish);
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

interface Wish {
  token: PurchaseToken;
  amount: number;
}

/** Step 1 of a parsed body: what it asks for, or why it cannot be asked for. */
function wished(parts: AppParts, request: Request, body: unknown): Wish | Response {
  let value: PlaceBody;
  if (isPlaceBody(body)) value = body;
  else {
    const parsed = parseJson(request, placeSchema, body);
    if (parsed.refused !== null) return parsed.refused;
    value = parsed.value;
  }
  const token = parts.tokens.verify(value.token);
  return token === null ? failure(request, 30007) : { token, amount: value.amount };
}

function placing({ token, amount }: Wish): Place {
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
  const paid = isPaidAtOnce(order) ? ',"status":"paid"' : '';
  return `{"orderId":"${id}","itemId":${itemId},"promoId":${promo},"amount":${amount},"unitPrice":${unitPrice},"total":${amount * unitPrice},"payBy":"${timeText(payBy)}"${paid}}`;
}

/** What costs nothing was paid when it was placed, whatever has become of it since. */
function isPaidAtOnce({ unitPrice, status, createdAt, paidAt }: OrderView): boolean {
  return unitPrice === 0 && status !== orderStatus.placed && paidAt === createdAt;
}

/** One order, of the user's own; user 0 is the administrator. */
async function read(parts: AppParts, c: Context<Known>): Promise<Response> {
  const request = c.req.raw;
  const { value, refused: why } = await readOrder(parts, c.req.param('orderId')!, c.get('userId'));
  return why === null ? success(orderData(value.item, value.order)) : refused(request, why);
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
  for (const reply of replies) {
    if (reply.code !== code.ok && !isArchived(reply)) return refused(request, reply.code);
  }
  const orders = await Promise.all(
    page.map(async (row, index) => {
      // What can change no more is as SQL has it.
      const order = replies[index]!.order ?? (await viewOfRow(parts.sql, row));
      return orderData(row.itemId, order);
    }),
  );
  const next = nextCursor(page, pageOrders);
  return success({ orders, next: next === null ? null : encodeCursor(next) });
}
