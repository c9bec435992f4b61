/**
 * A thread's own connection to NATS, for the messages between engines. It is kept up for ever, and follows the
 * server that main's connection has chosen. It keeps nothing for later: what cannot be sent now is the
 * caller's again, and what was sent when a connection was lost may have arrived or not.
 */
import { Events, type Msg, type NatsConnection } from 'nats';
import { dialCore } from '../journal/jetstream-dial.ts';
import { messageOf } from '../journal/jetstream-errors.ts';
import {
  type NatsAddress,
  type NatsServer,
  type NatsSettings,
  natsAddress,
  placeOf,
} from '../journal/nats-address.ts';
import { NatsServers } from '../journal/nats-servers.ts';
import { recoveryPauseMs, recoveryPauseMsMax } from '../limits.ts';

/** A server that was left is listened to for this long: replies to what went by way of it may come. */
const overlapMs = 500;

/** How long the last messages may take to the server when a courier is closed. */
const lastWordsMs = 500;

/** The status of NATS for a message that nobody was there to take. */
const noRespondersStatus = 503;

/** A message that came. */
export interface Letter {
  subject: string;
  /** Where its sender takes replies; empty where it takes none. */
  replySubject: string;
  bytes: Uint8Array;
  /** Nobody was there to take a message that named this subject for its replies. */
  isUndelivered: boolean;
}

/** To every thread with a courier: the server that main's connection has chosen, `nats://host:port`. */
export interface NatsServerMessage {
  type: 'nats server';
  place: string;
}

type Heard = (letter: Letter) => void;

export interface CourierWatch {
  /** What the thread is, for the server's operators: `stampede http-0`. */
  name: string;
  /** Told of each loss, return and move, in words. */
  report(state: string): void;
  /** A connection is gone, and what was sent by way of it may have arrived or not. */
  lost?(): void;
}

interface Link {
  place: string;
  connection: NatsConnection;
}

export class Courier {
  readonly #settings: NatsSettings;
  readonly #address: NatsAddress;
  readonly #servers: NatsServers;
  readonly #watch: CourierWatch;
  readonly #subscriptions: { subject: string; heard: Heard }[] = [];
  #link: Link | null = null;
  /** The server to be connected to, as main has named it. */
  #chosen: string | null = null;
  #triedChosen = false;
  #dialling = false;
  #closed = false;

  /** Begins to connect. @throws NatsSettingsWrong */
  constructor(settings: NatsSettings, watch: CourierWatch) {
    this.#settings = settings;
    this.#address = natsAddress(settings);
    this.#servers = new NatsServers(this.#address.servers);
    this.#watch = watch;
    void this.#keepUp();
  }

  get isConnected(): boolean {
    return this.#link !== null;
  }

  /** Hot path. Returns whether the message is on its way; without a connection it is not, and never will be. */
  publish(subject: string, bytes: Uint8Array, replySubject = ''): boolean {
    const connection = this.#link?.connection;
    if (connection === undefined || connection.isClosed()) return false;
    connection.publish(subject, bytes, { reply: replySubject });
    return true;
  }

  /** Hears a subject from now on, by way of whichever server. */
  subscribe(subject: string, heard: Heard): void {
    this.#subscriptions.push({ subject, heard });
    if (this.#link !== null) this.#hear(this.#link, subject, heard);
  }

  /** Goes to the server that main's connection has chosen, `nats://host:port`, and stays where it is until it is there. */
  moveTo(place: string): void {
    this.#chosen = place;
    this.#triedChosen = false;
    this.#servers.learn([place.replace('nats://', '')]);
    void this.#keepUp();
  }

  /** Ends the connection, once the server has what was sent. */
  async close(): Promise<void> {
    this.#closed = true;
    const link = this.#link;
    this.#link = null;
    if (link === null) return;
    // Of a connection that breaks off meanwhile nothing can be saved.
    const flushed = link.connection.flush().catch(() => undefined);
    await Promise.race([flushed, Bun.sleep(lastWordsMs)]);
    await link.connection.close();
  }

  /** Dials until there is a connection, to the chosen server where there is one. */
  async #keepUp(): Promise<void> {
    if (this.#dialling) return;
    this.#dialling = true;
    let said = '';
    for (let pauseMs = recoveryPauseMs; ; pauseMs = Math.min(pauseMs * 2, recoveryPauseMsMax)) {
      try {
        await this.#dialNext();
        if (this.#closed || this.#isSettled()) break;
      } catch (error) {
        // Whatever it is, it is tried again for ever: main ends an engine whose settings cannot work.
        const where = this.#link === null ? 'no connection yet' : `still at ${this.#link.place}`;
        const text = `${where}: ${messageOf(error)}`;
        if (text !== said) this.#watch.report(text);
        said = text;
      }
      if (this.#closed) break;
      await Bun.sleep(pauseMs);
    }
    this.#dialling = false;
  }

  #isSettled(): boolean {
    return this.#link !== null && (this.#chosen === null || this.#link.place === this.#chosen);
  }

  /** @throws JournalUnavailable, JournalMisconfigured when the server does not have us. */
  async #dialNext(): Promise<void> {
    const server = this.#next();
    if (server === null) return;
    this.#servers.tried(server);
    const { name } = this.#watch;
    const connection = await dialCore(server, this.#address, this.#settings, name);
    if (this.#closed) return await connection.close();
    this.#adopt({ place: placeOf(server), connection });
  }

  /** The server to dial: the chosen one and, while there is no connection at all, then all in turn. */
  #next(): NatsServer | null {
    if (this.#isSettled()) return null;
    const all = this.#servers.inTurn();
    const chosen = all.find((server) => placeOf(server) === this.#chosen) ?? null;
    if (this.#link !== null) return chosen;
    const isFirst = !this.#triedChosen;
    this.#triedChosen = true;
    return isFirst && chosen !== null ? chosen : all[0]!;
  }

  #adopt(link: Link): void {
    const left = this.#link;
    this.#link = link;
    this.#servers.learn(link.connection.info?.connect_urls ?? []);
    for (const { subject, heard } of this.#subscriptions) this.#hear(link, subject, heard);
    void this.#follow(link);
    void link.connection.closed().then((cause) => this.#lost(link, cause ?? null));
    if (left !== null) {
      this.#watch.report(`left ${left.place} for ${link.place}`);
      setTimeout(() => void left.connection.close(), overlapMs);
    }
  }

  #hear({ connection }: Link, subject: string, heard: Heard): void {
    connection.subscribe(subject, {
      callback: (error, message) => {
        // The server's refusal of a subscription: it is said by `follow`, and nothing will come.
        if (error === null) heard(letterOf(message));
      },
    });
  }

  /** Remembers the servers that a server names, and says once of each thing that it refuses it. */
  async #follow({ connection, place }: Link): Promise<void> {
    const said = new Set<string>();
    for await (const { type, data, permissionContext } of connection.status()) {
      if (type === Events.Update) this.#servers.learn(connection.info?.connect_urls ?? []);
      if (type !== Events.Error) continue;
      const { operation, subject } = permissionContext ?? {};
      const verb = operation === 'publish' ? 'publish' : 'subscribe';
      const what = subject === undefined ? String(data) : `we may not ${verb} to ${subject}`;
      if (!said.has(what)) this.#watch.report(`${place}: ${what}`);
      said.add(what);
    }
  }

  #lost(link: Link, cause: unknown): void {
    if (link !== this.#link || this.#closed) return;
    this.#link = null;
    this.#triedChosen = false;
    const why = cause === null ? '' : `: ${messageOf(cause)}`;
    this.#watch.report(`lost the connection to ${link.place}${why}`);
    this.#watch.lost?.();
    void this.#keepUp();
  }
}

function letterOf(message: Msg): Letter {
  const { subject, data } = message;
  return {
    subject,
    replySubject: message.reply ?? '',
    bytes: data,
    isUndelivered: data.length === 0 && message.headers?.code === noRespondersStatus,
  };
}
