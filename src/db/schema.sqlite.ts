/**
 * The tables in SQLite; `schema.postgres.ts` is their counterpart. Money is integer minor units, times
 * are milliseconds since 1970 UTC. Only the projector writes orders, stock_events, item_stocks, refunds_due,
 * draw_entrants, sale_series, both tables of checkpoints and items.sales, and items and promos once their actor knows them, but for
 * texts and captcha. None of these tables refers to another by a foreign key, so that they can be rebuilt
 * from the journal before, or without, the catalogue. A rebuild leaves prices and terms as they are: the
 * journal begins with what each item was opened and each promo published with.
 *
 * `attempt` is the name under which a request with an idempotency key made the row, by which a repeat
 * finds it; `fixed_at`: since when a promo's terms may not change, because its actor was asked to take
 * them on.
 */
import { getTableColumns, isNotNull, isNull } from 'drizzle-orm';
import {
  blob,
  index,
  integer,
  primaryKey,
  sqliteTable,
  sqliteView,
  text,
} from 'drizzle-orm/sqlite-core';
import { dueReasons, queueModes } from '../../actors/events.ts';
import { admitDefaultMs, loadedUnitsMax } from '../../actors/limits.ts';
import type { OrderStatusName } from '../../actors/protocol.ts';
import {
  idOfOrder,
  itemOfKey,
  overAt,
  partitionOfEvent,
  seqOfEvent,
  stockLogsQuery,
  totalOfOrder,
} from './derived.ts';
import { pictureTypes } from './pictures.ts';
import { stockReasons } from './projection.ts';
import { genders } from './sql.ts';
import { webhookStates, webhookWishes } from './webhooks.ts';

export const users = sqliteTable('users', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  telephone: text('telephone').notNull().unique(),
  name: text('name').notNull(),
  gender: text('gender', { enum: genders }).notNull(),
  age: integer('age').notNull(),
  createdAt: integer('created_at').notNull(),
});

export const userPasswords = sqliteTable('user_passwords', {
  userId: integer('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  hash: text('hash').notNull(),
});

/** What stays of an erased account for a while, and why: `erased-users.ts`. */
export const erasedUsers = sqliteTable(
  'erased_users',
  {
    id: integer('id').primaryKey(),
    telephoneHash: text('telephone_hash').notNull().unique(),
    erasedAt: integer('erased_at').notNull(),
  },
  (table) => [index('erased_users_by_time').on(table.erasedAt)],
);

export const items = sqliteTable('items', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  title: text('title').notNull(),
  description: text('description').notNull(),
  imageUrl: text('image_url'),
  price: integer('price').notNull(),
  sales: integer('sales').notNull().default(0),
  createdAt: integer('created_at').notNull(),
  normalSale: integer('normal_sale', { mode: 'boolean' }).notNull().default(true),
  limitPerUser: integer('limit_per_user').notNull().default(loadedUnitsMax),
  hidden: integer('hidden', { mode: 'boolean' }).notNull().default(false),
  attempt: text('attempt').unique(),
});

export const itemStocks = sqliteTable('item_stocks', {
  itemId: integer('item_id').primaryKey(),
  stock: integer('stock').notNull(),
});

export const promos = sqliteTable(
  'promos',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    itemId: integer('item_id').notNull(),
    name: text('name').notNull(),
    price: integer('price').notNull(),
    startAt: integer('start_at').notNull(),
    endAt: integer('end_at').notNull(),
    limitPerUser: integer('limit_per_user').notNull(),
    gateFactor: integer('gate_factor').notNull(),
    payWindowS: integer('pay_window_s').notNull(),
    captcha: integer('captcha', { mode: 'boolean' }).notNull(),
    publishedAt: integer('published_at'),
    queue: text('queue', { enum: queueModes }).notNull().default('off'),
    admitS: integer('admit_s')
      .notNull()
      .default(admitDefaultMs / 1000),
    queueOpenAt: integer('queue_open_at'),
    pausedAt: integer('paused_at'),
    endedAt: integer('ended_at'),
    withdrawnAt: integer('withdrawn_at'),
    drawCommitment: text('draw_commitment'),
    drawSecret: text('draw_secret'),
    drawSeed: text('draw_seed'),
    drawnAt: integer('drawn_at'),
    attempt: text('attempt').unique(),
    fixedAt: integer('fixed_at'),
  },
  (table) => [
    index('promos_by_item').on(table.itemId),
    index('promos_by_start').on(table.startAt),
    index('promos_by_end').on(overAt),
  ],
);

/** What is shown of a promo: the secret of a draw is not, before its time. */
const { drawSecret: _secret, drawSeed: _seed, ...known } = getTableColumns(promos);
const { attempt: _attempt, fixedAt: _fixedAt, ...shown } = known;
export const shownOfPromo = shown;

/**
 * `key` is `orderKey(item, n)`: rows lie in the order of items and numbers, and the id needs no index. `eventId` is
 * the `rowId` of the event that placed the order. What follows from other columns is not stored: a row is half as
 * long as it reads.
 */
export const orders = sqliteTable(
  'orders',
  {
    key: integer('key').primaryKey(),
    userId: integer('user_id').notNull(),
    promoId: integer('promo_id').notNull(),
    amount: integer('amount').notNull(),
    unitPrice: integer('unit_price').notNull(),
    status: text('status').$type<OrderStatusName>().notNull(),
    createdAt: integer('created_at').notNull(),
    eventId: integer('event_id').notNull(),
    paidAt: integer('paid_at'),
    closedAt: integer('closed_at'),
    reference: text('reference'),
    refundedAt: integer('refunded_at'),
    id: text('id').notNull().generatedAlwaysAs(idOfOrder, { mode: 'virtual' }),
    itemId: integer('item_id').notNull().generatedAlwaysAs(itemOfKey, { mode: 'virtual' }),
    total: integer('total').notNull().generatedAlwaysAs(totalOfOrder, { mode: 'virtual' }),
    partition: integer('partition')
      .notNull()
      .generatedAlwaysAs(partitionOfEvent, { mode: 'virtual' }),
    seq: integer('seq').notNull().generatedAlwaysAs(seqOfEvent, { mode: 'virtual' }),
  },
  (table) => [index('orders_by_user').on(table.userId, table.createdAt)],
);

/** What is said of a change of stock, beside its id. */
const stockColumns = () => ({
  itemId: integer('item_id').notNull(),
  orderId: text('order_id'),
  delta: integer('delta').notNull(),
  reason: text('reason', { enum: stockReasons }).notNull(),
  partition: integer('partition').notNull(),
  seq: integer('seq').notNull(),
  at: integer('at').notNull(),
});

/** What moved units in or out of stock, but for the placing of orders, which `orders` tell. */
export const stockEvents = sqliteTable('stock_events', {
  id: integer('id').primaryKey(),
  ...stockColumns(),
});

/** Every change of what is left of an item: what was `delta` in sum is left. */
export const stockLogs = sqliteView('stock_logs', {
  id: integer('id').notNull(),
  ...stockColumns(),
}).as(stockLogsQuery);

/**
 * Money that came and that no order could take. `id` is `refundDueId(item, due)`; `orderId` is null where
 * no such order exists. Whose it was is in the order's row.
 */
export const refundsDue = sqliteTable(
  'refunds_due',
  {
    id: text('id').primaryKey(),
    itemId: integer('item_id').notNull(),
    due: integer('due').notNull(),
    n: integer('n').notNull(),
    orderId: text('order_id'),
    amountMinor: integer('amount_minor').notNull(),
    reference: text('reference'),
    reason: text('reason', { enum: dueReasons }).notNull(),
    at: integer('at').notNull(),
    by: text('by'),
    settledAt: integer('settled_at'),
    settledBy: text('settled_by'),
    settledReference: text('settled_reference'),
    partition: integer('partition').notNull(),
    seq: integer('seq').notNull(),
  },
  (table) => [
    index('refunds_due_open').on(table.at, table.itemId, table.due).where(isNull(table.settledAt)),
    index('refunds_due_settled')
      .on(table.settledAt, table.itemId, table.due)
      .where(isNotNull(table.settledAt)),
  ],
);

/** Who joined a promo before its draw: `id` is made as a stock log's is, and so ascends in order of joining. */
export const drawEntrants = sqliteTable(
  'draw_entrants',
  {
    id: integer('id').primaryKey(),
    promoId: integer('promo_id').notNull(),
    userId: integer('user_id').notNull(),
    nonce: integer('nonce').notNull(),
  },
  (table) => [
    index('draw_entrants_by_promo').on(table.promoId, table.id),
    index('draw_entrants_by_user').on(table.promoId, table.userId),
  ],
);

/** Pictures as they are served: `id` is the SHA-256 of the bytes in hex, so that each is here once. */
export const pictures = sqliteTable('pictures', {
  id: text('id').primaryKey(),
  type: text('type', { enum: pictureTypes }).notNull(),
  width: integer('width').notNull(),
  height: integer('height').notNull(),
  createdAt: integer('created_at').notNull(),
  bytes: blob('bytes', { mode: 'buffer' }).notNull(),
});

/** What is shown of an item, in the order of `position`; `small` is the picture for lists. */
export const itemPictures = sqliteTable(
  'item_pictures',
  {
    itemId: integer('item_id').notNull(),
    position: integer('position').notNull(),
    pictureId: text('picture_id').notNull(),
    smallId: text('small_id').notNull(),
    alt: text('alt').notNull(),
  },
  (table) => [primaryKey({ columns: [table.itemId, table.pictureId] })],
);

/** `hash` is the SHA-256 in hex of entry `seq`: it vouches for the journal up to there. */
export const checkpoints = sqliteTable('checkpoints', {
  partition: integer('partition').primaryKey(),
  seq: integer('seq').notNull(),
  hash: text('hash').notNull(),
});

/**
 * Who may act for the merchant beside ADMIN_TOKEN: `hash` is the SHA-256 in hex of what they send. `attempt` is a
 * hash as well: who knows the attempt can make the key again.
 */
export const apiKeys = sqliteTable('api_keys', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  name: text('name').notNull(),
  hash: text('hash').notNull().unique(),
  /** With spaces between them. */
  scopes: text('scopes').notNull(),
  createdAt: integer('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  lastUsedAt: integer('last_used_at'),
  revokedAt: integer('revoked_at'),
  revokedBy: text('revoked_by'),
  attempt: text('attempt').unique(),
});

/** What was done for the merchant, and by whom. */
export const actions = sqliteTable('actions', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  at: integer('at').notNull(),
  by: text('by').notNull(),
  action: text('action').notNull(),
  target: text('target'),
  details: text('details').notNull(),
  /** HTTP's, of the answer. */
  status: integer('status').notNull(),
});

/** Coming sales that users want to be told of. */
export const reminders = sqliteTable(
  'reminders',
  {
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    promoId: integer('promo_id').notNull(),
    itemId: integer('item_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.promoId] })],
);

/**
 * See `series.ts`: `at` is the first second of a row, `width_s` how many it has. Rows of an item and a width lie
 * in the order of time.
 */
export const saleSeries = sqliteTable(
  'sale_series',
  {
    itemId: integer('item_id').notNull(),
    widthS: integer('width_s').notNull(),
    at: integer('at').notNull(),
    promoId: integer('promo_id').notNull(),
    orders: integer('orders').notNull(),
    units: integer('units').notNull(),
    paidOrders: integer('paid_orders').notNull(),
    paidUnits: integer('paid_units').notNull(),
    paidMinor: integer('paid_minor').notNull(),
    cancelledOrders: integer('cancelled_orders').notNull(),
    cancelledUnits: integer('cancelled_units').notNull(),
    expiredOrders: integer('expired_orders').notNull(),
    expiredUnits: integer('expired_units').notNull(),
    lateUnits: integer('late_units').notNull(),
    refundedUnits: integer('refunded_units').notNull(),
    refundedMinor: integer('refunded_minor').notNull(),
    backUnits: integer('back_units').notNull(),
    joined: integer('joined').notNull(),
    admitted: integer('admitted').notNull(),
    lapsed: integer('lapsed').notNull(),
    refused: integer('refused').notNull(),
    loadedUnits: integer('loaded_units').notNull(),
    withdrawnUnits: integer('withdrawn_units').notNull(),
    peak: integer('peak').notNull(),
  },
  (table) => [primaryKey({ columns: [table.itemId, table.widthS, table.at, table.promoId] })],
);

/** The last entry of each partition that `sale_series` contains; it may be behind the other tables for a while. */
export const seriesCheckpoints = sqliteTable('series_checkpoints', {
  partition: integer('partition').primaryKey(),
  seq: integer('seq').notNull(),
});

/**
 * How far webhooks have come, and what is known of their receiver. `hash` as in `checkpoints`; `epoch` counts
 * the senders that took the partition: only the last may write of it.
 */
export const webhookPartitions = sqliteTable('webhook_partitions', {
  partition: integer('partition').primaryKey(),
  seq: integer('seq').notNull(),
  hash: text('hash').notNull(),
  epoch: integer('epoch').notNull(),
  differs: integer('differs', { mode: 'boolean' }).notNull().default(false),
  receiver: text('receiver').notNull().default(''),
  stoppedAt: integer('stopped_at'),
  failingSince: integer('failing_since'),
  why: text('why'),
});

/** Events that wait for a try, were delivered a short while ago, or were given up; see `WebhookRow`. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    partition: integer('partition').notNull(),
    seq: integer('seq').notNull(),
    place: integer('place').notNull(),
    lane: integer('lane'),
    orderId: text('order_id'),
    type: text('type').notNull(),
    body: text('body').notNull(),
    at: integer('at').notNull(),
    state: text('state', { enum: webhookStates }).notNull(),
    tries: integer('tries').notNull(),
    firstTriedAt: integer('first_tried_at'),
    triedAt: integer('tried_at'),
    nextTryAt: integer('next_try_at'),
    status: integer('status'),
    answer: text('answer'),
    tookMs: integer('took_ms'),
  },
  (table) => [index('webhook_deliveries_by_state').on(table.state, table.at, table.id)],
);

/** What merchants wish of webhooks, until whoever sends them has taken it up. */
export const webhookWishRows = sqliteTable('webhook_wishes', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  partition: integer('partition').notNull(),
  kind: text('kind', { enum: webhookWishes }).notNull(),
  about: text('about'),
});
