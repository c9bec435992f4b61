/** Promos by time, in SQLite. */
import { and, asc, desc, gte, isNull, lt, sql } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { overAt } from '../derived.ts';
import type { PastCursor, PromoLists } from '../promo-lists.ts';
import { promos, shownOfPromo } from '../schema.sqlite.ts';
import type { PromoRow } from '../sql.ts';
import { guarded } from './connect.ts';

export class SqlitePromoLists implements PromoLists {
  constructor(readonly database: BunSQLiteDatabase) {}

  async within(from: number, to: number, limit: number): Promise<PromoRow[]> {
    const inside = and(sql`${overAt} > ${from}`, lt(promos.startAt, to));
    const select = this.database.select(shownOfPromo).from(promos).where(inside);
    return guarded(() => select.orderBy(asc(promos.startAt), asc(promos.id)).limit(limit).all());
  }

  async startingFrom(from: number, limit: number): Promise<PromoRow[]> {
    const select = this.database.select(shownOfPromo).from(promos).where(gte(promos.startAt, from));
    return guarded(() => select.orderBy(asc(promos.startAt), asc(promos.id)).limit(limit).all());
  }

  async drafts(limit: number): Promise<PromoRow[]> {
    const unpublished = isNull(promos.publishedAt);
    const select = this.database.select(shownOfPromo).from(promos).where(unpublished);
    return guarded(() => select.orderBy(desc(promos.id)).limit(limit).all());
  }

  async past(before: PastCursor, limit: number): Promise<PromoRow[]> {
    // The comparison alone that an index on one expression can find the place of.
    const over = sql`${overAt} <= ${before.overAt}`;
    const beyond = sql`(${overAt}, ${promos.id}) < (${before.overAt}, ${before.id})`;
    const select = this.database.select(shownOfPromo).from(promos).where(and(over, beyond));
    return guarded(() => select.orderBy(sql`${overAt} desc, ${promos.id} desc`).limit(limit).all());
  }
}
