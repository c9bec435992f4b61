/** The projected draws, in Postgres. */
import { and, asc, eq, gt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/bun-sql';
import { type Draw, type Draws, type EntrantRow, publicDraw } from '../draws.ts';
import { drawEntrants, promos } from '../schema.postgres.ts';
import type { Connections } from './connections.ts';

const drawColumns = {
  promoId: promos.id,
  publishedAt: promos.publishedAt,
  commitment: promos.drawCommitment,
  secret: promos.drawSecret,
  seed: promos.drawSeed,
  drawnAt: promos.drawnAt,
};

export class PostgresDraws implements Draws {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async draw(promoId: number): Promise<Draw | null> {
    const [row] = await this.#connections.run((client) =>
      drizzle(client).select(drawColumns).from(promos).where(eq(promos.id, promoId)),
    );
    return publicDraw(row);
  }

  entrants(promoId: number, after: number, limit: number): Promise<EntrantRow[]> {
    const beyond = and(eq(drawEntrants.promoId, promoId), gt(drawEntrants.id, after));
    return this.#connections.run((client) =>
      drizzle(client)
        .select()
        .from(drawEntrants)
        .where(beyond)
        .orderBy(asc(drawEntrants.id))
        .limit(limit),
    );
  }

  entriesOf(promoId: number, userId: number): Promise<EntrantRow[]> {
    const own = and(eq(drawEntrants.promoId, promoId), eq(drawEntrants.userId, userId));
    return this.#connections.run((client) =>
      drizzle(client).select().from(drawEntrants).where(own).orderBy(asc(drawEntrants.id)),
    );
  }
}
