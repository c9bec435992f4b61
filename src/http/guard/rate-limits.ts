/** Rate limits in front of routes. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { addressBlock, type LimitState, type RateName } from '../../admission/rate-limits.ts';
import type { AppParts } from '../parts.ts';
import { addLimitHeaders, refusedByLimit } from './limit-answers.ts';
import type { Known } from './who.ts';

type Limiting = Pick<AppParts, 'limits' | 'addressOf'>;

/** Limits a route by the address that asks. */
export function limitedByAddress(parts: Limiting, name: RateName) {
  return limited(parts, name, (c) => addressBlock(parts.addressOf(c.req.raw)));
}

/** Limits a route by the user who asks. */
export function limitedByUser(parts: Limiting, name: RateName) {
  return limited<Known>(parts, name, (c) => c.get('userId'));
}

/** Takes one search from what the address that asks may do: a search reads every title. */
export function searchLimit(
  { limits, addressOf }: Limiting,
  request: Request,
): Promise<LimitState> {
  return limits.spend('searchByAddress', addressBlock(addressOf(request)));
}

function limited<E extends Partial<Known>>(
  { limits }: Limiting,
  name: RateName,
  whose: (c: Context<E>) => string | number,
) {
  return createMiddleware<E>(async (c, next) => {
    const state = await limits.spend(name, whose(c));
    if (!state.allowed) return refusedByLimit(c.req.raw, state);
    await next();
    addLimitHeaders(c.res, state);
  });
}
