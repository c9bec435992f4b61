/**
 * The journal's connection to a NATS cluster: to one server at a time, kept up for ever. When that server
 * goes, the next one is tried; when it stays and no longer reaches the others, so that it can store
 * nothing, another that can is connected to first, and then this one is left.
 *
 * Nothing here decides who may append: that is the fence alone. A wrong guess about a server costs time.
 */
import { quorumPatienceMs, recoveryPauseMs, recoveryPauseMsMax } from '../limits.ts';
import { dial, type Link } from './jetstream-dial.ts';
import { messageOf } from './jetstream-errors.ts';
import { JournalMisconfigured, JournalUnavailable } from './journal.ts';
import {
  type NatsAddress,
  type NatsServer,
  type NatsSettings,
  natsAddress,
} from './nats-address.ts';
import { NatsServers } from './nats-servers.ts';

/** What a server is asked: whether it takes entries, which needs a majority, or for a partition's entries. */
type Question = 'append' | `read ${number}`;

export interface ConnectionWatch {
  /** Of all partitions, how many take entries by way of a server. */
  answering(link: Link): Promise<number>;
  /** The link is gone, and no answer will come of what was sent on it. */
  lost(): void;
  /** Told of each loss, return and move, in words. */
  report(state: string): void;
}

export class JetStreamConnection {
  readonly #settings: NatsSettings;
  readonly #address: NatsAddress;
  readonly #servers: NatsServers;
  #watch: ConnectionWatch | null = null;
  #link: Link | null = null;
  #closed = false;
  /** Since when the server has not answered in full, for each kind of question that it does not. */
  readonly #failingSince = new Map<Question, number>();
  #seeking = false;

  constructor(settings: NatsSettings) {
    this.#settings = settings;
    this.#address = natsAddress(settings);
    this.#servers = new NatsServers(this.#address.servers);
  }

  /** All servers of the settings, for messages. */
  get places(): string {
    return this.#servers.places;
  }

  /**
   * Connects to the next server that has us, each being tried once. The link is watched from `watch` on.
   * @throws JournalMisconfigured when none has, and one of them refuses us.
   * @throws JournalUnavailable when none answers.
   */
  async open(): Promise<Link> {
    this.#link = await this.#dialAny();
    return this.#link;
  }

  /** From now on the connection is kept up, and moves to a better server where there is one. */
  watch(watch: ConnectionWatch): void {
    this.#watch = watch;
    this.#adopt(this.link);
  }

  /** The server connected to; null while there is none. */
  get current(): Link | null {
    return this.#link;
  }

  /** The server connected to. @throws JournalUnavailable while there is none. */
  get link(): Link {
    if (this.#link === null) throw notConnected();
    return this.#link;
  }

  /** Whether a link is still the one in use. */
  holds(link: Link): boolean {
    return link === this.#link;
  }

  /** Something that was asked of a link at `askedAt` (performance.now) was answered in full, or not. */
  answered(link: Link, question: Question, askedAt: number, inFull: boolean): void {
    if (!this.holds(link)) return;
    if (inFull) {
      this.#failingSince.delete(question);
      return;
    }
    const since = this.#failingSince.get(question) ?? askedAt;
    this.#failingSince.set(question, since);
    if (performance.now() - since < quorumPatienceMs) return;
    if (!this.#seeking) void this.#seekBetter(link);
  }

  /** Ends the link and forgets it: `open` begins with the next server. */
  async leave(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    await link?.connection.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.leave();
  }

  #adopt(link: Link): void {
    this.#link = link;
    this.#failingSince.clear();
    void this.#learn(link);
    void link.connection.closed().then((cause) => this.#lost(link, cause ?? null));
  }

  /** Remembers the servers that a server names, whenever its cluster changes. */
  async #learn({ connection }: Link): Promise<void> {
    for await (const _ of connection.status()) {
      this.#servers.learn(connection.info?.connect_urls ?? []);
    }
  }

  #lost(link: Link, cause: unknown): void {
    if (link !== this.#link || this.#closed) return;
    this.#link = null;
    const why = cause === null ? '' : `: ${messageOf(cause)}`;
    this.#watch?.report(`lost the connection to ${link.place}${why}`);
    this.#watch?.lost();
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    let said = '';
    for (let pauseMs = recoveryPauseMs; ; pauseMs = Math.min(pauseMs * 2, recoveryPauseMsMax)) {
      try {
        const link = await this.#dialAny();
        if (this.#closed) return await link.connection.close();
        this.#adopt(link);
        this.#watch?.report(`connected again to ${link.place}`);
        return;
      } catch (error) {
        // Whatever it is, a server that let us in once is tried again, for ever.
        const text = `no connection yet: ${messageOf(error)}`;
        if (text !== said) this.#watch?.report(text);
        said = text;
      }
      if (this.#closed) return;
      await Bun.sleep(pauseMs);
    }
  }

  async #dialAny(): Promise<Link> {
    const errors: Error[] = [];
    for (const server of this.#servers.inTurn()) {
      if (this.#closed) throw new JournalUnavailable('the journal is closed');
      try {
        return await this.#dial(server);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        errors.push(error);
      }
    }
    const wrong = errors.find((error) => error instanceof JournalMisconfigured);
    if (wrong !== undefined) throw wrong;
    throw new JournalUnavailable(errors.map(({ message }) => message).join('; '));
  }

  #dial(server: NatsServer): Promise<Link> {
    this.#servers.tried(server);
    return dial(server, this.#address, this.#settings, (urls) => this.#servers.learn(urls));
  }

  /** Moves to a server by which more partitions take entries than by this one, if there is such a one. */
  async #seekBetter(link: Link): Promise<void> {
    const watch = this.#watch;
    if (watch === null) return;
    this.#seeking = true;
    try {
      const here = watch.answering(link);
      for (const server of this.#servers.others(link.place)) {
        const better = await this.#better(server, watch, here);
        if (this.#closed || link !== this.#link) {
          await better?.connection.close();
          return;
        }
        if (better === null) continue;
        this.#adopt(better);
        watch.report(`left ${link.place}, which stores nothing, for ${better.place}`);
        watch.lost();
        await link.connection.close();
        return;
      }
      // Nobody is better: this one is asked for another while before the others are.
      this.#failingSince.clear();
    } finally {
      this.#seeking = false;
    }
  }

  /** A link to a server by which more than `here` partitions take entries; null when it is no better. */
  async #better(
    server: NatsServer,
    watch: ConnectionWatch,
    here: Promise<number>,
  ): Promise<Link | null> {
    try {
      const link = await this.#dial(server);
      const there = watch.answering(link);
      if ((await there) > (await here)) return link;
      await link.connection.close();
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    return null;
  }
}

export const notConnected = () => new JournalUnavailable('there is no connection to the server');

/** A server does not have us; anything else is a fault. */
function isRefusal(error: unknown): error is Error {
  return error instanceof JournalMisconfigured || error instanceof JournalUnavailable;
}
