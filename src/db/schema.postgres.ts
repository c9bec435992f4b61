/** The tables in Postgres: the counterpart of `schema.sqlite.ts`, which says what they hold. */
import { getTableColumns, isNotNull, isNull } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  pgTable,
  pgView,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core';
import { dueReasons, queueModes } from '../../actors/events.ts';
import { admitDefaultMs, loadedUnitsMax } from '../../actors/limits.ts';
import type { OrderStatusName } from '../../actors/protocol.ts';
import { overAt, stockLogsQuery } from './derived.ts';
import { pictureTypes } from './pictures.ts';
import { stockReasons } from './projection.ts';
import { genders } from './sql.ts';
import { webhookStates, webhookWishes } from './webhooks.ts';

/** A safe integer: Postgres has more digits than JavaScript, and none of ours needs them. */
const safe = (name: string) => bigint(name, { mode: 'number' });

const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

export const users = pgTable('users', {
  id: safe('id').primaryKey().generatedByDefaultAsIdentity(),
  telephone: text('telephone').notNull().unique(),
  name: text('name').notNull(),
  gender: text('gender', { enum: genders }).notNull(),
  age: integer('age').notNull(),
  createdAt: safe('created_at').notNull(),
});

export const userPasswords = pgTable('user_passwords', {
  userId: safe('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  hash: text('hash').notNull(),
});

export const erasedUsers = pgTable(
  'erased_users',
  {
    id: safe('id').primaryKey(),
    telephoneHash: text('telephone_hash').notNull().unique(),
    erasedAt: safe('erased_at').notNull(),
  },
  (table) => [index('erased_users_by_time').on(table.erasedAt)],
);

export const items = pgTable('items', {
  id: safe('id').primaryKey().generatedByDefaultAsIdentity(),
  title: text('title').notNull(),
  description: text('description').notNull(),
  imageUrl: text('image_url'),
  price: safe('price').notNull(),
  sales: safe('sales').notNull().default(0),
  createdAt: safe('created_at').notNull(),
  normalSale: boolean('normal_sale').notNull().default(true),
  limitPerUser: safe('limit_per_user').notNull().default(loadedUnitsMax),
  hidden: boolean('hidden').notNull().default(false),
  attempt: text('attempt').unique(),
});

export const itemStocks = pgTable('item_stocks', {
  itemId: safe('item_id').primaryKey(),
  stock: safe('stock').notNull(),
});

export const promos = pgTable(
  'promos',
  {
    id: safe('id').primaryKey().generatedByDefaultAsIdentity(),
    itemId: safe('item_id').notNull(),
    name: text('name').notNull(),
    price: safe('price').notNull(),
    startAt: safe('start_at').notNull(),
    endAt: safe('end_at').notNull(),
    limitPerUser: safe('limit_per_user').notNull(),
    gateFactor: integer('gate_factor').notNull(),
    payWindowS: integer('pay_window_s').notNull(),
    captcha: boolean('captcha').notNull(),
    publishedAt: safe('published_at'),
    queue: text('queue', { enum: queueModes }).notNull().default('off'),
    admitS: integer('admit_s')
      .notNull()
      .default(admitDefaultMs / 1000),
    queueOpenAt: safe('queue_open_at'),
    pausedAt: safe('paused_at'),
    endedAt: safe('ended_at'),
    withdrawnAt: safe('withdrawn_at'),
    drawCommitment: text('draw_commitment'),
    drawSecret: text('draw_secret'),
    drawSeed: text('draw_seed'),
    drawnAt: safe('drawn_at'),
    attempt: text('attempt').unique(),
    fixedAt: safe('fixed_at'),
  },
  (table) => [
    index('promos_by_item').on(table.itemId),
    index('promos_by_start').on(table.startAt),
    index('promos_by_end').on(overAt),
  ],
);

const { drawSecret: _secret, drawSeed: _seed, ...known } = getTableColumns(promos);
const { attempt: _attempt, fixedAt: _fixedAt, ...shown } = known;
export const shownOfPromo = shown;

export const orders = pgTable(
  'orders',
  {
    key: safe('key').primaryKey(),
    id: text('id').notNull(),
    itemId: safe('item_id').notNull(),
    userId: safe('user_id').notNull(),
    promoId: safe('promo_id').notNull(),
    amount: safe('amount').notNull(),
    unitPrice: safe('unit_price').notNull(),
    total: safe('total').notNull(),
    status: text('status').$type<OrderStatusName>().notNull(),
    createdAt: safe('created_at').notNull(),
    paidAt: safe('paid_at'),
    closedAt: safe('closed_at'),
    partition: integer('partition').notNull(),
    seq: safe('seq').notNull(),
    reference: text('reference'),
    refundedAt: safe('refunded_at'),
    eventId: safe('event_id'),
  },
  (table) => [
    index('orders_by_user').on(table.userId, table.createdAt, table.key),
    index('orders_by_time').on(table.createdAt, table.key),
  ],
);

/** What is said of a change of stock, beside its id. */
const stockColumns = () => ({
  itemId: safe('item_id').notNull(),
  orderId: text('order_id'),
  delta: safe('delta').notNull(),
  reason: text('reason', { enum: stockReasons }).notNull(),
  partition: integer('partition').notNull(),
  seq: safe('seq').notNull(),
  at: safe('at').notNull(),
});

export const stockEvents = pgTable('stock_events', {
  id: safe('id').primaryKey(),
  ...stockColumns(),
});

export const stockLogs = pgView('stock_logs', {
  id: safe('id').notNull(),
  ...stockColumns(),
}).as(stockLogsQuery);

export const refundsDue = pgTable(
  'refunds_due',
  {
    id: text('id').primaryKey(),
    itemId: safe('item_id').notNull(),
    due: safe('due').notNull(),
    n: safe('n').notNull(),
    orderId: text('order_id'),
    amountMinor: safe('amount_minor').notNull(),
    reference: text('reference'),
    reason: text('reason', { enum: dueReasons }).notNull(),
    at: safe('at').notNull(),
    by: text('by'),
    settledAt: safe('settled_at'),
    settledBy: text('settled_by'),
    settledReference: text('settled_reference'),
    partition: integer('partition').notNull(),
    seq: safe('seq').notNull(),
  },
  (table) => [
    index('refunds_due_open').on(table.at, table.itemId, table.due).where(isNull(table.settledAt)),
    index('refunds_due_settled')
      .on(table.settledAt, table.itemId, table.due)
      .where(isNotNull(table.settledAt)),
  ],
);

export const drawEntrants = pgTable(
  'draw_entrants',
  {
    id: safe('id').primaryKey(),
    promoId: safe('promo_id').notNull(),
    userId: safe('user_id').notNull(),
    nonce: safe('nonce').notNull(),
  },
  (table) => [
    index('draw_entrants_by_promo').on(table.promoId, table.id),
    index('draw_entrants_by_user').on(table.promoId, table.userId),
  ],
);

export const pictures = pgTable('pictures', {
  id: text('id').primaryKey(),
  type: text('type', { enum: pictureTypes }).notNull(),
  width: integer('width').notNull(),
  height: integer('height').notNull(),
  createdAt: safe('created_at').notNull(),
  bytes: bytes('bytes').notNull(),
});

export const itemPictures = pgTable(
  'item_pictures',
  {
    itemId: safe('item_id').notNull(),
    position: integer('position').notNull(),
    pictureId: text('picture_id').notNull(),
    smallId: text('small_id').notNull(),
    alt: text('alt').notNull(),
  },
  (table) => [primaryKey({ columns: [table.itemId, table.pictureId] })],
);

export const checkpoints = pgTable('checkpoints', {
  partition: integer('partition').primaryKey(),
  seq: safe('seq').notNull(),
  hash: text('hash').notNull(),
});

export const apiKeys = pgTable('api_keys', {
  id: safe('id').primaryKey().generatedByDefaultAsIdentity(),
  name: text('name').notNull(),
  hash: text('hash').notNull().unique(),
  scopes: text('scopes').notNull(),
  createdAt: safe('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  lastUsedAt: safe('last_used_at'),
  revokedAt: safe('revoked_at'),
  revokedBy: text('revoked_by'),
  attempt: text('attempt').unique(),
});

export const actions = pgTable('actions', {
  id: safe('id').primaryKey().generatedByDefaultAsIdentity(),
  at: safe('at').notNull(),
  by: text('by').notNull(),
  action: text('action').notNull(),
  target: text('target'),
  details: text('details').notNull(),
  status: integer('status').notNull(),
});

export const reminders = pgTable(
  'reminders',
  {
    userId: safe('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    promoId: safe('promo_id').notNull(),
    itemId: safe('item_id').notNull(),
    createdAt: safe('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.promoId] })],
);
export const saleSeries = pgTable(
  'sale_series',
  {
    itemId: safe('item_id').notNull(),
    widthS: safe('width_s').notNull(),
    at: safe('at').notNull(),
    promoId: safe('promo_id').notNull(),
    orders: safe('orders').notNull(),
    units: safe('units').notNull(),
    paidOrders: safe('paid_orders').notNull(),
    paidUnits: safe('paid_units').notNull(),
    paidMinor: safe('paid_minor').notNull(),
    cancelledOrders: safe('cancelled_orders').notNull(),
    cancelledUnits: safe('cancelled_units').notNull(),
    expiredOrders: safe('expired_orders').notNull(),
    expiredUnits: safe('expired_units').notNull(),
    lateUnits: safe('late_units').notNull(),
    refundedUnits: safe('refunded_units').notNull(),
    refundedMinor: safe('refunded_minor').notNull(),
    backUnits: safe('back_units').notNull(),
    joined: safe('joined').notNull(),
    admitted: safe('admitted').notNull(),
    lapsed: safe('lapsed').notNull(),
    refused: safe('refused').notNull(),
    loadedUnits: safe('loaded_units').notNull(),
    withdrawnUnits: safe('withdrawn_units').notNull(),
    peak: safe('peak').notNull(),
  },
  (table) => [primaryKey({ columns: [table.itemId, table.widthS, table.at, table.promoId] })],
);

export const seriesCheckpoints = pgTable('series_checkpoints', {
  partition: integer('partition').primaryKey(),
  seq: safe('seq').notNull(),
});

export const webhookPartitions = pgTable('webhook_partitions', {
  partition: integer('partition').primaryKey(),
  seq: safe('seq').notNull(),
  hash: text('hash').notNull(),
  epoch: safe('epoch').notNull(),
  differs: boolean('differs').notNull().default(false),
  receiver: text('receiver').notNull().default(''),
  stoppedAt: safe('stopped_at'),
  failingSince: safe('failing_since'),
  why: text('why'),
});

export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    partition: integer('partition').notNull(),
    seq: safe('seq').notNull(),
    place: integer('place').notNull(),
    lane: safe('lane'),
    orderId: text('order_id'),
    type: text('type').notNull(),
    body: text('body').notNull(),
    at: safe('at').notNull(),
    state: text('state', { enum: webhookStates }).notNull(),
    tries: integer('tries').notNull(),
    firstTriedAt: safe('first_tried_at'),
    triedAt: safe('tried_at'),
    nextTryAt: safe('next_try_at'),
    status: integer('status'),
    answer: text('answer'),
    tookMs: integer('took_ms'),
  },
  (table) => [index('webhook_deliveries_by_state').on(table.state, table.at, table.id)],
);

export const webhookWishRows = pgTable('webhook_wishes', {
  id: safe('id').primaryKey().generatedByDefaultAsIdentity(),
  partition: integer('partition').notNull(),
  kind: text('kind', { enum: webhookWishes }).notNull(),
  about: text('about'),
});
