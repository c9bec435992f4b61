/**
 * How an HTTP thread of a cluster lets its traffic go to the other engines before it closes: it goes on
 * answering, by forwarding, and asks with each answer for the connection to be made anew. A balancer has
 * heard at `/readyz` that this engine leaves.
 */

/** Traffic counts as gone when nothing has been asked for this long. */
const quietMs = 1_000;
/** Whoever goes on asking after this is not waited for. */
export const quietMsMax = 5_000;
const lookMs = 20;

/** What balancers and operators ask for as long as it answers. */
const probes = new Set(['/readyz', '/healthz', '/metrics']);

/** A request of HTTP/1.0 that names no host, as a balancer's, has its path alone for a URL. */
const pathOf = (url: string) => url.replace(/^\w+:\/\/[^/]*|\?.*$/g, '');

type Answer = Response | Promise<Response>;

export class Departure {
  #leavingSince: number | null = null;
  #askedAt = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether the engine is about to leave. */
  get isLeaving(): boolean {
    return this.#leavingSince !== null;
  }

  begin(): void {
    this.#leavingSince ??= this.now();
    this.#askedAt = this.#leavingSince;
  }

  /** Notes that something was asked, and asks in return for another connection. */
  async closing({ url }: Request, answer: Answer): Promise<Response> {
    if (!probes.has(pathOf(url))) this.#askedAt = this.now();
    const response = await answer;
    response.headers.set('connection', 'close');
    return response;
  }

  /** Whether no traffic is left that would be missed. */
  get isQuiet(): boolean {
    if (this.#leavingSince === null) return false;
    const now = this.now();
    return now - this.#askedAt >= quietMs || now - this.#leavingSince >= quietMsMax;
  }

  /** Begins to leave; resolves once no traffic is left. */
  async leave(): Promise<void> {
    this.begin();
    while (!this.isQuiet) await Bun.sleep(lookMs);
  }
}
