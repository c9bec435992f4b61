/**
 * What the rest of Stampede knows of SQL: rows and a few asynchronous operations, the same for SQLite
 * and Postgres. Money is integer minor units, times are milliseconds since 1970 UTC, ids are safe
 * integers. Every operation may throw `SqlUnavailable`; the next call then starts afresh.
 */
import type { ItemText } from '../../actors/events.ts';
import type { Actions } from './actions.ts';
import type { ApiKeys } from './api-keys.ts';
import type { Draws } from './draws.ts';
import type { TelephoneHash } from './erased-users.ts';
import type { OrderFilter, OrderWalk } from './order-walk/order-walk.ts';
import type { ItemPicture, Pictures } from './pictures.ts';
import type { Projection } from './projection.ts';
import type { PromoLists } from './promo-lists.ts';
import type { RefundsDue } from './refunds-due.ts';
import type { Reminders } from './reminders.ts';
import type { ItemDraft, ItemRow, OrderCursor, OrderRow, PromoDraft, PromoRow } from './rows.ts';
import type { Series } from './series.ts';
import type { Webhooks } from './webhooks.ts';

export type * from './pictures.ts';
export type * from './rows.ts';

export interface Sql {
  readonly catalog: Catalog;
  readonly drafts: PromoDrafts;
  readonly promoLists: PromoLists;
  readonly pictures: Pictures;
  readonly orders: OrderLists;
  readonly refundsDue: RefundsDue;
  readonly draws: Draws;
  readonly series: Series;
  readonly users: Users;
  readonly reminders: Reminders;
  readonly apiKeys: ApiKeys;
  readonly actions: Actions;
  readonly projection: Projection;
  readonly webhooks: Webhooks;
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

export interface MadeItem {
  row: ItemRow;
  /** False where an earlier try of the attempt has made it. */
  isNew: boolean;
}

/** What only the catalogue knows; the rest is projected. */
export type ItemChanges = Partial<Pick<ItemDraft, ItemText>>;

/** Items and promos: what merchants write. */
export interface Catalog {
  /** The new item's number is higher than `above`, and than that of any item before it. */
  createItem(draft: ItemDraft, above?: number): Promise<ItemRow>;
  /** As `createItem`, unless the attempt has made its item already. */
  createItemOnce(draft: ItemDraft, above: number, attempt: string): Promise<MadeItem>;
  /** Changes what is given of an item's texts; false where there is none. */
  editItem(id: number, changes: ItemChanges): Promise<boolean>;
  /** The ids of items that lists leave out. */
  hiddenItems(): Promise<number[]>;
  /** Takes back an item that was never on sale. */
  removeItem(id: number): Promise<void>;
  item(id: number): Promise<ItemRow | null>;
  /** Some items, in any order; ids without one are left out. */
  itemsOf(ids: readonly number[]): Promise<ItemRow[]>;
  /** The ids of items whose title has the text in it, newest first; case matters not for A to Z. */
  search(text: string, limit: number): Promise<number[]>;
  /**
   * The new promo's number is higher than `above`, and than that of any promo before it. An attempt
   * that has made its promo already gets that one.
   */
  createPromo(draft: PromoDraft, above?: number, attempt?: string | null): Promise<PromoRow>;
  promo(id: number): Promise<PromoRow | null>;
  /** The promos of some items, drafts too, by id. */
  promosOfItems(itemIds: readonly number[]): Promise<PromoRow[]>;
  /** The pictures of some items, each item's in order. */
  picturesOfItems(itemIds: readonly number[]): Promise<ItemPicture[]>;
  /** Of some items and promos, the numbers that have no row. */
  missing(known: Numbers): Promise<Numbers>;
}

/** What a draw goes by, in hex; the commitment is public at once. */
export interface DrawSecret {
  secret: string;
  commitment: string;
}

export interface FixedPromo {
  row: PromoRow;
  /** Null without a draw. */
  secret: string | null;
}

/** Drafts of promos, which may be changed until their item's actor is asked to take them on. */
export interface PromoDrafts {
  /** Changes what is given of a draft; null where there is none. */
  edit(id: number, changes: Partial<PromoDraft>): Promise<PromoRow | null>;
  /** Deletes a draft; false where there is none. */
  remove(id: number): Promise<boolean>;
  /**
   * Fixes a promo's terms as of a moment, so that they are the ones that its actor takes on, and gives
   * it the secret of its draw, unless it has one already; null where there is no such promo.
   */
  fix(id: number, at: number, draw: DrawSecret): Promise<FixedPromo | null>;
  /** Lets terms that were fixed as of that moment, and were refused, be changed again. */
  release(id: number, at: number): Promise<void>;
}

/** Numbers of items and of promos. */
export interface Numbers {
  items: number[];
  promos: number[];
}

/** Projected orders. The actor knows an order before they do. */
export interface OrderLists {
  /** By `orderKey`: whatever day its id has. */
  byKey(key: number): Promise<OrderRow | null>;
  /** Some orders, in any order; keys without one are left out. */
  byKeys(keys: readonly number[]): Promise<OrderRow[]>;
  /** A user's orders after a cursor, newest first; see `nextCursor`. */
  ordersOf(userId: number, after: OrderCursor | null, limit: number): Promise<OrderRow[]>;
  /** Goes through the orders that fit a filter, from a cursor on. */
  walk(filter: OrderFilter, after: OrderCursor | null): Promise<OrderWalk>;
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

/** Who may log in; what stays of those who erased their account: `erased-users.ts`. */
export interface Users {
  /**
   * Null, and nothing written, where the telephone is already registered. One whose account was erased
   * not long ago gets that account's number.
   */
  create(
    draft: UserDraft,
    passwordHash: string,
    telephoneHash: TelephoneHash,
  ): Promise<UserRow | null>;
  byId(id: number): Promise<UserRow | null>;
  /** Some users, in any order; ids without one are left out. */
  byIds(ids: readonly number[]): Promise<UserRow[]>;
  byTelephone(telephone: string): Promise<{ user: UserRow; passwordHash: string } | null>;
  /** Replaces a user's password. */
  setPassword(id: number, passwordHash: string): Promise<void>;
  /** Erases an account with all that is kept of it, but for its number and the hash of its telephone. */
  erase(id: number, telephoneHash: TelephoneHash, at: number): Promise<void>;
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
