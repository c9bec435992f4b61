/** What answers say about rate limits. */
import type { LimitState } from '../../admission/rate-limits.ts';
import { tooMany } from '../wire/envelope.ts';

/** 10003, saying which limit was reached and when to try again. */
export function refusedByLimit(request: Request, state: LimitState): Response {
  const response = tooMany(request, state.retryAfterMs / 1000);
  addLimitHeaders(response, state);
  return response;
}

/**
 * Adds the header fields of draft-ietf-httpapi-ratelimit-headers-10: the policy (`q` requests in a
 * window of `w` seconds) and what is left of it (`r` requests; `t` seconds until there is one more).
 */
export function addLimitHeaders({ headers }: Response, { name, rate, ...state }: LimitState): void {
  const window = Math.max(1, Math.ceil(rate.burst / rate.perSecond));
  headers.append('ratelimit-policy', `"${name}";q=${rate.burst};w=${window}`);
  const wait = Math.ceil(state.retryAfterMs / 1000);
  headers.append('ratelimit', `"${name}";r=${state.remaining}${wait > 0 ? `;t=${wait}` : ''}`);
}
