/**
 * Step 2 of an order: whether the board answers it, so that no actor has to. The simulation calls this
 * too.
 */
import type { Clock } from '../clock.ts';
import type { Sequence } from '../events.ts';
import { type Code, code, partitionOf } from '../protocol.ts';
import type { Board } from './board.ts';
import type { Positions } from './positions.ts';

/** What the decision depends on. */
export interface BoardParts {
  board: Pick<Board, 'refusal' | 'outOfStockSince' | 'maybeBuyer' | 'mayBeArchived' | 'count'>;
  positions: Pick<Positions, 'boardAnswers'>;
  steadyClock: Clock;
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
  parts: BoardParts,
  claims: TokenClaims,
  amount: number,
  now: number,
): Code {
  const answer = boardAnswer(parts, claims, amount, now);
  if (answer === code.ok) return code.ok;
  const { board, tally } = parts;
  const { itemId } = claims;
  if (answer === code.outOfStock) {
    const seen = board.outOfStockSince(itemId, amount);
    if (seen === 0) return code.ok;
    tally.add(itemId, amount, seen);
  }
  board.count(itemId, answer);
  return answer;
}

/** As `boardRefusal`, but tells nobody of a refusal. */
export function boardAnswer(
  { board, positions, steadyClock, partitions }: Omit<BoardParts, 'tally'>,
  { itemId, userId, promoId, expiresAt }: TokenClaims,
  amount: number,
  now: number,
): Code {
  // A board that is out of date does not know all buyers, and may refuse what there is again.
  if (!positions.boardAnswers(partitionOf(itemId, partitions), steadyClock)) return code.ok;
  const byBoard = board.refusal(itemId, promoId, amount, now);
  const answer = now >= expiresAt * 1000 ? code.tokenExpired : byBoard;
  if (answer === code.ok || byBoard === code.notOnSale) return code.ok;
  // A token that may have been spent gets its earlier answer, or that of one that is archived: the actor knows.
  if (board.mayBeArchived(itemId, promoId, expiresAt * 1000, now)) return code.ok;
  return board.maybeBuyer(itemId, userId) ? code.ok : answer;
}
