/** HEAD, answered with the headers that GET has. */
import type { Hono } from 'hono';

type Fetch = Hono['fetch'];

/** The request that came for each copy that is answered in its place. */
const asked = new WeakMap<Request, Request>();

/** The request that came over a socket, of which this may be a copy: only that has an address. */
export function cameAs(request: Request): Request {
  return asked.get(request) ?? request;
}

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
  const copy = new Request(request, { method: 'GET' });
  asked.set(copy, request);
  const answer = await fetch(copy);
  // The runtime dates every answer but those to HEAD.
  answer.headers.set('date', new Date().toUTCString());
  return answer;
}
