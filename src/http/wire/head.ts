/** HEAD, answered with the headers that GET has. */
import type { Hono } from 'hono';
import { copyOf } from './copies.ts';

type Fetch = Hono['fetch'];

/**
 * Handles HEAD as GET and leaves the body to the runtime, which sends only its length, and cancels
 * what would be streamed. The router would drop the body, and with it the length.
 */
export function answeringHead(fetch: Fetch): Fetch {
  return (request, env, context) =>
    request.method === 'HEAD' ? head(fetch, request) : fetch(request, env, context);
}

/** The copy has no socket: it lifts no idle time-out. */
async function head(fetch: Fetch, request: Request): Promise<Response> {
  const answer = await fetch(copyOf(request, request.url, { method: 'GET' }));
  // The runtime dates every answer but those to HEAD.
  answer.headers.set('date', new Date().toUTCString());
  return answer;
}
