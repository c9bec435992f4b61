/**
 * Orders: place and read; `order-changes.ts` has what becomes of them. `place` is the hot path; its steps are numbered
 * as in the README. `order-batch.ts` takes the same steps for many at once.
 */
import { type Context, Hono } from 'hono';
import { boardRefusal } from '../../../actors/memory/board-answers.ts';
import { code, partitionOf } from '../../../actors/protocol.ts';
import { refusalElsewhere } from '../../admission/refusal-elsewhere.ts';
import { decodeCursor, encodeCursor, nextCursor } from '../../db/sql.ts';
import { parseOrderId } from '../../order-id.ts';
import { isArchived, viewOfRow } from '../../shop/archived-orders.ts';
import { readOrder } from '../../shop/read-order.ts';
import { operatorsOnly } from '../guard/admin.ts';
import { countRequests } from '../guard/count-requests.ts';
import { idleAfter } from '../guard/idle.ts';
import { type Known, sameSiteOnly, userOnly, userOrKey } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { readJson, unreadable } from '../wire/body.ts';
import {
  invalid,
  Refusal,
  refusalAnswer,
  refused,
  success,
  successText,
  tooBusy,
} from '../wire/envelope.ts';
import { orderData } from '../wire/order-data.ts';
import { Together } from '../wire/together.ts';
import { placeBatch } from './order-batch.ts';
import { cancel, pay, refund } from './order-changes.ts';
import { placedStatus, placedText, placing, wished } from './placing.ts';
import { Repeats } from './repeats.ts';

/** Orders in one page of a list. */
const pageOrders = 20;

export function orderRoutes(parts: AppParts) {
  const user = userOnly(parts);
  const reader = userOrKey(parts, 'orders:read');
  const writer = userOrKey(parts, 'orders:write');
  const merchant = operatorsOnly(parts, 'orders:write');
  const counted = countRequests(parts);
  const sameSite = sameSiteOnly(parts);
  const known: AnsweredHere = { together: new Together(), repeats: new Repeats() };
  return (
    new Hono<Known>()
      .post('/', (c) => place(parts, known, c.req.raw))
      // The router that matches in one step takes no fixed word beside a parameter, which orders have here.
      .post('/:batch', (c) =>
        c.req.param('batch') === 'batch' ? placeBatch(parts, c.req.raw) : c.notFound(),
      )
      .get('/', counted, user, (c) =>
        list(parts, c.req.raw, c.get('userId'), c.req.query('cursor')),
      )
      .get('/:orderId', counted, reader, (c) => read(parts, c))
      .post('/:orderId/pay', counted, sameSite, writer, (c) => pay(parts, c))
      .post('/:orderId/cancel', counted, sameSite, writer, (c) => cancel(parts, c))
      .post('/:orderId/refund', counted, merchant, (c) => refund(parts, c))
  );
}

/** For orders that this thread answers by itself. */
interface AnsweredHere {
  together: Together;
  repeats: Repeats;
}

/**
 * Places an order. It counts its own answers and has one asynchronous function for all of its steps:
 * middleware, and a promise for each step, would cost more than the steps do.
 */
async function place(
  parts: AppParts,
  { together, repeats }: AnsweredHere,
  request: Request,
): Promise<Response> {
  const startedAt = performance.now();
  const away = parts.shedding.refusedFor(startedAt);
  if (away > 0) {
    parts.requests.countShed();
    return counted(parts, request, startedAt, tooBusy(request, away));
  }
  // Step 1: the body is parsed here; `wished` validates it and verifies its purchase token.
  let body: unknown;
  try {
    body = await readJson(request);
  } catch (error) {
    return counted(parts, request, startedAt, unreadable(request, error));
  }
  const wish = wished(parts, body);
  if (wish instanceof Refusal)
    return counted(parts, request, startedAt, refusalAnswer(request, wish));
  // Step 2: what the board knows needs no actor, unless the token may have been spent before; or this thread knows.
  const before = repeats.find(wish);
  if (before !== null) {
    await together.leaving();
    return counted(parts, request, startedAt, successText(before, 200));
  }
  const { token, amount } = wish;
  const fromBoard = parts.positions.owns(partitionOf(token.itemId, parts.partitions))
    ? boardRefusal(parts, token, amount, parts.clock())
    : await refusalElsewhere(parts, token, amount);
  if (fromBoard !== code.ok) {
    await together.leaving();
    return counted(parts, request, startedAt, refused(request, fromBoard));
  }
  const asked = placing(wish);
  // Step 3: the command goes into the mailbox of the item's partition; 4 to 8 are the actor thread's.
  const reply = await parts.send(asked);
  // Step 9: the reply was released, so all it rests on is in the journal.
  if (reply.code !== code.ok)
    return counted(parts, request, startedAt, refused(request, reply.code));
  const text = placedText(asked.item, reply.order!);
  if (reply.repeated) repeats.keep(wish, text);
  return counted(parts, request, startedAt, successText(text, placedStatus(reply)));
}

function counted(parts: AppParts, request: Request, startedAt: number, answer: Response): Response {
  parts.requests.countOrder(answer.status, performance.now() - startedAt);
  return idleAfter(parts, request, answer);
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
