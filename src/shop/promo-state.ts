/** How a promo stands: by the board, which knows first, where it shows the promo; else by SQL. */
import { type Board, saleStatus } from '../../actors/memory/board.ts';
import { type Code, code, partitionOf } from '../../actors/protocol.ts';
import type { PromoRow } from '../db/sql.ts';
import type { ShopParts } from './parts.ts';

export const promoStatuses = [
  'draft',
  'pending',
  'running',
  'paused',
  'ended',
  'withdrawn',
] as const;

export interface PromoState {
  status: (typeof promoStatuses)[number];
  /** When it ends or ended, milliseconds since 1970 UTC. */
  endAt: number;
}

/** Whether the item's actor knows the promo: SQL learns of it a moment later. */
export function isPublished(
  { id, publishedAt }: Pick<PromoRow, 'id' | 'publishedAt'>,
  { promos }: Pick<Board, 'promos'>,
): boolean {
  return publishedAt !== null || promos.has(id);
}

export function promoState(
  promo: PromoRow,
  board: Pick<Board, 'promos' | 'read'>,
  now: number,
): PromoState {
  const { id, itemId, startAt, endedAt } = promo;
  if (!isPublished(promo, board)) return { status: 'draft', endAt: promo.endAt };
  if (promo.withdrawnAt !== null) return { status: 'withdrawn', endAt: promo.endAt };
  const row = board.read(itemId);
  if (row?.promo === id) {
    const status = saleStatus(row, now);
    if (status !== 'none') return { status, endAt: row.endAt };
  }
  const endAt = endedAt ?? promo.endAt;
  // The board shows what runs: what should have begun and is not shown is over, whatever SQL has heard.
  if (now >= Math.min(endAt, startAt)) return { status: 'ended', endAt: Math.min(endAt, now) };
  return { status: promo.pausedAt === null ? 'pending' : 'paused', endAt };
}

/**
 * Why no purchase token can be of use; `ok` where one can, also for a promo of the item that is not
 * published yet. `promoId` 0 is the normal price. @throws SqlUnavailable for a promo the board does not show
 */
export async function tokenRefusal(
  { board, sql, clock }: Pick<ShopParts, 'board' | 'sql' | 'clock'>,
  itemId: number,
  promoId: number,
): Promise<Code> {
  const row = board.read(itemId);
  if (row === null) return code.notFound;
  if (promoId === 0) return code.ok;
  if (row.promo === promoId) return saleStatus(row, clock()) === 'ended' ? code.ended : code.ok;
  const promo = await sql.catalog.promo(promoId);
  if (promo === null || promo.itemId !== itemId) return code.notFound;
  const { status } = promoState(promo, board, clock());
  return status === 'ended' || status === 'withdrawn' ? code.ended : code.ok;
}

/** How long a merchant waits for SQL to follow before they are told what is known without it. */
const followMs = 500;
const lookMs = 10;

/** Waits, for a moment at most, until SQL has what the journal has of an item now. */
export async function untilProjected(
  { positions, partitions }: Pick<ShopParts, 'positions' | 'partitions'>,
  itemId: number,
): Promise<void> {
  const partition = partitionOf(itemId, partitions);
  const seq = positions.get(partition, 'journalSeq');
  const until = performance.now() + followMs;
  while (positions.get(partition, 'sqlSeq') < seq && performance.now() < until) {
    await Bun.sleep(lookMs);
  }
}
