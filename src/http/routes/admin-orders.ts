/** The merchant's orders: lists by filters, and whole exports. */
import { Hono } from 'hono';
import { decodeCursor, encodeCursor } from '../../db/sql.ts';
import type { ExportFormat } from '../../order-reader/messages.ts';
import {
  checkOrderFilters,
  orderFiltersSchema,
  orderListSchema,
} from '../../shop/orders/filters.ts';
import { operatorsOnly } from '../guard/admin.ts';
import { localText } from '../pages/zoned-time.ts';
import type { AppParts } from '../parts.ts';
import { invalid, success, tooMany } from '../wire/envelope.ts';
import { foundOrderData } from '../wire/found-order.ts';

/** Orders in one page of the list. */
const pageOrders = 50;

/** When to try again where as many exports are running as may. */
const busySeconds = 10;

const types: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
};

export function adminOrderRoutes(parts: AppParts) {
  const merchant = operatorsOnly(parts, 'orders:read');
  return new Hono()
    .get('/orders', merchant, (c) => list(parts, c.req.raw, c.req.query()))
    .get('/orders.csv', merchant, (c) => exportOrders(parts, c.req.raw, c.req.query(), 'csv'))
    .get('/orders.jsonl', merchant, (c) => exportOrders(parts, c.req.raw, c.req.query(), 'jsonl'));
}

async function list(
  parts: AppParts,
  request: Request,
  query: Record<string, string>,
): Promise<Response> {
  const { value, wrong } = checkOrderFilters(orderListSchema, query);
  if (wrong !== null) return invalid(request, wrong);
  const { cursor, ...filters } = value;
  const after = cursor === undefined ? null : decodeCursor(cursor);
  const { orders, next } = await parts.orderReader.list({ filters, after, limit: pageOrders });
  return success({
    orders: orders.map(foundOrderData),
    next: next === null ? null : encodeCursor(next),
  });
}

/** All that fit, as a file to be saved. */
export async function exportOrders(
  { orderReader, clock, timeZone }: Pick<AppParts, 'orderReader' | 'clock' | 'timeZone'>,
  request: Request,
  query: Record<string, string>,
  format: ExportFormat,
): Promise<Response> {
  const { value, wrong } = checkOrderFilters(orderFiltersSchema, query);
  if (wrong !== null) return invalid(request, wrong);
  const now = clock();
  // What is placed from now on is not in it, however long it takes.
  const to = Math.min(value.to ?? now + 1, now + 1);
  const body = await orderReader.export({ ...value, to }, format);
  if (body === null) return tooMany(request, busySeconds);
  const day = localText(now, timeZone).slice(0, 10);
  return new Response(body, {
    headers: {
      'content-type': types[format],
      'content-disposition': `attachment; filename="orders-${day}.${format}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}
