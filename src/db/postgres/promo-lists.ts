/** Promos by time, in Postgres. */
import { and, asc, desc, gte, isNull, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { overAt } from '../derived.ts';
import type { PastCursor, PromoLists } from '../promo-lists.ts';
import { promos, shownOfPromo } from '../schema.postgres.ts';
import type { PromoRow } from '../sql.ts';
import type { Connections } from './connections.ts';

export class PostgresPromoLists implements PromoLists {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  within(from: number, to: number, limit: number): Promise<PromoRow[]> {
    const inside = and(sql`${overAt} > ${from}::bigint`, lt(promos.startAt, to));
    return this.#connections.run((client) =>
      drizzle(client)
        .select(shownOfPromo)
        .from(promos)
        .where(inside)
        .orderBy(asc(promos.startAt), asc(promos.id))
        .limit(limit),
    );
  }

  startingFrom(from: number, limit: number): Promise<PromoRow[]> {
    return this.#connections.run((client) =>
      drizzle(client)
        .select(shownOfPromo)
        .from(promos)
        .where(gte(promos.startAt, from))
        .orderBy(asc(promos.startAt), asc(promos.id))
        .limit(limit),
    );
  }

  drafts(limit: number): Promise<PromoRow[]> {
    return this.#connections.run((client) =>
      drizzle(client)
        .select(shownOfPromo)
        .from(promos)
        .where(isNull(promos.publishedAt))
        .orderBy(desc(promos.id))
        .limit(limit),
    );
  }

  past(before: PastCursor, limit: number): Promise<PromoRow[]> {
    // The comparison alone that an index on one expression can find the place of.
    const over = sql`${overAt} <= ${before.overAt}::bigint`;
    const beyond = sql`(${overAt}, ${promos.id}) < (${before.overAt}::bigint, ${before.id}::bigint)`;
    return this.#connections.run((client) =>
      drizzle(client)
        .select(shownOfPromo)
        .from(promos)
        .where(and(over, beyond))
        .orderBy(sql`${overAt} desc, ${promos.id} desc`)
        .limit(limit),
    );
  }
}
