/** What stands between a client and an engine and does not always do its work, for tests. */

/**
 * What becomes of a request: it comes through; or its answer is lost, after the engine has done what it asks; or
 * it is answered here, and the engine never sees it.
 */
export type Passage = 'through' | 'lost' | Response;

export class UnsteadyWay {
  /** Method, path and idempotency key of every request, oldest first. */
  readonly seen: { route: string; key: string | null }[] = [];
  /** Of the next requests, one each; then all come through. */
  next: Passage[] = [];
  readonly #server: Bun.Server<undefined>;

  constructor(engineUrl: string) {
    this.#server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: (request) => this.#pass(engineUrl, request),
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** What was asked since the last call. */
  taken() {
    return this.seen.splice(0);
  }

  stop(): Promise<void> {
    return this.#server.stop(true);
  }

  async #pass(engineUrl: string, request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    this.seen.push({ route: `${method} ${pathname}`, key: headers.get('idempotency-key') });
    const passage = this.next.shift() ?? 'through';
    if (passage instanceof Response) return passage;
    headers.delete('host');
    const body = method === 'GET' ? {} : { body: await request.arrayBuffer() };
    const answer = await fetch(engineUrl + pathname + search, { method, headers, ...body });
    if (passage === 'through') return answer;
    await answer.arrayBuffer();
    // A balancer's own words, as it says them when an engine has gone away.
    return new Response('<h1>Bad gateway</h1>', { status: 502 });
  }
}
