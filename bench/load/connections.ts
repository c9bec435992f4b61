/** Connections of open-loop load: opened as fast as the server accepts them, and replaced when lost. */
import type { Socket } from 'bun';
import { openingMsMax } from './open-loop.ts';
import { type WholeAnswer, wholeAnswer } from './whole-answer.ts';

export interface Connection {
  socket: Socket<Connection> | null;
  /** When its request was sent or, where that counts, when its buyer came. 0 while none is in flight. */
  since: number;
  /** The part of an incomplete answer that has arrived. */
  part: string;
}

/**
 * Connections that are opened at a time: the next one once one is open, however quick the server is.
 */
const openingMax = 128;
/**
 * Connections that replace lost ones, opened in a turn. Were each replaced where its end is heard of, a server
 * that closes them as fast as they come would keep this process from everything else.
 */
const replacedMax = 32;

interface ConnectionsOptions {
  url: string;
  count: number;
  answered(connection: Connection, answer: WholeAnswer): void;
  /** It ended, whether or not a request was in flight. */
  lost(connection: Connection): void;
  /** The server did not accept one. */
  refused(): void;
}

export class Connections {
  readonly idle: Connection[] = [];
  #begun = 0;
  /** Those that ended, or were not accepted, and are to be replaced. */
  #missing = 0;
  #leaving = false;
  readonly #handlers = {
    open: (socket: Socket<Connection>) => {
      socket.data.socket = socket;
      this.idle.push(socket.data);
      this.#connectNext();
    },
    data: ({ data }: Socket<Connection>, chunk: Buffer) => {
      const answer = wholeAnswer(data, chunk);
      if (answer !== null) this.options.answered(data, answer);
    },
    close: ({ data }: Socket<Connection>) => this.#lost(data),
    error: ({ data }: Socket<Connection>) => this.#lost(data),
    connectError: () => {
      this.options.refused();
      setTimeout(() => this.#missing++, 50);
    },
  };

  constructor(private readonly options: ConnectionsOptions) {}

  /** Opens all, or as many as the server accepts in time. */
  async open(): Promise<void> {
    const openingAt = performance.now();
    for (let each = 0; each < openingMax; each++) this.#connectNext();
    while (this.idle.length < this.options.count) {
      if (performance.now() - openingAt > openingMsMax) return;
      this.replaceLost();
      await Bun.sleep(1);
    }
  }

  replaceLost(): void {
    const replaced = Math.min(this.#missing, replacedMax);
    this.#missing -= replaced;
    for (let each = 0; each < replaced; each++) this.#connect();
  }

  /** From now on none is replaced. */
  leave(): void {
    this.#leaving = true;
  }

  #connect(): void {
    const { hostname, port } = new URL(this.options.url);
    const data: Connection = { socket: null, since: 0, part: '' };
    // Failures go to `connectError`, which counts them.
    Bun.connect({ hostname, port: Number(port), socket: this.#handlers, data }).catch(
      () => undefined,
    );
  }

  #connectNext(): void {
    if (this.#begun === this.options.count) return;
    this.#begun++;
    this.#connect();
  }

  /** A connection that ended is replaced: another buyer comes. */
  #lost(connection: Connection): void {
    if (connection.socket === null || this.#leaving) return;
    connection.socket = null;
    this.options.lost(connection);
    this.#missing++;
  }
}
