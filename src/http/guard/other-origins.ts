/** Shops on another origin: browsers let their pages read what the API answers, and send it cookies. */
import { cors } from 'hono/cors';
import type { Site } from './site.ts';

/** How long a browser may remember what it was allowed, in seconds: Chromium takes no more. */
const rememberedSeconds = 7_200;

/** Tells browsers that pages of the allowed origins may use the API, also in answers that refuse. */
export function openToOrigins({ allowedOrigins }: Site) {
  return cors({
    origin: [...allowedOrigins],
    credentials: true,
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-request-id'],
    exposeHeaders: ['retry-after', 'ratelimit', 'ratelimit-policy', 'x-request-id', 'date'],
    maxAge: rememberedSeconds,
  });
}
