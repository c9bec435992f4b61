/**
 * Live stock as server-sent events. One timer per thread looks at the board for the items that are
 * watched; each change is encoded once, whatever the number of watchers.
 */

import type { Clock } from '../../../actors/clock.ts';
import { type Board, saleStatus } from '../../../actors/memory/board.ts';
import { type EventStream, eventAnswer, eventText, isBehind } from './event-stream.ts';

/** At most ten events a second for an item. */
const intervalMs = 100;
/** A client with this many unread events is dropped: it will reconnect. */
const unreadEventsMax = 50;
/** A comment now and then shows intermediaries that the stream is alive, and us that the client is. */
const keepAliveMs = 15_000;

interface Watched {
  streams: Set<EventStream>;
  /** The text of the last event. */
  shown: string;
}

const encoder = new TextEncoder();
const keepAlive = encoder.encode(':\n\n');

export class LiveFeed {
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
      setInterval(() => this.#sendAll(keepAlive), keepAliveMs),
    ];
  }

  /** Opens a stream of an item's stock; it starts with the current state. */
  open(item: number, request: Request): Response {
    this.keepOpen(request);
    return eventAnswer(
      (stream) => this.#add(item, stream),
      (stream) => this.#remove(item, stream),
    );
  }

  /** Ends every stream. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { streams } of this.#watched.values()) for (const stream of streams) stream.close();
    this.#watched.clear();
  }

  #add(item: number, stream: EventStream): void {
    const watched = this.#watched.get(item) ?? { streams: new Set(), shown: this.#event(item) };
    this.#watched.set(item, watched);
    watched.streams.add(stream);
    stream.enqueue(encoder.encode(watched.shown));
  }

  #remove(item: number, stream: EventStream): void {
    const watched = this.#watched.get(item);
    watched?.streams.delete(stream);
    if (watched?.streams.size === 0) this.#watched.delete(item);
  }

  #look(): void {
    for (const [item, watched] of this.#watched) {
      const text = this.#event(item);
      if (text === watched.shown) continue;
      watched.shown = text;
      this.#send(item, watched, encoder.encode(text));
    }
  }

  #sendAll(bytes: Uint8Array): void {
    for (const [item, watched] of this.#watched) this.#send(item, watched, bytes);
  }

  #send(item: number, { streams }: Watched, bytes: Uint8Array): void {
    for (const stream of streams) {
      if (!isBehind(stream, unreadEventsMax)) {
        stream.enqueue(bytes);
        continue;
      }
      stream.close();
      this.#remove(item, stream);
    }
  }

  #event(item: number): string {
    const row = this.board.read(item)!;
    const { left, held, sold } = row;
    return eventText('stock', { left, held, sold, status: saleStatus(row, this.clock()) });
  }
}
