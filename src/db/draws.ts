/** Draws as projected rows: what anybody needs to check the order that came out. */

/** The draw of a promo. Every hash is text of 64 hex digits. */
export interface Draw {
  promoId: number;
  /** Null for a draft that got its secret, until SQL knows that it was published. */
  publishedAt: number | null;
  /** The SHA-256 of the secret. */
  commitment: string;
  /** Null until the draw was held: nobody may know it before. */
  secret: string | null;
  seed: string | null;
  drawnAt: number | null;
}

/** Who joined a promo before its draw, whether or not they left again. */
export interface EntrantRow {
  /** Ascends in order of joining. Follows from the journal, as a stock log's id does. */
  id: number;
  promoId: number;
  userId: number;
  nonce: number;
}

export interface Draws {
  /** Null for a promo without a draw, and for a draft until it gets its secret, before it is published. */
  draw(promoId: number): Promise<Draw | null>;
  /** Entrants in order of joining, after an id. */
  entrants(promoId: number, after: number, limit: number): Promise<EntrantRow[]>;
  /** The entries of one user in order of joining: more than one where they left and joined again. */
  entriesOf(promoId: number, userId: number): Promise<EntrantRow[]>;
}

/** What may be known of a draw: its secret and seed only once it was held. */
export function publicDraw(
  row: (Omit<Draw, 'commitment'> & { commitment: string | null }) | undefined,
): Draw | null {
  if (row === undefined || row.commitment === null) return null;
  const { promoId, publishedAt, commitment, secret, seed, drawnAt } = row;
  const known = { promoId, publishedAt, commitment, drawnAt };
  return drawnAt === null ? { ...known, secret: null, seed: null } : { ...known, secret, seed };
}
