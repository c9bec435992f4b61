/**
 * Buyers who come at an even pace, one for each item in turn, whatever became of those before: what each was
 * answered, and when. They ask the engines in turn that they are told of, as behind a balancer.
 */
import type { Sale } from '../../servers/shop.ts';
import { orderBodies } from '../../servers/shop.ts';

/** Of each item; with all of them it is a light load. */
const everyMs = 25;
/** Longer than any engine takes to say that it does not know. */
const patienceMs = 10_000;
/** Bodies are signed so many at a time. */
const signedAtOnce = 500;
/** The runtime opens no more connections at once; a buyer who finds as many waiting does not get through. */
const waitingMax = 200;

/** `code`: 201, the code of a refusal, or null where there was no answer. */
export interface Asked {
  itemId: number;
  sentAt: number;
  answeredAt: number;
  code: number | null;
}

export class SteadyBuyers {
  readonly asked: Asked[] = [];
  /** Engines that are asked, by address. */
  urls: readonly string[] = [];
  readonly #timer: Timer;
  readonly #waiting = new Set<Promise<void>>();
  readonly #bodies: string[][];
  #nextUser = 1;
  #turn = 0;

  constructor(private readonly sales: readonly Sale[]) {
    this.#bodies = sales.map(() => []);
    this.#timer = setInterval(() => this.#come(), everyMs / sales.length);
  }

  /** Nobody comes any more; resolves when all are answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#waiting);
  }

  #come(): void {
    if (this.urls.length === 0 || this.#waiting.size >= waitingMax) return;
    const turn = this.#turn++;
    const index = turn % this.sales.length;
    // The next round asks the next engine about the same item.
    const round = Math.floor(turn / this.sales.length);
    const url = this.urls[(index + round) % this.urls.length]!;
    const buying = this.#buy(index, url).finally(() => this.#waiting.delete(buying));
    this.#waiting.add(buying);
  }

  async #buy(index: number, url: string): Promise<void> {
    const body = this.#bodyFor(index);
    const sentAt = performance.now();
    const code = await codeOf(url, body);
    const { itemId } = this.sales[index]!;
    this.asked.push({ itemId, sentAt, answeredAt: performance.now(), code });
  }

  #bodyFor(index: number): string {
    const bodies = this.#bodies[index]!;
    if (bodies.length === 0) {
      bodies.push(...orderBodies(this.sales[index]!, signedAtOnce, this.#nextUser));
      this.#nextUser += signedAtOnce;
    }
    return bodies.pop()!;
  }
}

async function codeOf(url: string, body: string): Promise<number | null> {
  try {
    const response = await fetch(`${url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(patienceMs),
    });
    const { data } = (await response.json()) as { data: { errCode?: number } }; // The envelope of the API.
    return data.errCode ?? response.status;
  } catch {
    return null;
  }
}
