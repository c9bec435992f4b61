/** How the API says that a request about an account was refused. */
import type { PeopleRefusal } from '../../shop/people/parts.ts';
import { failure, tooMany, usedUp } from '../wire/envelope.ts';
import { refusedByLimit } from './limit-answers.ts';

export function peopleRefusal(request: Request, refused: PeopleRefusal): Response {
  if ('usedUp' in refused) return usedUp(request);
  if (!('retryAfterMs' in refused)) return failure(request, refused.code);
  const { limit, retryAfterMs } = refused;
  return limit === undefined
    ? tooMany(request, retryAfterMs / 1_000)
    : refusedByLimit(request, limit);
}
