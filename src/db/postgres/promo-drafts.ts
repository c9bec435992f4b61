/** Drafts of promos in Postgres. */
import { and, eq, isNull } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { secretOf } from '../promo-drafts.ts';
import { promos, shownOfPromo } from '../schema.postgres.ts';
import type { DrawSecret, FixedPromo, PromoDraft, PromoDrafts, PromoRow } from '../sql.ts';
import type { Connections } from './connections.ts';

export class PostgresPromoDrafts implements PromoDrafts {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async edit(id: number, changes: Partial<PromoDraft>): Promise<PromoRow | null> {
    const [row] = await this.#connections.run((client) =>
      drizzle(client)
        .update(promos)
        .set({ ...changes, id })
        .where(isDraft(id))
        .returning(shownOfPromo),
    );
    return row ?? null;
  }

  async remove(id: number): Promise<boolean> {
    const removed = await this.#connections.run((client) =>
      drizzle(client).delete(promos).where(isDraft(id)).returning({ id: promos.id }),
    );
    return removed.length > 0;
  }

  fix(id: number, at: number, draw: DrawSecret): Promise<FixedPromo | null> {
    const isIt = eq(promos.id, id);
    return this.#connections.run(async (client) => {
      const database = drizzle(client);
      const [found] = await database
        .select({ ...shownOfPromo, drawSecret: promos.drawSecret })
        .from(promos)
        .where(isIt)
        .for('update');
      if (found === undefined) return null;
      const own = secretOf(found, draw);
      const set = { fixedAt: at, ...own };
      const [row] = await database.update(promos).set(set).where(isIt).returning(shownOfPromo);
      return { row: row!, secret: own.drawSecret };
    });
  }

  async release(id: number, at: number): Promise<void> {
    const wasFixed = and(eq(promos.id, id), eq(promos.fixedAt, at));
    await this.#connections.run((client) =>
      drizzle(client).update(promos).set({ fixedAt: null }).where(wasFixed),
    );
  }
}

/** A promo that no actor was asked to take on. */
function isDraft(id: number) {
  return and(eq(promos.id, id), isNull(promos.publishedAt), isNull(promos.fixedAt));
}
