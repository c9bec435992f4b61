/** What tables need not store, since it follows from what they do: in SQL. */
import { sql } from 'drizzle-orm';
import { orderKeyRange } from '../order-id.ts';
import { eventsRange, partitionsRange } from './row-id.ts';

/** See `orderKey`. */
export const itemOfKey = sql.raw(`key / ${orderKeyRange}`);

/** See `orderId`; in the functions of SQLite. */
export const idOfOrder = sql.raw(
  `strftime('%Y%m%d', created_at / 1000, 'unixepoch') || '-' || (key / ${orderKeyRange}) || '-' || (key % ${orderKeyRange})`,
);

/** See `rowSource`. */
export const partitionOfEvent = sql.raw(`event_id / ${eventsRange} % ${partitionsRange}`);
export const seqOfEvent = sql.raw(`event_id / ${eventsRange * partitionsRange}`);

export const totalOfOrder = sql.raw('amount * unit_price');

/**
 * The view `stock_logs`: an order took its units when it was placed; the rest is in `stock_events`. Releases before
 * 0.6.0, which may share a Postgres with later ones for a while, do not say which event placed an order.
 */
export const stockLogsQuery = sql.raw(
  `select coalesce(event_id, (seq * ${partitionsRange} + "partition") * ${eventsRange}) as id, item_id, id as order_id, -amount as delta, 'placed' as reason, "partition", seq, created_at as at from orders ` +
    `union all select id, item_id, order_id, delta, reason, "partition", seq, at from stock_events`,
);

/** When a promo's sale is over, or will be. */
export const overAt = sql.raw('coalesce(withdrawn_at, ended_at, end_at)');
