/**
 * Requests whose `Host` is no host, or is two: 400, before anything reads their URL, which the runtime
 * makes of it and does not judge.
 */
import type { Hono } from 'hono';
import { copyOf } from '../wire/copies.ts';
import { invalid } from '../wire/envelope.ts';

type Fetch = Hono['fetch'];

/** What may stand in a host with its port. A comma could, but is how the runtime joins two headers. */
const characters = /^[\w.:[\]%~!$&'()*+;=-]+$/;

function isHost(host: string): boolean {
  return characters.test(host) && URL.canParse(`http://${host}/`);
}

/** A request of HTTP/1.0 needs no `Host`; balancers ask after an engine's health in such ones. */
const unnamed = 'http://localhost';

/** Hot path: nearly all requests name the host that the one before named. */
export function refusingHosts(fetch: Fetch): Fetch {
  let usual = '';
  return (request, env, context) => {
    const host = request.headers.get('host');
    if (host !== usual) {
      // Of HTTP/1.1 the runtime itself refuses those without a host.
      if (host === null) return fetch(copyOf(request, unnamed + request.url, {}), env, context);
      if (!isHost(host))
        return invalid(request, { host: 'must be one host, with or without a port' });
      usual = host;
    }
    return fetch(request, env, context);
  };
}
