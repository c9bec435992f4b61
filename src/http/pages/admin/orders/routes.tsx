/** The pages of all orders. */
import { type Context, Hono } from 'hono';
import { decodeCursor } from '../../../../db/sql.ts';
import type { ExportFormat } from '../../../../order-reader/messages.ts';
import type { AppParts } from '../../../parts.ts';
import { exportOrders } from '../../../routes/admin-orders.ts';
import type { View } from '../../layout.tsx';
import type { Made, PageMaker } from '../../page.tsx';
import { askedOf } from './asked.ts';
import { buyersOf } from './buyers.tsx';
import { OrdersPage, shownOrders } from './orders.tsx';

export function orderPages(parts: AppParts, page: PageMaker) {
  const list = page((c, view) => listOrders(parts, c, view));
  const exported = (format: ExportFormat) => (c: Context) =>
    exportOrders(parts, c.req.raw, c.req.query(), format);
  return new Hono()
    .get('/orders', list)
    .get('/orders.csv', exported('csv'))
    .get('/orders.jsonl', exported('jsonl'));
}

async function listOrders(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { cursor, ...query } = c.req.query();
  const after = cursor === undefined ? null : decodeCursor(cursor);
  if (cursor !== undefined && after === null) return c.redirect('/admin/orders', 303);
  const asked = await askedOf(parts, view, query);
  const { filters } = asked;
  const found =
    filters === null ? null : await parts.orderReader.list({ filters, after, limit: shownOrders });
  const buyers = await buyersOf(
    parts,
    (found?.orders ?? []).map(({ userId }) => userId),
  );
  return {
    page: <OrdersPage {...{ view, asked, found, buyers }} isFirst={after === null} />,
    status: found === null ? 400 : 200,
  };
}
