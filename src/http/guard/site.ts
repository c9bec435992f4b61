/**
 * The site as browsers know it, which behind proxies is not what the socket tells: by which scheme and
 * under which host they ask, and which pages may make them write.
 *
 * What proxies say of it is believed from trusted ones alone. Where several have written, the first of
 * their entries is the outermost's. A client may have put one before that, but deceives only itself: a
 * browser sends none of these headers for a page of another site without asking first.
 */
import type { TrustedProxies } from './client-address.ts';

/** A part of the first element of `Forwarded` (RFC 7239), as a token or quoted. */
const forwardedPart = (name: string) =>
  new RegExp(`^[^,]*?(?:^|[;\\s])${name}=(?:"([^",]*)"|([^\\s;,"]*))`, 'i');
const forwardedProto = forwardedPart('proto');
const forwardedHost = forwardedPart('host');

export class Site {
  readonly allowedOrigins: readonly string[];

  /** @param peerOf - the address at the other end of a request's socket. */
  constructor(
    private readonly proxies: TrustedProxies,
    allowedOrigins: string,
    private readonly peerOf: (request: Request) => string,
  ) {
    this.allowedOrigins = originsIn(allowedOrigins);
  }

  /** The address that a request comes from, as far as trusted proxies tell. */
  addressOf(request: Request): string {
    return this.proxies.clientOf(this.peerOf(request), request.headers.get('x-forwarded-for'));
  }

  /** Whether the browser speaks https, so that it may be given cookies for https alone. */
  isSecure(request: Request): boolean {
    const { headers } = request;
    // A page's own word: whoever forges it gets a stricter cookie, and nothing else.
    if (headers.get('origin')?.startsWith('https:')) return true;
    return this.#forwarded(request, 'x-forwarded-proto', forwardedProto)?.toLowerCase() === 'https';
  }

  /**
   * Whether a request that changes something comes from a page of this site, from one of an allowed
   * origin, or from no page at all. Browsers say so in `Sec-Fetch-Site`, old ones and those on plain
   * http in `Origin`; a client that sends neither is not a browser.
   */
  mayWrite(request: Request): boolean {
    const { headers } = request;
    const site = headers.get('sec-fetch-site');
    if (site === 'same-origin' || site === 'none') return true;
    const origin = headers.get('origin');
    if (origin !== null && this.allowedOrigins.includes(origin)) return true;
    return site === null && (origin === null || this.#isOwn(request, origin));
  }

  /** The hosts by which the browser may have asked: the one that proxies tell, and the socket's. */
  hostsOf(request: Request): string[] {
    const told = this.#forwarded(request, 'x-forwarded-host', forwardedHost);
    return [told, request.headers.get('host')].filter((host) => host !== null);
  }

  /** The site's address as the browser knows it, fit to be pasted into a shell; `http://localhost` in doubt. */
  originOf(request: Request): string {
    const [host = ''] = this.hostsOf(request);
    const scheme = this.isSecure(request) ? 'https' : 'http';
    return /^[\w.:[\]-]+$/.test(host) ? `${scheme}://${host}` : 'http://localhost';
  }

  /** The scheme is left out: not every proxy tells it, and the host alone names who serves a page. */
  #isOwn(request: Request, origin: string): boolean {
    const page = URL.parse(origin);
    if (page === null || page.host === '') return false;
    // The origin's scheme decides which port goes without saying.
    const hostOf = (host: string) => URL.parse(`${page.protocol}//${host}`)?.host;
    return this.hostsOf(request).some((host) => hostOf(host) === page.host);
  }

  /** What the outermost proxy says under a name, where the peer is trusted to pass it on. */
  #forwarded(request: Request, name: string, inForwarded: RegExp): string | null {
    const { headers } = request;
    const list = headers.get(name);
    const standard = list === null ? headers.get('forwarded') : null;
    if ((list === null && standard === null) || !this.proxies.trusts(this.peerOf(request))) {
      return null;
    }
    if (list !== null) return list.split(',')[0]!.trim();
    const [, quoted, token] = inForwarded.exec(standard!) ?? [];
    return quoted ?? token ?? null;
  }
}

/** The origins in a setting, separated by commas. @throws RangeError naming what is not an origin */
export function originsIn(setting: string): string[] {
  const origins = setting
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const origin of origins) {
    const url = URL.parse(origin);
    // Exactly as a browser sends it: no path, not even a slash, no usual port, in small letters; and
    // no star, which would match nothing.
    const exact = url?.origin === origin && /^https?:\/\/[^*]+$/.test(origin);
    if (!exact) throw new RangeError(origin);
  }
  return origins;
}
