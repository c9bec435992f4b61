/**
 * The tables in SQLite; `schema.postgres.ts` is their counterpart. Money is integer minor units, times
 * are milliseconds since 1970 UTC. Only the projector writes orders, stock_logs, item_stocks,
 * checkpoints, items.sales and promos.published_at; none of these refers to another table by a foreign
 * key, so that they can be rebuilt from the journal before, or without, the catalogue.
 */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { OrderStatusName } from '../../actors/protocol.ts';
import { genders, stockReasons } from './sql.ts';

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

export const items = sqliteTable('items', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  title: text('title').notNull(),
  description: text('description').notNull(),
  imageUrl: text('image_url'),
  price: integer('price').notNull(),
  sales: integer('sales').notNull().default(0),
  createdAt: integer('created_at').notNull(),
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
  },
  (table) => [index('promos_by_item').on(table.itemId)],
);

/** `key` is `orderKey(item, n)`: rows lie in the order of items and numbers, and the id needs no index. */
export const orders = sqliteTable(
  'orders',
  {
    key: integer('key').primaryKey(),
    id: text('id').notNull(),
    itemId: integer('item_id').notNull(),
    userId: integer('user_id').notNull(),
    promoId: integer('promo_id').notNull(),
    amount: integer('amount').notNull(),
    unitPrice: integer('unit_price').notNull(),
    total: integer('total').notNull(),
    status: text('status').$type<OrderStatusName>().notNull(),
    createdAt: integer('created_at').notNull(),
    paidAt: integer('paid_at'),
    closedAt: integer('closed_at'),
    partition: integer('partition').notNull(),
    seq: integer('seq').notNull(),
  },
  (table) => [index('orders_by_user').on(table.userId, table.createdAt)],
);

export const stockLogs = sqliteTable('stock_logs', {
  id: integer('id').primaryKey(),
  itemId: integer('item_id').notNull(),
  orderId: text('order_id'),
  delta: integer('delta').notNull(),
  reason: text('reason', { enum: stockReasons }).notNull(),
  partition: integer('partition').notNull(),
  seq: integer('seq').notNull(),
  at: integer('at').notNull(),
});

/** `hash` is the SHA-256 in hex of entry `seq`: it vouches for the journal up to there. */
export const checkpoints = sqliteTable('checkpoints', {
  partition: integer('partition').primaryKey(),
  seq: integer('seq').notNull(),
  hash: text('hash').notNull(),
});
