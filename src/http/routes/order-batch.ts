/**
 * Many orders in one request, for gateways: each is taken by the same steps as one by itself, and gets the same
 * envelope, so that only what is no batch is refused as a whole. Hot path: what a batch pays for once, it must not pay for
 * each order, so there is one promise, one answer, and no closure for any of them.
 */
import * as v from 'valibot';
import { batchOrdersMax } from '../../../actors/limits.ts';
import { boardRefusal } from '../../../actors/memory/board-answers.ts';
import { code, type Place, partitionOf, type Reply } from '../../../actors/protocol.ts';
import { isDoubted, refusalElsewhere } from '../../admission/refusal-elsewhere.ts';
import { batchRoute } from '../../metrics/request-metrics.ts';
import type { AppParts } from '../parts.ts';
import { checkJson, readJson, unreadable } from '../wire/body.ts';
import {
  invalid,
  preferredLanguage,
  Refusal,
  refusalOf,
  refusalResult,
  successResult,
  successText,
  tooBusy,
} from '../wire/envelope.ts';
import type { Language } from '../wire/messages.ts';
import { placedStatus, placedText, placeSchema, placing, type Wish, wished } from './placing.ts';

function batchOf<S extends v.GenericSchema>(order: S) {
  const message = `must be a list of 1 to ${batchOrdersMax} orders`;
  return v.object({
    orders: v.pipe(
      v.array(order, message),
      v.minLength(1, message),
      v.maxLength(batchOrdersMax, message),
      v.description(`1 to ${batchOrdersMax} orders, each as in POST /api/orders.`),
    ),
  });
}

/** What clients are to send. */
export const batchSchema = batchOf(placeSchema);
/** What is taken: whatever is wrong with an order is said in its own result. */
const takenSchema = batchOf(v.unknown());

export async function placeBatch(parts: AppParts, request: Request): Promise<Response> {
  const startedAt = performance.now();
  const away = parts.shedding.refusedFor(startedAt);
  if (away > 0) {
    parts.requests.countShed();
    return refusedWhole(parts, startedAt, tooBusy(request, away));
  }
  // Step 1, of all orders.
  let body: unknown;
  try {
    body = await readJson(request);
  } catch (error) {
    return refusedWhole(parts, startedAt, unreadable(request, error));
  }
  const { value, wrong } = checkJson(takenSchema, body, ordersIn(body));
  if (wrong !== null) return refusedWhole(parts, startedAt, invalid(request, wrong));
  // Steps 1 to 3 of each, and step 9 of those that are answered at once.
  const { orders } = value;
  const batch = new Batch(parts, preferredLanguage(request), orders.length);
  for (let at = 0; at < orders.length; at++) batch.take(at, orders[at]);
  await batch.settled;
  return counted(parts, orders.length, startedAt, successText(batch.text, 200));
}

/** Nobody knows of how many orders: it counts as one. */
function refusedWhole(parts: AppParts, startedAt: number, answer: Response): Response {
  parts.requests.countInBatch(answer.status);
  return counted(parts, 1, startedAt, answer);
}

function counted(
  { requests }: AppParts,
  orders: number,
  startedAt: number,
  answer: Response,
): Response {
  requests.countRequest(batchRoute, answer.status);
  requests.timeOrders(orders, performance.now() - startedAt);
  return answer;
}

/** The part of a body that is judged order by order. */
function ordersIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'orders' in body ? body.orders : undefined;
}

class Batch {
  readonly #results: string[];
  /** By place in the batch: what was asked of an actor. */
  readonly #asked: (Place | undefined)[];
  readonly #end = Promise.withResolvers<void>();
  readonly #now: number;
  /** Orders without a result. */
  #open: number;

  constructor(
    private readonly parts: AppParts,
    private readonly language: Language,
    size: number,
  ) {
    this.#results = new Array(size);
    this.#asked = new Array(size);
    this.#open = size;
    this.#now = parts.clock();
  }

  /** Resolves once every order has its result. */
  get settled(): Promise<void> {
    return this.#end.promise;
  }

  /** What the answer carries, as JSON text. */
  get text(): string {
    return `{"results":[${this.#results.join(',')}]}`;
  }

  /** Steps 1 to 3 of an order: it is asked for, or refused at once. */
  take(at: number, order: unknown): void {
    const { parts } = this;
    const wish = wished(parts, order);
    if (wish instanceof Refusal) {
      this.#refuse(at, wish);
      return;
    }
    const { token, amount } = wish;
    if (parts.positions.owns(partitionOf(token.itemId, parts.partitions))) {
      this.#ask(at, wish, boardRefusal(parts, token, amount, this.#now));
    } else if (isDoubted(parts, token, amount)) {
      // Only an order that the board here would refuse waits for its owner, with a promise of its own.
      refusalElsewhere(parts, token, amount).then(
        (fromBoard) => this.#ask(at, wish, fromBoard),
        this.#end.reject,
      );
    } else this.#ask(at, wish, code.ok);
  }

  /** Step 3, unless step 2 has refused. */
  #ask(at: number, wish: Wish, fromBoard: ReturnType<typeof boardRefusal>): void {
    if (fromBoard !== code.ok) {
      this.#refuse(at, refusalOf(fromBoard));
      return;
    }
    const asked = placing(wish);
    this.#asked[at] = asked;
    this.parts.post(asked, this.#answer, at);
  }

  /** Step 9, for all orders that an actor was asked for. */
  readonly #answer = (reply: Reply, at: number): void => {
    if (reply.code !== code.ok) {
      this.#refuse(at, refusalOf(reply.code));
      return;
    }
    const status = placedStatus(reply);
    const data = placedText(this.#asked[at]!.item, reply.order!);
    this.#settle(at, status, successResult(data, status));
  };

  #refuse(at: number, refusal: Refusal): void {
    this.#settle(at, refusal.init.status, refusalResult(refusal, this.language));
  }

  #settle(at: number, status: number, result: string): void {
    this.#results[at] = result;
    this.parts.requests.countInBatch(status);
    if (--this.#open === 0) this.#end.resolve();
  }
}
