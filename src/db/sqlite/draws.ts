/** The projected draws, in SQLite. */
import { and, asc, eq, gt } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import { type Draw, type Draws, type EntrantRow, publicDraw } from '../draws.ts';
import { drawEntrants, promos } from '../schema.sqlite.ts';
import { guarded } from './connect.ts';

const drawColumns = {
  promoId: promos.id,
  publishedAt: promos.publishedAt,
  commitment: promos.drawCommitment,
  secret: promos.drawSecret,
  seed: promos.drawSeed,
  drawnAt: promos.drawnAt,
};

export class SqliteDraws implements Draws {
  constructor(readonly database: BunSQLiteDatabase) {}

  async draw(promoId: number): Promise<Draw | null> {
    return guarded(() =>
      publicDraw(
        this.database.select(drawColumns).from(promos).where(eq(promos.id, promoId)).get(),
      ),
    );
  }

  async entrants(promoId: number, after: number, limit: number): Promise<EntrantRow[]> {
    const beyond = and(eq(drawEntrants.promoId, promoId), gt(drawEntrants.id, after));
    return guarded(() =>
      this.database
        .select()
        .from(drawEntrants)
        .where(beyond)
        .orderBy(asc(drawEntrants.id))
        .limit(limit)
        .all(),
    );
  }

  async entriesOf(promoId: number, userId: number): Promise<EntrantRow[]> {
    const own = and(eq(drawEntrants.promoId, promoId), eq(drawEntrants.userId, userId));
    return guarded(() =>
      this.database.select().from(drawEntrants).where(own).orderBy(asc(drawEntrants.id)).all(),
    );
  }
}
