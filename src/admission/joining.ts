/**
 * What the board can tell of those who want to join a promo, so that no actor need be asked: whether
 * anybody stands somewhere already, and why nobody can join.
 */
import { queueModes } from '../../actors/events.ts';
import type { Board, BoardRow } from '../../actors/memory/board.ts';
import type { Positions } from '../../actors/memory/positions.ts';
import { type Code, code, partitionOf } from '../../actors/protocol.ts';

interface BoardParts {
  board: Pick<Board, 'read'>;
  positions: Pick<Positions, 'behind'>;
  partitions: number;
}

export interface Joining {
  /** False is certain: nobody waits, and nobody was let in who has not bought. */
  mayStand: boolean;
  /** Why nobody can join who stands nowhere; `ok` where somebody can. */
  refused: Code;
}

/** Null where the actor alone knows; `now` in milliseconds since 1970 UTC. */
export function joiningOf(
  { board, positions, partitions }: BoardParts,
  { itemId, promoId }: { itemId: number; promoId: number },
  now: number,
): Joining | null {
  if (positions.behind(partitionOf(itemId, partitions))) return null;
  const row = board.read(itemId);
  // Of an item's promos the board shows one: others are drafts, yet to come, or over.
  if (row === null || row.promo !== promoId) return null;
  return { mayStand: row.outstanding + row.waiting > 0, refused: refusalOf(row, now) };
}

function refusalOf(row: BoardRow, now: number): Code {
  const { startAt, endAt, queueOpenAt, left, held } = row;
  const mode = queueModes[row.queue];
  if (now >= endAt) return code.ended;
  if (now < queueOpenAt) return code.notStarted;
  if (row.paused === 1) return code.paused;
  // Before a draw nothing is sold, and units may still be added.
  if (mode === 'draw' && now < startAt) return code.ok;
  const canComeBack = mode !== 'off' && held > 0;
  return left === 0 && !canComeBack ? code.outOfStock : code.ok;
}
