/**
 * How long a connection may be silent. The runtime ends one whose request has not come whole within
 * `requestArrivalMs`, counted from the request's head: bytes that drip in do not move that moment. From
 * here a connection gets more once its request is whole, so that a balancer may keep it.
 */
import type { Hono } from 'hono';
import type { AppParts } from '../parts.ts';

type Fetch = Hono['fetch'];

/** The path of the hot route, which does the same for itself: it would pay for another promise. */
const orders = '/api/orders';

/** Lets connections be idle for longer after each request. Hot path. */
export function lettingIdle(fetch: Fetch, parts: Pick<AppParts, 'mayIdle'>): Fetch {
  return (request, env, context) => {
    const { method } = request;
    if (method === 'GET' || method === 'HEAD') {
      // Nothing more is to come. A live stream lifts the limit altogether, after this.
      parts.mayIdle(request);
      return fetch(request, env, context);
    }
    const answer = fetch(request, env, context);
    if (request.url.endsWith(orders)) return answer;
    return Promise.resolve(answer).then((each) => idleAfter(parts, request, each));
  };
}

/**
 * Lets the connection of an answered request be idle for longer; returns the answer. What was refused
 * before it was read is over as well, but what is too large may be on its way for ever.
 */
export function idleAfter(
  { mayIdle }: Pick<AppParts, 'mayIdle'>,
  request: Request,
  answer: Response,
): Response {
  if (answer.status !== 413) mayIdle(request);
  return answer;
}
