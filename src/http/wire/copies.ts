/** Copies that are answered in place of a request, and the request that came. */

const originals = new WeakMap<Request, Request>();

/** A copy with other properties, to be answered in place of a request. */
export function copyOf(request: Request, url: string, init: RequestInit): Request {
  const copy = new Request(new Request(url, request), init);
  originals.set(copy, cameAs(request));
  return copy;
}

/** The request that came over a socket, of which this may be a copy: only that has an address. */
export function cameAs(request: Request): Request {
  return originals.get(request) ?? request;
}
