/**
 * The `Idempotency-Key` of requests that make something: the same request again gets the old answer, and
 * nothing is made twice. Without the header every request stands for itself.
 */
import type { Context } from 'hono';
import { code } from '../../../actors/protocol.ts';
import { sha256 } from '../../../actors/sha256.ts';
import type { Worked } from '../../store/kept-answers.ts';
import type { AppParts } from '../parts.ts';
import { invalid, keptAnswer, refused } from '../wire/envelope.ts';
import { actorName } from './admin.ts';

const idempotencyHeader = 'idempotency-key';

/** Visible ASCII. */
const keyShape = /^[\x21-\x7e]{1,64}$/;

/** What is told of a request that was not carried out, by why. */
export const notCarriedOut = {
  'used otherwise': code.usedOtherwise,
  'in progress': code.outcomeUnknown,
  unprotected: code.tooBusy,
} as const;

interface Kept {
  status: number;
  body: string;
}

/**
 * Carries out a request with a valid body, unless it was carried out before. The key is the actor's own;
 * it stands for the route, the path and what the body says, in whatever order and spacing.
 * @param work - gets the name of the attempt, for whatever it makes to be found by when the attempt is
 * made again; null where the request stands for itself.
 */
export async function once(
  { answers }: Pick<AppParts, 'answers'>,
  c: Context,
  body: object,
  work: (attempt: string | null) => Promise<Response>,
): Promise<Response> {
  const request = c.req.raw;
  const key = c.req.header(idempotencyHeader);
  if (key === undefined) return work(null);
  if (!keyShape.test(key)) {
    return invalid(request, { [idempotencyHeader]: 'must be 1 to 64 visible ASCII characters' });
  }
  const what = sha256(`${c.req.method} ${c.req.path} ${JSON.stringify(body)}`);
  const carried = await answers.once(`${actorName(c)} ${key}`, what, async (attempt) =>
    workedOf(await work(attempt)),
  );
  const { outcome } = carried;
  if (outcome !== 'answered') return refused(request, notCarriedOut[outcome]);
  return keptAnswer(carried.answer.status, carried.answer.body, carried.replayed);
}

/** A refusal that another try may not meet is not the last word. */
async function workedOf(response: Response): Promise<Worked<Kept>> {
  const { status } = response;
  const final = status < 500 && status !== 429;
  return { answer: { status, body: await response.text() }, final };
}
