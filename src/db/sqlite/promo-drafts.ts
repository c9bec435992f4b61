/** Drafts of promos in SQLite. */
import { and, eq, isNull } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { secretOf } from '../promo-drafts.ts';
import { promos, shownOfPromo } from '../schema.sqlite.ts';
import type { DrawSecret, FixedPromo, PromoDraft, PromoDrafts, PromoRow } from '../sql.ts';
import { guarded } from './connect.ts';

export class SqlitePromoDrafts implements PromoDrafts {
  constructor(readonly database: BunSQLiteDatabase) {}

  async edit(id: number, changes: Partial<PromoDraft>): Promise<PromoRow | null> {
    const changing = this.database
      .update(promos)
      .set({ ...changes, id })
      .where(isDraft(id))
      .returning(shownOfPromo);
    return guarded(() => changing.get() ?? null);
  }

  async remove(id: number): Promise<boolean> {
    const removing = this.database.delete(promos).where(isDraft(id)).returning({ id: promos.id });
    return guarded(() => removing.all().length > 0);
  }

  async fix(id: number, at: number, draw: DrawSecret): Promise<FixedPromo | null> {
    const isIt = eq(promos.id, id);
    const secret = promos.drawSecret;
    return guarded(() =>
      this.database.transaction(
        (transaction) => {
          const found = transaction
            .select({ ...shownOfPromo, drawSecret: secret })
            .from(promos)
            .where(isIt)
            .get();
          if (found === undefined) return null;
          const own = secretOf(found, draw);
          const set = { fixedAt: at, ...own };
          const fixing = transaction.update(promos).set(set).where(isIt).returning(shownOfPromo);
          return { row: fixing.get(), secret: own.drawSecret };
        },
        { behavior: 'immediate' },
      ),
    );
  }

  async release(id: number, at: number): Promise<void> {
    const wasFixed = and(eq(promos.id, id), eq(promos.fixedAt, at));
    guarded(() => this.database.update(promos).set({ fixedAt: null }).where(wasFixed).run());
  }
}

/** A promo that no actor was asked to take on. */
function isDraft(id: number) {
  return and(eq(promos.id, id), isNull(promos.publishedAt), isNull(promos.fixedAt));
}
