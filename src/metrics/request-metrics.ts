/**
 * What HTTP threads count, in shared memory, so that any thread asked for metrics can add up the
 * counts of all. Each thread writes cells of its own: counting needs no atomics, and costs the order
 * path two look-ups and two additions.
 */
import { commandTypes } from '../../actors/protocol.ts';

/** Statuses that are counted separately; any other counts as the last, 0. */
const countedStatuses = [
  200, 201, 204, 302, 304, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 0,
] as const;

/** Upper bounds of the order latency histogram, in milliseconds. */
export const latencyBoundsMs = [
  0.5, 1, 2, 3, 5, 7.5, 10, 15, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000,
] as const;

/** What else is counted, each in a cell of its own; `streams` goes down again. */
const notes = [
  'shed',
  'wrongAdminTokens',
  'codesSent',
  'codesOverBudget',
  'passwordsBusy',
  'streams',
  'streamsRefused',
  'paymentsUnsigned',
  'paymentsUnplaced',
  'paymentsPaid',
  'paymentsRepeated',
  'paymentsDue',
  'paymentsRefused',
  'paymentsUnanswered',
  'forwarded',
  'forwardedMessages',
] as const;

export type Note = (typeof notes)[number];

/** The column of each status, looked up without a hash: two routes are hot. */
const columnOf = new Uint8Array(1_000).fill(countedStatuses.length - 1);
for (const [index, status] of countedStatuses.entries()) if (status > 0) columnOf[status] = index;
const commandIndex = new Map<string, number>(commandTypes.map((type, index) => [type, index]));

/** Where each kind of cell begins in a thread's block. */
const latencyAt = 0;
const latencySumAt = latencyBoundsMs.length + 1;
const inBatchesAt = latencySumAt + 1;
const commandsAt = inBatchesAt + countedStatuses.length;
const notesAt = commandsAt + commandTypes.length;
const requestsAt = notesAt + notes.length;

/** The route whose answers and times are counted by itself. */
export const orderRoute = 'POST /api/orders';
/** The route that takes many orders: each of them is counted, beside the request. */
export const batchRoute = 'POST /api/orders/batch';

/** The most routes there may be; each thread's block has room for this many. */
const routesMax = 64;
const blockWords = requestsAt + routesMax * countedStatuses.length;

export class RequestMetrics {
  static bytes(threads: number): number {
    return threads * blockWords * 8;
  }

  readonly #routeIndex: Map<string, number>;
  readonly #all: Float64Array;
  readonly #own: Float64Array;
  readonly #orderRow: number;

  /** `routes` are keys of `METHOD path`, the last of which stands for every other route. */
  constructor(
    memory: SharedArrayBuffer,
    thread: number,
    readonly routes: readonly string[],
  ) {
    if (routes.length > routesMax) throw new Error(`more than ${routesMax} routes to count`);
    this.#routeIndex = new Map(routes.map((route, index) => [route, index]));
    this.#all = new Float64Array(memory);
    this.#own = this.#all.subarray(thread * blockWords, (thread + 1) * blockWords);
    this.#orderRow = this.rowOf(orderRoute);
  }

  /** Where the requests of a route are counted, for `countAt`; unknown routes share the last. */
  rowOf(route: string): number {
    const index = this.#routeIndex.get(route) ?? this.routes.length - 1;
    return requestsAt + index * countedStatuses.length;
  }

  countRequest(route: string, status: number): void {
    this.countAt(this.rowOf(route), status);
  }

  /** Hot path: as `countRequest`, for a route whose row is known. */
  countAt(row: number, status: number): void {
    this.#own[row + columnOf[status]!]!++;
  }

  /** Hot path: the order route answered with `status` after `ms`. */
  countOrder(status: number, ms: number): void {
    this.countAt(this.#orderRow, status);
    this.timeOrders(1, ms);
  }

  /** Hot path: an order of a batch has its result; or a batch, which counts as one, was refused unread. */
  countInBatch(status: number): void {
    this.countAt(inBatchesAt, status);
  }

  /** So many orders were answered together after `ms`. */
  timeOrders(orders: number, ms: number): void {
    let bucket = 0;
    while (bucket < latencyBoundsMs.length && ms > latencyBoundsMs[bucket]!) bucket++;
    this.#own[latencyAt + bucket]! += orders;
    this.#own[latencySumAt]! += orders * ms;
  }

  /** Hot path: a command was sent to an actor. */
  countCommand(type: (typeof commandTypes)[number]): void {
    this.#own[commandsAt + commandIndex.get(type)!]!++;
  }

  /** An order was refused unread, because buyers wait too long. */
  countShed(): void {
    this.note('shed');
  }

  /** A message with so many commands has gone to another engine. */
  countForwarded(commands: number): void {
    this.#own[notesAt + notes.indexOf('forwarded')]! += commands;
    this.note('forwardedMessages');
  }

  /** Something else has happened that is counted. */
  note(what: Note, change: 1 | -1 = 1): void {
    this.#own[notesAt + notes.indexOf(what)]! += change;
  }

  /** What this thread has counted of something is over: it begins anew. */
  forget(what: Note): void {
    this.#own[notesAt + notes.indexOf(what)] = 0;
  }

  /** What all threads have counted of something. */
  noted(what: Note): number {
    return this.#sum(notesAt + notes.indexOf(what));
  }

  /**
   * Requests of all threads by route and status, without zeros, except of the order route: what is told
   * only once it has happened looks as if it had not.
   */
  *requests(): Generator<{ route: string; status: number; count: number }> {
    for (const [index, route] of this.routes.entries()) {
      for (const [column, status] of countedStatuses.entries()) {
        const count = this.#sum(requestsAt + index * countedStatuses.length + column);
        if (count > 0 || route === orderRoute) yield { route, status, count };
      }
    }
  }

  /** Orders of all threads by status, those of batches included. */
  *orders(): Generator<{ status: number; count: number }> {
    for (const [column, status] of countedStatuses.entries()) {
      const count = this.#sum(this.#orderRow + column) + this.#sum(inBatchesAt + column);
      yield { status, count };
    }
  }

  *commands(): Generator<{ type: string; count: number }> {
    for (const [index, type] of commandTypes.entries()) {
      yield { type, count: this.#sum(commandsAt + index) };
    }
  }

  /** Orders of all threads by latency: a count for each bound, one beyond, and the sum in milliseconds. */
  orderTimes(): { counts: number[]; sumMs: number } {
    const counts = Array.from({ length: latencyBoundsMs.length + 1 }, (_, n) =>
      this.#sum(latencyAt + n),
    );
    return { counts, sumMs: this.#sum(latencySumAt) };
  }

  #sum(cell: number): number {
    let sum = 0;
    for (let at = cell; at < this.#all.length; at += blockWords) sum += this.#all[at]!;
    return sum;
  }
}
