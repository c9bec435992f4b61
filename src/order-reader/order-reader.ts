/**
 * The orders that a merchant looks for, found by a thread of their own (`thread.ts`). It is there from the first
 * question until nobody has asked for a while: it takes 30 MB of memory that an engine seldom needs.
 */
import { SqlUnavailable } from '../db/sql.ts';
import { ownScript } from '../own-files.ts';
import type { OrderFilters } from '../shop/orders/filters.ts';
import type { FoundPage } from '../shop/orders/found-orders.ts';
import type {
  ExportFormat,
  FromOrderReader,
  ListAsked,
  OrderReaderSettings,
  ToOrderReader,
} from './messages.ts';

/** How long the thread stays after it was last asked. */
const idleMs = 60_000;

/** Exports at once: each holds a part of its text, and the thread's time. */
const exportsMax = 4;

/** An export whose reader has wanted nothing for so long is ended. */
const stalledMs = 60_000;

type Answer = Exclude<FromOrderReader, { type: 'left' }>;

export class OrderReader {
  readonly #settings: OrderReaderSettings;
  #thread: Worker | null = null;
  #asks = 0;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #exports = 0;
  #idle: Timer | null = null;

  constructor(
    { sql, currency, logLevel }: OrderReaderSettings,
    private readonly logError: (message: string, details: Record<string, unknown>) => void,
    private readonly stallMs = stalledMs,
  ) {
    // The rest of what a thread is told is not for another one.
    this.#settings = { sql, currency, logLevel };
  }

  /** @throws SqlUnavailable */
  async list(asked: ListAsked): Promise<FoundPage> {
    const ask = ++this.#asks;
    const answer = await this.#ask({ type: 'list', ask, ...asked });
    if (answer.type !== 'listed') throw new Error(`the thread answers a list with ${answer.type}`);
    return answer.page;
  }

  /**
   * The text of all orders that fit, as it is read: nothing is read ahead. Null where there are as many exports as may
   * be at once. What fails breaks the stream.
   * @throws SqlUnavailable where it fails before there is any text
   */
  async export(
    filters: OrderFilters,
    format: ExportFormat,
  ): Promise<ReadableStream<Uint8Array> | null> {
    if (this.#exports >= exportsMax) return null;
    this.#exports++;
    const ask = ++this.#asks;
    const running = new RunningExport(this.stallMs, {
      more: () => this.#ask({ type: 'more', ask }),
      drop: () => this.#tell({ type: 'drop', ask }),
      over: (failure) => {
        if (failure !== null) this.logError('an export of orders failed', { error: failure });
        this.#exports--;
        this.#rest();
      },
    });
    this.#tell({ type: 'export', ask, filters, format });
    return running.open();
  }

  close(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#leave();
  }

  #ask(question: Extract<ToOrderReader, { ask: number }>): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>();
    this.#waiting.set(question.ask, answer);
    this.#tell(question);
    return answer.promise;
  }

  #tell(message: ToOrderReader): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    this.#thread ??= this.#start();
    this.#thread.postMessage(message);
  }

  #start(): Worker {
    const thread = new Worker(ownScript('src/order-reader/thread.ts'), { name: 'orders' });
    thread.onmessage = ({ data }: MessageEvent<FromOrderReader>) => this.#heard(thread, data);
    thread.onerror = ({ message }) => this.#ended(thread, message);
    thread.addEventListener('close', () => this.#ended(thread, 'it has ended'));
    thread.postMessage({ type: 'open', settings: this.#settings } satisfies ToOrderReader);
    return thread;
  }

  #heard(thread: Worker, message: FromOrderReader): void {
    if (message.type === 'left') {
      // It has nothing open any more.
      thread.terminate();
      return;
    }
    const waiting = this.#waiting.get(message.ask);
    this.#waiting.delete(message.ask);
    if (message.type !== 'failed') waiting?.resolve(message);
    else if (message.unavailable) waiting?.reject(new SqlUnavailable(message.message));
    else waiting?.reject(new Error(message.message));
    this.#rest();
  }

  /** The next question starts another. */
  #ended(thread: Worker, why: string): void {
    if (this.#thread !== thread) return;
    this.#thread = null;
    for (const { reject } of this.#waiting.values())
      reject(new Error(`the thread that reads orders has failed: ${why}`));
    this.#waiting.clear();
  }

  /** Has the thread leave once nobody has asked for a while. */
  #rest(): void {
    if (this.#waiting.size > 0 || this.#exports > 0 || this.#thread === null) return;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#leave(), idleMs);
    this.#idle.unref();
  }

  #leave(): void {
    this.#thread?.postMessage({ type: 'leave' } satisfies ToOrderReader);
    this.#thread = null;
  }
}

interface ExportParts {
  more(): Promise<Answer>;
  drop(): void;
  /** @param failure - why it has broken off; null where it has not */
  over(failure: string | null): void;
}

/** One export, between the thread that reads it and the client that does. */
class RunningExport {
  #stalled: Timer | null = null;
  #isOver = false;

  constructor(
    private readonly stallMs: number,
    private readonly parts: ExportParts,
  ) {}

  /** The stream, once its first part is there. */
  async open(): Promise<ReadableStream<Uint8Array>> {
    let first: Uint8Array | null;
    try {
      first = await this.#next();
    } catch (error) {
      // Whoever asked gets it as an answer.
      this.#end();
      throw error;
    }
    return new ReadableStream<Uint8Array>(
      {
        start: (stream) => this.#watch(stream),
        pull: async (stream) => {
          this.#unwatch();
          try {
            const part = first ?? (await this.#next());
            first = null;
            if (this.#isOver) return;
            if (part === null) {
              this.#end();
              stream.close();
              return;
            }
            stream.enqueue(part);
            this.#watch(stream);
          } catch (error) {
            // Whoever reads must not take a part for the whole: the connection breaks.
            this.#end(String(error));
            stream.error(error);
          }
        },
        cancel: () => this.#drop(),
      },
      { highWaterMark: 0 },
    );
  }

  /** Null at the end. */
  async #next(): Promise<Uint8Array | null> {
    const answer = await this.parts.more();
    return answer.type === 'part' ? answer.text : null;
  }

  #watch(stream: ReadableStreamDefaultController<Uint8Array>): void {
    this.#stalled = setTimeout(() => {
      this.#drop();
      stream.error(new Error('the client has stopped reading'));
    }, this.stallMs);
  }

  #unwatch(): void {
    if (this.#stalled !== null) clearTimeout(this.#stalled);
    this.#stalled = null;
  }

  #drop(): void {
    if (this.#isOver) return;
    this.parts.drop();
    this.#end();
  }

  #end(failure: string | null = null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unwatch();
    this.parts.over(failure);
  }
}
