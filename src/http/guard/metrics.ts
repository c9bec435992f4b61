/**
 * Who may read metrics: anyone, or whoever sends METRICS_TOKEN where that is set. What tells more of the
 * machines than metrics do is for whoever sends it, and for keys with the scope.
 */
import { timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { AppParts } from '../parts.ts';
import { failure } from '../wire/envelope.ts';
import { bearerToken, type Guarding, throughAs } from './admin.ts';

type GuardingMetrics = Guarding & Pick<AppParts, 'metricsToken'>;

/** Lets readers of metrics through: see `metricsReadersOnly`. */
export function metricsReaders(parts: GuardingMetrics) {
  if (parts.metricsToken === null) return createMiddleware((_, next) => next());
  return metricsReadersOnly(parts);
}

/**
 * The same, and never anyone: else 20003 without a token, 20006 with a wrong one, and 10003 after too many
 * of them, for such a token may be a guess at the administrator's.
 */
export function metricsReadersOnly(parts: GuardingMetrics) {
  const isMetricsToken = tokenCheck(parts.metricsToken);
  return createMiddleware(async (c, next) => {
    const token = bearerToken(c.req.raw);
    if (token === null) return failure(c.req.raw, 20003);
    if (isMetricsToken(token)) return next();
    return throughAs(parts, c, { token, scope: 'metrics', next });
  });
}

/** Compares by hash, so that the time it takes reveals neither length nor content. */
function tokenCheck(expected: string | null): (token: string) => boolean {
  if (expected === null) return () => false;
  const hash = Bun.SHA256.hash(expected);
  return (token) => timingSafeEqual(Bun.SHA256.hash(token), hash);
}
