/**
 * Granted admissions, kept in the store until some time after their sale: a user who has one gets
 * the same purchase again without captcha, gate or actor. The actor keeps them too, for ever: one
 * that the store forgets costs its user only another captcha.
 */
import type { Board } from '../../actors/memory/board.ts';
import type { Positions } from '../../actors/memory/positions.ts';
import { type Code, code, partitionOf } from '../../actors/protocol.ts';
import type { Catalog } from '../db/sql.ts';
import type { KeyValueStore } from '../store/store.ts';

/** Until then a lost answer to an order can still be fetched with the same token. */
const keptAfterEndMs = 3_600_000;

export interface Admission {
  nonce: number;
  /** When the sale ends, in milliseconds since 1970 UTC. */
  endAt: number;
}

export class Admissions {
  constructor(
    private readonly store: KeyValueStore,
    private readonly clock: () => number,
  ) {}

  async find(itemId: number, promoId: number, userId: number): Promise<Admission | null> {
    const value = await this.store.get(keyOf(itemId, promoId, userId));
    if (value === null) return null;
    const [nonce, endAt] = value.split(' ').map(Number) as [number, number]; // As `keep` wrote.
    return { nonce, endAt };
  }

  async keep(itemId: number, promoId: number, userId: number, admission: Admission): Promise<void> {
    const { nonce, endAt } = admission;
    const ttlMs = endAt - this.clock() + keptAfterEndMs;
    await this.store.set(keyOf(itemId, promoId, userId), `${nonce} ${endAt}`, ttlMs);
  }
}

function keyOf(itemId: number, promoId: number, userId: number): string {
  return `admission:${itemId}:${promoId}:${userId}`;
}

/** What tells how a sale stands. */
interface SaleParts {
  board: Board;
  positions: Positions;
  partitions: number;
}

/**
 * Why no one can be admitted to an item under a promo (0: its normal price) now; `ok` when users
 * can, or when only the actor knows. The board suffices, except for promos that it does not show. This
 * is not the decision about an order, which also looks at the token and its buyer.
 * @throws SqlUnavailable
 */
export async function saleRefusal(
  { board, positions, partitions }: SaleParts,
  catalog: Pick<Catalog, 'promo'>,
  sale: { itemId: number; promoId: number },
  now: number,
): Promise<Code> {
  const { itemId, promoId } = sale;
  if (positions.behind(partitionOf(itemId, partitions))) return code.ok;
  if (promoId === 0 || board.read(itemId)?.promo === promoId) {
    return board.refusal(itemId, promoId, 1, now);
  }
  // The board shows the last promo that was published: others are drafts, or over.
  const promo = await catalog.promo(promoId);
  return promo === null || promo.publishedAt === null ? code.notOnSale : code.ended;
}
