/** Draws written straight into an engine's SQLite tables, as if the projector had: more than people could join. */
import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { type PlainDraw, plainDraw } from './plain-draw.ts';

export type Entrant = readonly [user: number, nonce: number];

/** How long a busy machine may take to project a promo. */
const patienceMs = 20_000;

/** Entrants who look like those of a real draw: any order of users, nonces of up to 53 bits. */
export function entrantsFrom(count: number): Entrant[] {
  return Array.from({ length: count }, (_, index) => [
    ((index * 7_919) % 1_000_003) + 1,
    (index + 1) * 1_099_511_627 + 7,
  ]);
}

export class PlantedDraw {
  readonly #database: Database;
  #rows = 0;
  readonly entrants: Entrant[] = [];

  constructor(
    dataDir: string,
    readonly promoId: number,
    readonly secret = 'd'.repeat(64),
  ) {
    this.#database = new Database(join(dataDir, 'stampede.db'));
    this.#database.run('PRAGMA busy_timeout = 5000');
    this.#awaitPublication();
    this.#database.run('UPDATE promos SET draw_commitment = ? WHERE id = ?', [
      this.plain().commitment,
      promoId,
    ]);
  }

  /** The draw as it follows from the formulas. */
  plain(): PlainDraw {
    return plainDraw(this.promoId, this.secret, this.entrants);
  }

  join(entrants: readonly Entrant[]): void {
    const insert = this.#database.prepare(
      'INSERT INTO draw_entrants (id, promo_id, user_id, nonce) VALUES (?, ?, ?, ?)',
    );
    this.#database.transaction(() => {
      for (const [user, nonce] of entrants) {
        insert.run(this.promoId * 10_000_000 + ++this.#rows, this.promoId, user, nonce);
      }
    })();
    this.entrants.push(...entrants);
  }

  /** What the projector writes of the promo comes before what is planted. */
  #awaitPublication(): void {
    const published = this.#database.query<{ at: number | null }, [number]>(
      'SELECT published_at AS at FROM promos WHERE id = ?',
    );
    const end = performance.now() + patienceMs;
    while (typeof published.get(this.promoId)?.at !== 'number') {
      if (performance.now() > end) throw new Error(`promo ${this.promoId} is not published`);
      Bun.sleepSync(5);
    }
  }

  hold(): PlainDraw {
    const plain = this.plain();
    this.#database.run(
      'UPDATE promos SET draw_secret = ?, draw_seed = ?, drawn_at = ? WHERE id = ?',
      [plain.secret, plain.seed, Date.now(), this.promoId],
    );
    this.#database.close();
    return plain;
  }
}
