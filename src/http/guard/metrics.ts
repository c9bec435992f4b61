/**
 * Who may read metrics: anyone, or whoever sends METRICS_TOKEN where that is set. What tells more of the
 * machines than metrics do is for whoever sends it, or for administrators.
 */
import { createMiddleware } from 'hono/factory';
import type { AppParts } from '../parts.ts';
import { failure } from '../wire/envelope.ts';
import { adminCheck, bearerToken, countWrongToken, tokenCheck } from './admin.ts';

type Guarding = Pick<AppParts, 'adminToken' | 'metricsToken' | 'limits' | 'addressOf' | 'requests'>;

/** Lets readers of metrics through, and administrators: see `metricsReadersOnly`. */
export function metricsReaders(parts: Guarding) {
  if (parts.metricsToken === null) return createMiddleware((_, next) => next());
  return metricsReadersOnly(parts);
}

/**
 * The same, and never anyone: else 20003 without a token, 20006 with a wrong one, and 10003 after too many
 * of them, for such a token may be a guess at the administrator's.
 */
export function metricsReadersOnly(parts: Guarding) {
  const isAdmin = adminCheck(parts.adminToken);
  const { metricsToken } = parts;
  const isMetricsToken = metricsToken === null ? () => false : tokenCheck(metricsToken);
  return createMiddleware(async (c, next) => {
    const request = c.req.raw;
    const token = bearerToken(request);
    if (token !== null && (isMetricsToken(token) || isAdmin(request))) return next();
    if (token === null) return failure(request, 20003);
    return (await countWrongToken(parts, request)) ?? failure(request, 20006);
  });
}
