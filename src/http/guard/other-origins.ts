/** Shops on another origin: browsers let their pages read what the API answers, and send it cookies. */
import { cors } from 'hono/cors';
import type { Site } from './site.ts';

/** How long a browser may remember what it was allowed, in seconds: Chromium takes no more. */
const rememberedSeconds = 7_200;

/** What pages may read of an answer, beside its body. */
const exposed = [
  ...['retry-after', 'ratelimit', 'ratelimit-policy', 'idempotency-replayed', 'x-request-id'],
  'date',
];

/** Tells browsers that pages of the allowed origins may use the API, also in answers that refuse. */
export function openToOrigins({ allowedOrigins }: Site) {
  return cors({
    origin: [...allowedOrigins],
    credentials: true,
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-request-id'],
    exposeHeaders: exposed,
    maxAge: rememberedSeconds,
  });
}
