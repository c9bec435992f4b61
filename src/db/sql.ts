/**
 * What the rest of Stampede knows of SQL: rows and a few asynchronous operations, the same for SQLite
 * and Postgres. Money is integer minor units, times are milliseconds since 1970 UTC, ids are safe
 * integers. Every operation may throw `SqlUnavailable`; the next call then starts afresh.
 */
import type { QueueMode, Sequence } from '../../actors/events.ts';
import type { OrderStatusName } from '../../actors/protocol.ts';
import type { Draws } from './draws.ts';
import type { RefundsDue } from './refunds-due.ts';

export interface Sql {
  readonly catalog: Catalog;
  readonly orders: OrderLists;
  readonly refundsDue: RefundsDue;
  readonly draws: Draws;
  readonly users: Users;
  readonly projection: Projection;
  /** Why nothing can be written although the database answers; null where it can. */
  readonly trouble: string | null;
  close(): Promise<void>;
}

/** The database did not answer, or could not write: the operation may be tried again. */
export class SqlUnavailable extends Error {
  override readonly name = 'SqlUnavailable';
}

/**
 * The database's file is damaged: to try again is no use, an operator must restore it. What does not
 * touch the damage works.
 */
export class SqlDamaged extends Error {
  override readonly name = 'SqlDamaged';
}

export interface ItemDraft {
  title: string;
  description: string;
  imageUrl: string | null;
  price: number;
  createdAt: number;
  /** Whether the item is sold at its normal price while it has no promo. */
  normalSale: boolean;
  /** Units one user may hold or own at the normal price. */
  limitPerUser: number;
  /** Whether lists leave the item out. */
  hidden: boolean;
}

export interface ItemRow extends ItemDraft {
  id: number;
  /** Units paid for. */
  sales: number;
  /** Units left, as far as the projector has come; 0 before the item is opened. */
  stock: number;
}

export interface PromoDraft {
  itemId: number;
  name: string;
  price: number;
  startAt: number;
  endAt: number;
  limitPerUser: number;
  gateFactor: number;
  payWindowS: number;
  captcha: boolean;
  queue: QueueMode;
  /** How long an admission waits for its order. */
  admitS: number;
  /** With a draw: from when on users may join; null where the promo does not say. */
  queueOpenAt: number | null;
}

export interface PromoRow extends PromoDraft {
  id: number;
  /** When the item's actor accepted the promo; null for a draft. */
  publishedAt: number | null;
  /** Since when the promo is stopped; null while it is not. */
  pausedAt: number | null;
  /** When the merchant ended the promo. */
  endedAt: number | null;
  /** When the merchant took the promo back before its start. */
  withdrawnAt: number | null;
  /** The SHA-256 of a draw's secret, in hex; the secret itself is in `Draw` once it may be known. */
  drawCommitment: string | null;
  drawnAt: number | null;
}

/** Items and promos: what merchants write. */
export interface Catalog {
  /** The new item's number is higher than `above`, and than that of any item before it. */
  createItem(draft: ItemDraft, above?: number): Promise<ItemRow>;
  /** Takes back an item that was never on sale. */
  removeItem(id: number): Promise<void>;
  item(id: number): Promise<ItemRow | null>;
  /** Some items, in any order; ids without one are left out. */
  itemsOf(ids: readonly number[]): Promise<ItemRow[]>;
  /** The ids of items whose title has the text in it, newest first; case matters not for A to Z. */
  search(text: string, limit: number): Promise<number[]>;
  /** The new promo's number is higher than `above`, and than that of any promo before it. */
  createPromo(draft: PromoDraft, above?: number): Promise<PromoRow>;
  promo(id: number): Promise<PromoRow | null>;
  /** The promos of some items, drafts too, by id. */
  promosOfItems(itemIds: readonly number[]): Promise<PromoRow[]>;
  /** Of some items and promos, the numbers that have no row. */
  missing(known: Numbers): Promise<Numbers>;
}

/** Numbers of items and of promos. */
export interface Numbers {
  items: number[];
  promos: number[];
}

export interface OrderRow {
  /** `orderKey(itemId, n)`. */
  key: number;
  id: string;
  itemId: number;
  userId: number;
  /** 0 is the item's normal price. */
  promoId: number;
  amount: number;
  unitPrice: number;
  total: number;
  status: OrderStatusName;
  createdAt: number;
  paidAt: number | null;
  /** When the order was cancelled, expired or refunded. */
  closedAt: number | null;
  partition: number;
  /** The entry that placed the order. */
  seq: Sequence;
  /** The payment's name at its provider. */
  reference: string | null;
  refundedAt: number | null;
}

/** Where a page of a user's orders ended: the next begins after this order. */
export interface OrderCursor {
  createdAt: number;
  key: number;
}

/** Projected orders, for their buyers. The actor knows an order before they do. */
export interface OrderLists {
  order(id: string): Promise<OrderRow | null>;
  /** A user's orders after a cursor, newest first; see `nextCursor`. */
  ordersOf(userId: number, after: OrderCursor | null, limit: number): Promise<OrderRow[]>;
}

export const genders = ['m', 'f', 'x'] as const;

export interface UserDraft {
  /** E.164, such as +8613800000000. */
  telephone: string;
  name: string;
  gender: (typeof genders)[number];
  /** Years. */
  age: number;
  createdAt: number;
}

export interface UserRow extends UserDraft {
  id: number;
}

/** Who may log in. */
export interface Users {
  /** Null, and nothing written, where the telephone is already registered. */
  create(draft: UserDraft, passwordHash: string): Promise<UserRow | null>;
  byId(id: number): Promise<UserRow | null>;
  byTelephone(telephone: string): Promise<{ user: UserRow; passwordHash: string } | null>;
  /** Replaces a user's password. */
  setPassword(id: number, passwordHash: string): Promise<void>;
}

/**
 * The events that move units in or out of stock; `paid` does so only where the payment was late,
 * `refunded` only where the units are back on sale.
 */
export const stockReasons = [
  'opened',
  'restocked',
  'placed',
  'cancelled',
  'expired',
  'paid',
  'withdrawn',
  'refunded',
] as const;

export interface StockLogRow {
  /** Follows from partition, entry and place in the entry, so that a rebuild gives the same id. */
  id: number;
  itemId: number;
  orderId: string | null;
  /** Units that came back (positive) or left. */
  delta: number;
  reason: (typeof stockReasons)[number];
  partition: number;
  seq: Sequence;
  at: number;
}

/** What a placed order became. */
export type Settlement = Pick<OrderRow, 'key' | 'status' | 'paidAt' | 'closedAt'>;

/** What some entries of one partition change. They may settle orders that they also place. */
export interface RowChanges {
  orders: OrderRow[];
  /** At most one per order. */
  settlements: Settlement[];
  stockLogs: StockLogRow[];
  /** By item: units to add to what is left. */
  stock: Map<number, number>;
  /** By item: units to add to what is sold. */
  sales: Map<number, number>;
  /** By promo: when it was published. */
  published: Map<number, number>;
}

/** The last entry of a partition that the rows contain. */
export interface Checkpoint {
  seq: Sequence;
  /** SHA-256 in hex of the entry's stored bytes, as it was when it was projected. */
  hash: string;
}

/** Changes, and the move of the checkpoint that makes them happen once. */
export interface ProjectionBatch {
  partition: number;
  /** The last entry before the batch: the checkpoint must stand here. */
  from: Sequence;
  /** The last entry of the batch. */
  to: Checkpoint;
  changes: RowChanges;
}

/** The rows that follow from the journal: what the projector writes and audits read. */
export interface Projection {
  /** By partition: the last entry the rows contain. Partitions without one have no rows. */
  checkpoints(): Promise<Map<number, Checkpoint>>;
  /**
   * Applies a batch and moves its checkpoint, in one transaction. False, with nothing changed, when the
   * checkpoint is not where the batch begins.
   */
  apply(batch: ProjectionBatch): Promise<boolean>;
  /** Empties every projected table and column, so that the projector starts from the first entry. */
  clear(): Promise<void>;
  /** Reads one state of the rows, whatever is written meanwhile. */
  snapshot<T>(read: (view: ProjectionView) => Promise<T>): Promise<T>;
}

/** An item's sums. `logged`: of its stock logs' deltas. `stock` and `sales`: null without a row. */
export interface ItemSums {
  itemId: number;
  stock: number | null;
  logged: number;
  sales: number | null;
}

export interface ProjectionView {
  checkpoints(): Promise<Map<number, Checkpoint>>;
  /** The orders of an item by number, read in pages. */
  ordersOfItem(itemId: number): AsyncIterable<OrderRow>;
  /** All orders with a key in `[from, below)`, by key, whatever else their rows say. */
  orderPages(from: number, below: number): AsyncIterable<OrderRow[]>;
  /** Items that are in the catalogue or have stock, by id. */
  itemSums(): Promise<ItemSums[]>;
  /** By id. */
  publishedPromos(): Promise<PromoRow[]>;
}

/** The cursor after a page, or null where the page was the last. */
export function nextCursor(page: readonly OrderRow[], limit: number): OrderCursor | null {
  const last = page.at(-1);
  if (last === undefined || page.length < limit) return null;
  return { createdAt: last.createdAt, key: last.key };
}

export function encodeCursor({ createdAt, key }: OrderCursor): string {
  return `${createdAt}.${key}`;
}

/** Reads what `encodeCursor` wrote; null for any other text. */
export function decodeCursor(text: string): OrderCursor | null {
  const match = /^(\d{1,15})\.(\d{1,16})$/.exec(text);
  if (match === null) return null;
  const cursor = { createdAt: Number(match[1]), key: Number(match[2]) };
  return Number.isSafeInteger(cursor.key) ? cursor : null;
}

/** The numbers that no row has. */
export function without(numbers: readonly number[], rows: readonly { id: number }[]): number[] {
  const present = new Set(rows.map(({ id }) => id));
  return numbers.filter((id) => !present.has(id));
}
