/**
 * What the board can tell of those who want to join a promo, so that no actor need be asked: whether
 * anybody stands somewhere already, and why nobody can join.
 */
import type { Clock } from '../../actors/clock.ts';
import { queueModes } from '../../actors/events.ts';
import type { Board, BoardRow } from '../../actors/memory/board.ts';
import type { Positions } from '../../actors/memory/positions.ts';
import { type Code, code, partitionOf } from '../../actors/protocol.ts';
import type { InStep } from '../dispatch/in-step.ts';

interface BoardParts {
  board: Pick<Board, 'read'>;
  positions: Pick<Positions, 'boardAnswers' | 'owns'>;
  steadyClock: Clock;
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
  { board, positions, steadyClock, partitions }: BoardParts,
  { itemId, promoId }: { itemId: number; promoId: number },
  now: number,
): Joining | null {
  if (!positions.boardAnswers(partitionOf(itemId, partitions), steadyClock)) return null;
  const row = board.read(itemId);
  // Of an item's promos the board shows one: others are drafts, yet to come, or over.
  if (row === null || row.promo !== promoId) return null;
  return { mayStand: row.outstanding + row.waiting > 0, refused: refusalOf(row, now) };
}

/** As `joiningOf`, where another engine owns the item by a board that shows what that one knew just now. */
export async function joiningInStep(
  parts: BoardParts & { clock: Clock; inStep: Pick<InStep, 'with'> },
  of: { itemId: number; promoId: number },
): Promise<Joining | null> {
  const isOwn = parts.positions.owns(partitionOf(of.itemId, parts.partitions));
  if (!isOwn && !(await parts.inStep.with(of.itemId))) return null;
  return joiningOf(parts, of, parts.clock());
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
