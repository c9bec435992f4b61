/** Who waits for what, for the merchant: the queues and draws that are not over, and where one buyer stands. */
import { type BoardRow, gateRoom } from '../../actors/memory/board.ts';
import { code, type Standing } from '../../actors/protocol.ts';
import { done, type Outcome, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';
import { currentSales, type ListedSale } from './sale-lists.ts';

type Parts = Pick<ShopParts, 'board' | 'sql' | 'clock' | 'send'>;

/** A sale with a queue or a draw, and what its item's board says of it. */
export interface ShownQueue {
  sale: ListedSale;
  /** Null where the board shows another promo of the item. */
  counts: Record<'waiting' | 'outstanding' | 'room' | 'held' | 'left', number> | null;
}

/** Those of sales that run, and those that people may join before. @throws SqlUnavailable */
export async function queues(parts: Parts): Promise<ShownQueue[]> {
  const { running, coming } = await currentSales(parts);
  const withQueue = [...running, ...coming].filter(({ promo }) => promo.queue !== 'off');
  return withQueue.map((sale) => {
    const row = parts.board.read(sale.promo.itemId);
    return { sale, counts: row?.promo === sale.promo.id ? countsOf(row) : null };
  });
}

function countsOf(row: BoardRow): NonNullable<ShownQueue['counts']> {
  const { waiting, outstanding, held, left } = row;
  return { waiting, outstanding, room: gateRoom(row), held, left };
}

/** Where a user stands, or `bought` who has all that one may have. */
export type Stands = { standing: Standing; bought: false } | { standing: null; bought: true };

/** Asks the item's actor, which changes nothing. @throws SqlUnavailable */
export async function standsOf(
  { sql, send }: Parts,
  promoId: number,
  user: number,
): Promise<Outcome<Stands>> {
  const promo = await sql.catalog.promo(promoId);
  if (promo === null) return refuse(code.notFound);
  const reply = await send({ type: 'stand', item: promo.itemId, user, promo: promoId });
  if (reply.code === code.limitReached) return done({ standing: null, bought: true });
  if (reply.code !== code.ok) return refuse(reply.code);
  return done({ standing: reply.standing!, bought: false }); // As it answers a question.
}
