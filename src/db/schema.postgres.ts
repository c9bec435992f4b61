/** The tables in Postgres: the counterpart of `schema.sqlite.ts`, which says what they hold. */
import { bigint, boolean, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import type { OrderStatusName } from '../../actors/protocol.ts';
import { genders, stockReasons } from './sql.ts';

/** A safe integer: Postgres has more digits than JavaScript, and none of ours needs them. */
const safe = (name: string) => bigint(name, { mode: 'number' });

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

export const items = pgTable('items', {
  id: safe('id').primaryKey().generatedByDefaultAsIdentity(),
  title: text('title').notNull(),
  description: text('description').notNull(),
  imageUrl: text('image_url'),
  price: safe('price').notNull(),
  sales: safe('sales').notNull().default(0),
  createdAt: safe('created_at').notNull(),
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
  },
  (table) => [index('promos_by_item').on(table.itemId)],
);

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
  },
  (table) => [index('orders_by_user').on(table.userId, table.createdAt, table.key)],
);

export const stockLogs = pgTable('stock_logs', {
  id: safe('id').primaryKey(),
  itemId: safe('item_id').notNull(),
  orderId: text('order_id'),
  delta: safe('delta').notNull(),
  reason: text('reason', { enum: stockReasons }).notNull(),
  partition: integer('partition').notNull(),
  seq: safe('seq').notNull(),
  at: safe('at').notNull(),
});

export const checkpoints = pgTable('checkpoints', {
  partition: integer('partition').primaryKey(),
  seq: safe('seq').notNull(),
  hash: text('hash').notNull(),
});
