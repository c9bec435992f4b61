/** The board's refusal of an order for an item that another engine owns. */

import type { Clock } from '../../actors/clock.ts';
import {
  type BoardParts,
  boardAnswer,
  boardRefusal,
  type TokenClaims,
} from '../../actors/memory/board-answers.ts';
import { type Code, code } from '../../actors/protocol.ts';
import type { InStep } from '../dispatch/in-step.ts';

interface Parts extends BoardParts {
  clock: Clock;
  inStep: Pick<InStep, 'with'>;
}

/** Whether the board here would refuse, so that the owner is asked how far it is first. */
export function isDoubted(
  parts: Omit<Parts, 'tally' | 'inStep'>,
  token: TokenClaims,
  amount: number,
): boolean {
  return boardAnswer(parts, token, amount, parts.clock()) !== code.ok;
}

/**
 * As `boardRefusal`, by a board that shows at least what the owner knew when this was called; `ok` where the
 * owner itself must be asked. `decide` is `boardRefusal`, which the simulation plants bugs into.
 */
export async function refusalElsewhere(
  parts: Parts,
  token: TokenClaims,
  amount: number,
  decide = boardRefusal,
): Promise<Code> {
  if (!isDoubted(parts, token, amount)) return code.ok;
  if (!(await parts.inStep.with(token.itemId))) return code.ok;
  return decide(parts, token, amount, parts.clock());
}
