/**
 * Live stock as server-sent events. One timer per thread looks at the board for the items that are
 * watched. Each state is encoded once, whatever the number of watchers, and in each turn of the timer no
 * more than a bounded number of them are sent something: a crowd of watchers hears less often, and orders,
 * which this thread takes as well, do not wait.
 */

import type { Clock } from '../../../actors/clock.ts';
import { type Board, type SaleStatus, saleStatus } from '../../../actors/memory/board.ts';
import { tooBusy, tooMany } from './envelope.ts';
import { type EventStream, eventAnswer, eventText, isBehind } from './event-stream.ts';
import type { StreamPlaces } from './stream-places.ts';
import { timeText } from './time.ts';

/** At most ten events a second for an item. */
const intervalMs = 100;
/**
 * Events sent in one turn: at some 10 µs each, a tenth of the thread's time. A thousand watchers hear of each
 * change, ten thousand once a second.
 */
const sentAtOnceMax = 1_000;
/** A client with this many unread events of each of its items is dropped: it will reconnect. */
const unreadEventsMax = 50;
/** A comment after a silence shows intermediaries that the stream is alive, and us that the client is. */
const silenceMs = 15_000;
const keepAliveMs = 1_000;
/** When a client that was refused a stream should ask for one again. */
const retrySeconds = 15;

interface Watcher {
  readonly stream: EventStream;
  readonly items: readonly number[];
  /** Of several items, each event says whose it is. */
  readonly isOfSeveral: boolean;
  readonly address: string;
  /** When it was last sent something. */
  sentAt: number;
}

interface Watched {
  readonly item: number;
  readonly watchers: Set<Watcher>;
  /** Who has not been sent the state yet; who has waited longest comes first. */
  readonly late: Set<Watcher>;
  state: State;
}

interface Stock {
  left: number;
  held: number;
  sold: number;
  status: SaleStatus;
  /** When the promo ends that is shown; null without one. */
  endAt: string | null;
}

/** What is shown of an item, and its event, encoded when it is first sent: alone, and among several. */
interface State {
  stock: Stock;
  one?: Uint8Array;
  several?: Uint8Array;
}

const encoder = new TextEncoder();
const keepAlive = encoder.encode(':\n\n');

export class LiveFeed {
  readonly #watchers = new Set<Watcher>();
  readonly #watched = new Map<number, Watched>();
  readonly #timers: Timer[];

  constructor(
    private readonly board: Board,
    private readonly clock: Clock,
    private readonly places: StreamPlaces,
    /** Lifts the server's idle time-out for a request. */
    private readonly keepOpen: (request: Request) => void,
  ) {
    this.#timers = [
      setInterval(() => this.#look(), intervalMs),
      setInterval(() => this.#keepAlive(), keepAliveMs),
    ];
  }

  /**
   * Opens a stream of an item's stock; it starts with the current state.
   * @param address - what the request is limited as.
   */
  open(item: number, request: Request, address: string): Response {
    return this.#open([item], false, request, address);
  }

  /** Opens one stream of the stock of several items, each event with its `itemId`. */
  openSeveral(items: readonly number[], request: Request, address: string): Response {
    return this.#open(items, true, request, address);
  }

  /** Ends every stream. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const watcher of this.#watchers) this.#end(watcher);
  }

  #open(
    items: readonly number[],
    isOfSeveral: boolean,
    request: Request,
    address: string,
  ): Response {
    const refused = this.places.take(address);
    if (refused === 'address full') return tooMany(request, retrySeconds);
    if (refused === 'all full') return tooBusy(request, retrySeconds);
    this.keepOpen(request);
    let watcher: Watcher;
    return eventAnswer(
      (stream) => {
        watcher = { stream, items, isOfSeveral, address, sentAt: performance.now() };
        this.#watchers.add(watcher);
        for (const item of items) this.#add(item, watcher);
      },
      () => this.#remove(watcher),
    );
  }

  #add(item: number, watcher: Watcher): void {
    let watched = this.#watched.get(item);
    if (watched === undefined) {
      const state = { stock: this.#stock(item) };
      watched = { item, watchers: new Set(), late: new Set(), state };
      this.#watched.set(item, watched);
    }
    watched.watchers.add(watcher);
    watcher.stream.enqueue(eventOf(watched, watcher));
  }

  /** A watcher may have gone already: its client, and we, may end a stream at the same moment. */
  #remove(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return;
    for (const item of watcher.items) {
      const watched = this.#watched.get(item)!;
      watched.watchers.delete(watcher);
      watched.late.delete(watcher);
      if (watched.watchers.size === 0) this.#watched.delete(item);
    }
    this.places.leave(watcher.address);
  }

  #end(watcher: Watcher): void {
    this.#remove(watcher);
    watcher.stream.close();
  }

  #look(): void {
    for (const watched of this.#watched.values()) {
      const stock = this.#stock(watched.item);
      if (isSame(stock, watched.state.stock)) continue;
      watched.state = { stock };
      for (const watcher of watched.watchers) watched.late.add(watcher);
    }
    this.#tellLate([...this.#watched.values()].filter(({ late }) => late.size > 0));
  }

  /** Items share what may be sent in a turn evenly, those with few watchers first. */
  #tellLate(items: Watched[]): void {
    items.sort((a, b) => a.late.size - b.late.size);
    let left = sentAtOnceMax;
    for (const [index, watched] of items.entries()) {
      let share = Math.ceil(left / (items.length - index));
      for (const watcher of watched.late) {
        if (share-- <= 0) break;
        left--;
        watched.late.delete(watcher);
        this.#send(watcher, eventOf(watched, watcher));
      }
    }
  }

  #keepAlive(): void {
    const silentSince = performance.now() - silenceMs;
    let left = sentAtOnceMax;
    for (const watcher of this.#watchers) {
      if (watcher.sentAt > silentSince) continue;
      if (left-- <= 0) break;
      this.#send(watcher, keepAlive);
    }
  }

  #send(watcher: Watcher, bytes: Uint8Array): void {
    if (isBehind(watcher.stream, unreadEventsMax * watcher.items.length)) {
      this.#end(watcher);
      return;
    }
    watcher.stream.enqueue(bytes);
    watcher.sentAt = performance.now();
  }

  #stock(item: number): Stock {
    const row = this.board.read(item)!;
    const { left, held, sold, promo } = row;
    const endAt = promo === 0 ? null : timeText(row.endAt);
    return { left, held, sold, status: saleStatus(row, this.clock()), endAt };
  }
}

function eventOf({ item, state }: Watched, { isOfSeveral }: Watcher): Uint8Array {
  if (isOfSeveral) {
    state.several ??= encoder.encode(eventText('stock', { itemId: item, ...state.stock }));
    return state.several;
  }
  state.one ??= encoder.encode(eventText('stock', state.stock));
  return state.one;
}

function isSame(a: Stock, b: Stock): boolean {
  const sameUnits = a.left === b.left && a.held === b.held && a.sold === b.sold;
  return sameUnits && a.status === b.status && a.endAt === b.endAt;
}
