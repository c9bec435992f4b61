/**
 * Step 2 of an order: whether the board answers it, so that no actor has to. The simulation calls this
 * too.
 */
import type { Sequence } from '../events.ts';
import { type Code, code, partitionOf } from '../protocol.ts';
import type { Board } from './board.ts';
import type { Positions } from './positions.ts';

/** What the decision depends on. */
export interface BoardParts {
  board: Pick<Board, 'refusal' | 'outOfStockSince' | 'maybeBuyer' | 'count'>;
  positions: Pick<Positions, 'behind'>;
  partitions: number;
  /** Records a refusal for stock, for the journal: the board showed `seen`. */
  tally: { add(item: number, amount: number, seen: Sequence): void };
}

/** What a verified purchase token says. */
export interface TokenClaims {
  userId: number;
  itemId: number;
  promoId: number;
  /** Seconds since 1970 UTC: the token is valid until this second begins. */
  expiresAt: number;
}

/**
 * Hot path: the refusal that an order gets from the board, counted and tallied; `ok` when its actor
 * must be asked. `now` in milliseconds.
 */
export function boardRefusal(
  { board, positions, partitions, tally }: BoardParts,
  { itemId, userId, promoId, expiresAt }: TokenClaims,
  amount: number,
  now: number,
): Code {
  // Another engine has written the partition: this board is out of date, and does not know its buyers.
  if (positions.behind(partitionOf(itemId, partitions))) return code.ok;
  const byBoard = board.refusal(itemId, promoId, amount, now);
  const answer = now >= expiresAt * 1000 ? code.tokenExpired : byBoard;
  if (answer === code.ok || byBoard === code.notOnSale) return code.ok;
  // A token that may have been spent gets its earlier answer, which the actor knows.
  if (board.maybeBuyer(itemId, userId)) return code.ok;
  if (answer === code.outOfStock) {
    const seen = board.outOfStockSince(itemId, amount);
    if (seen === 0) return code.ok;
    tally.add(itemId, amount, seen);
  }
  board.count(itemId, answer);
  return answer;
}
