/**
 * The operator's board as server-sent events: a few times a second, the books of one item or of the
 * newest, and how far journal, SQL and replica have come. Each selection is encoded once, whatever
 * the number of watchers, and nothing runs while no one watches.
 */

import type { ShopParts } from '../../shop/parts.ts';
import { boardStatementOf } from '../../shop/statement.ts';
import { type EventStream, eventAnswer, eventText, isBehind } from './event-stream.ts';

const intervalMs = 500;
/** Watching counts as using the session, which is checked this often. */
const checkMs = 30_000;
/** A client with this many unread events of each selection is dropped: it will reconnect. */
const unreadEventsMax = 20;

type FeedParts = Pick<ShopParts, 'board' | 'positions' | 'partitions' | 'clock' | 'refusals'>;

/** What one page shows. */
export interface Selection {
  /** What the page calls it; each event about it says so. */
  name: string;
  /** Open items. */
  items: readonly number[];
}

interface Watcher {
  selections: readonly Selection[];
  stream: EventStream;
  isAllowed(): Promise<boolean>;
  checkedAt: number;
}

const encoder = new TextEncoder();

export class AdminFeed {
  readonly #watchers = new Set<Watcher>();
  #timer: Timer | undefined;

  constructor(
    private readonly parts: FeedParts,
    /** Lifts the server's idle time-out for a request. */
    private readonly keepOpen: (request: Request) => void,
  ) {}

  /** Opens one stream of what some pages show, for as long as `isAllowed` says. */
  open(
    selections: readonly Selection[],
    request: Request,
    isAllowed: () => Promise<boolean>,
  ): Response {
    this.keepOpen(request);
    let watcher: Watcher;
    return eventAnswer(
      (stream) => {
        watcher = { selections, stream, isAllowed, checkedAt: performance.now() };
        this.#watchers.add(watcher);
        for (const each of selections) stream.enqueue(this.#event(each));
        this.#timer ??= setInterval(() => this.#tick(), intervalMs);
      },
      () => this.#remove(watcher),
    );
  }

  /** Ends every stream. */
  stop(): void {
    for (const watcher of this.#watchers) this.#end(watcher);
  }

  #tick(): void {
    this.parts.refusals.refresh(this.#watched());
    const events = new Map<string, Uint8Array>();
    for (const watcher of this.#watchers) {
      const { selections, stream } = watcher;
      if (isBehind(stream, unreadEventsMax * selections.length)) {
        this.#end(watcher);
        continue;
      }
      for (const each of selections) {
        const event = events.get(each.name) ?? this.#event(each);
        events.set(each.name, event);
        stream.enqueue(event);
      }
      if (performance.now() - watcher.checkedAt >= checkMs) void this.#check(watcher);
    }
  }

  /** The items that anybody watches. */
  #watched(): number[] {
    const watched = [...this.#watchers].flatMap(({ selections }) => selections);
    return [...new Set(watched.flatMap(({ items }) => items))];
  }

  /** A store that does not answer ends the stream too: the client will ask again. */
  async #check(watcher: Watcher): Promise<void> {
    watcher.checkedAt = performance.now();
    const allowed = await watcher.isAllowed().catch(() => false);
    if (!allowed && this.#watchers.has(watcher)) this.#end(watcher);
  }

  #end(watcher: Watcher): void {
    this.#remove(watcher);
    watcher.stream.close();
  }

  #remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #event({ name, items: ids }: Selection): Uint8Array {
    const items = ids.map((id) => boardStatementOf(this.parts, id));
    return encoder.encode(eventText('board', { item: name, at: this.parts.clock(), items }));
  }
}
