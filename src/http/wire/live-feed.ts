/**
 * Live stock as server-sent events. One timer per thread looks at the board for the items that are
 * watched; each change is encoded once, whatever the number of watchers.
 */

import type { Clock } from '../../../actors/clock.ts';
import { type Board, type SaleStatus, saleStatus } from '../../../actors/memory/board.ts';
import { type EventStream, eventAnswer, eventText, isBehind } from './event-stream.ts';

/** At most ten events a second for an item. */
const intervalMs = 100;
/** A client with this many unread events of each of its items is dropped: it will reconnect. */
const unreadEventsMax = 50;
/** A comment now and then shows intermediaries that the stream is alive, and us that the client is. */
const keepAliveMs = 15_000;

interface Watcher {
  readonly stream: EventStream;
  readonly items: readonly number[];
  /** Of several items, each event says whose it is. */
  readonly isOfSeveral: boolean;
}

interface Watched {
  watchers: Set<Watcher>;
  /** The data of the last event. */
  shown: Stock;
}

interface Stock {
  left: number;
  held: number;
  sold: number;
  status: SaleStatus;
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
    /** Lifts the server's idle time-out for a request. */
    private readonly keepOpen: (request: Request) => void,
  ) {
    this.#timers = [
      setInterval(() => this.#look(), intervalMs),
      setInterval(() => this.#keepAlive(), keepAliveMs),
    ];
  }

  /** Opens a stream of an item's stock; it starts with the current state. */
  open(item: number, request: Request): Response {
    return this.#open([item], false, request);
  }

  /** Opens one stream of the stock of several items, each event with its `itemId`. */
  openSeveral(items: readonly number[], request: Request): Response {
    return this.#open(items, true, request);
  }

  /** Ends every stream. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { stream } of this.#watchers) stream.close();
    this.#watchers.clear();
    this.#watched.clear();
  }

  #open(items: readonly number[], isOfSeveral: boolean, request: Request): Response {
    this.keepOpen(request);
    let watcher: Watcher;
    return eventAnswer(
      (stream) => {
        watcher = { stream, items, isOfSeveral };
        this.#watchers.add(watcher);
        for (const item of items) this.#add(item, watcher);
      },
      () => this.#remove(watcher),
    );
  }

  #add(item: number, watcher: Watcher): void {
    const watched = this.#watched.get(item) ?? { watchers: new Set(), shown: this.#stock(item) };
    this.#watched.set(item, watched);
    watched.watchers.add(watcher);
    watcher.stream.enqueue(eventBytes(item, watched.shown, watcher.isOfSeveral));
  }

  #remove(watcher: Watcher): void {
    for (const item of watcher.items) {
      const watched = this.#watched.get(item);
      watched?.watchers.delete(watcher);
      if (watched?.watchers.size === 0) this.#watched.delete(item);
    }
    this.#watchers.delete(watcher);
  }

  #look(): void {
    for (const [item, watched] of this.#watched) {
      const stock = this.#stock(item);
      if (isSame(stock, watched.shown)) continue;
      watched.shown = stock;
      let [one, several]: Uint8Array[] = [];
      for (const watcher of watched.watchers) {
        if (watcher.isOfSeveral) several ??= eventBytes(item, stock, true);
        else one ??= eventBytes(item, stock, false);
        this.#send(watcher, watcher.isOfSeveral ? several! : one!);
      }
    }
  }

  #keepAlive(): void {
    for (const watcher of this.#watchers) this.#send(watcher, keepAlive);
  }

  #send(watcher: Watcher, bytes: Uint8Array): void {
    if (!isBehind(watcher.stream, unreadEventsMax * watcher.items.length)) {
      watcher.stream.enqueue(bytes);
      return;
    }
    watcher.stream.close();
    this.#remove(watcher);
  }

  #stock(item: number): Stock {
    const row = this.board.read(item)!;
    const { left, held, sold } = row;
    return { left, held, sold, status: saleStatus(row, this.clock()) };
  }
}

function eventBytes(itemId: number, stock: Stock, isOfSeveral: boolean): Uint8Array {
  return encoder.encode(eventText('stock', isOfSeveral ? { itemId, ...stock } : stock));
}

function isSame(a: Stock, b: Stock): boolean {
  return a.left === b.left && a.held === b.held && a.sold === b.sold && a.status === b.status;
}
