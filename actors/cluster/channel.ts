/**
 * What engines of a cluster hear each other by: a connection to NATS of its own, which is kept up for ever and
 * moves to a better server as the journal's does, and the bucket of beats behind it. Whatever fails is tried
 * again; while beats may have been missed, whoever listens is told so.
 */
import type { Subscription } from 'nats';
import { JetStreamConnection, notConnected } from '../journal/jetstream-connection.ts';
import type { Link } from '../journal/jetstream-dial.ts';
import { messageOf } from '../journal/jetstream-errors.ts';
import { JournalUnavailable } from '../journal/journal.ts';
import type { NatsSettings } from '../journal/nats-address.ts';
import { beatMs, recoveryPauseMs, recoveryPauseMsMax } from '../limits.ts';
import {
  bucketFits,
  deleteBeat,
  dropBucket,
  hearBeats,
  isUnheard,
  makeBucket,
  type Stored,
  storeBeat,
  storedBeats,
} from './bucket.ts';
import { Unbroken } from './unbroken.ts';

export interface ChannelSettings {
  nats: NatsSettings;
  /** Servers that keep the bucket. */
  replicas: number;
  /** Under which this engine's beats are stored. */
  id: string;
}

export interface ChannelWorld {
  /** `inOrder`: it was stored after all that was heard before, and not at any time. */
  heard(stored: Stored, inOrder: boolean): void;
  /** From now on something may have been missed, until `complete`. */
  missed(): void;
  /** What every engine last said has been heard, and nothing was missed since. */
  complete(): void;
  /** Another server is talked to than before. */
  moved(place: string): void;
  log(level: 'info' | 'warning', message: string, details: Record<string, unknown>): void;
}

/** How long this engine's key may take to be deleted when it leaves: it lasts two seconds anyhow. */
const deletionMsMax = 500;

export class Channel {
  readonly #connection: JetStreamConnection;
  /** The server that is talked to, and what is heard by it. */
  #link: Link | null = null;
  #subscription: Subscription | null = null;
  /** By their numbers in the stream. */
  readonly #beats = new Unbroken();
  #complete = false;
  /** The server that is being subscribed to or asked, and when that began (performance.now). */
  #asking: Link | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #repairing = false;
  #closed = false;
  #trouble: string | null = null;
  #lastBeat = '';

  private constructor(
    private readonly settings: ChannelSettings,
    private readonly world: ChannelWorld,
  ) {
    this.#connection = new JetStreamConnection(settings.nats);
  }

  /**
   * Connects, and tries until it can; `look` does the rest.
   * @throws JournalMisconfigured when a server does not let us in.
   */
  static async open(settings: ChannelSettings, world: ChannelWorld): Promise<Channel> {
    const channel = new Channel(settings, world);
    const connection = channel.#connection;
    for (let pauseMs = recoveryPauseMs; ; pauseMs = Math.min(pauseMs * 2, recoveryPauseMsMax)) {
      try {
        await connection.open();
        break;
      } catch (error) {
        if (!(error instanceof JournalUnavailable)) throw error;
        channel.#failed('cluster: no connection yet', error);
      }
      await Bun.sleep(pauseMs);
    }
    connection.watch({
      answering: (link) =>
        storeBeat(link, settings.id, channel.#lastBeat).then(
          () => 1,
          () => 0,
        ),
      lost: () => world.missed(),
      report: (state) => world.log('warning', `cluster: ${state}`, {}),
    });
    return channel;
  }

  /** The server that is talked to, without secrets; null while there is none. */
  get place(): string | null {
    return this.#connection.current?.place ?? null;
  }

  /** Stores a beat. @throws when it was not stored, or nobody knows. */
  async say(beat: string): Promise<void> {
    this.#lastBeat = beat;
    const link = this.#connection.current;
    // Before it has listened once there may be no bucket yet, which is no trouble.
    if (link === null || this.#subscription === null) throw notConnected();
    const askedAt = performance.now();
    try {
      await storeBeat(link, this.settings.id, beat);
    } catch (error) {
      this.#connection.answered(link, 'append', askedAt, false);
      if (isUnheard(error)) void this.#repair(link);
      if (!this.#closed) this.#failed('the cluster is not told of this engine', error);
      throw error;
    }
    this.#connection.answered(link, 'append', askedAt, true);
    if (this.#trouble !== null) this.world.log('info', 'the cluster is told of this engine', {});
    this.#trouble = null;
  }

  /** To be called often: listens where it does not yet, or not by the right server. */
  look(): void {
    const link = this.#connection.current;
    if (link === null || this.#closed) return;
    const now = performance.now();
    if (link === this.#asking || now - this.#askedAt < beatMs) return;
    if (link !== this.#link) this.#ask(link, now, () => this.#listen(link));
    else if (!this.#complete) this.#ask(link, now, () => this.#readStored(link));
  }

  /** What this engine says is stored and not heard: somebody has changed the bucket. */
  listenAnew(): void {
    if (this.#asking === null) this.#link = null;
  }

  /** Says that this engine has left, where that can still be said, and ends the connection. */
  async close(): Promise<void> {
    this.#closed = true;
    const link = this.#connection.current;
    const deletion = link === null ? null : deleteBeat(link, this.settings.id);
    // The servers forget the key by themselves, a little later.
    await Promise.race([deletion?.catch(() => null), Bun.sleep(deletionMsMax)]);
    this.#subscription?.unsubscribe();
    await this.#connection.close();
  }

  #ask(link: Link, now: number, question: () => Promise<void>): void {
    this.#asking = link;
    this.#askedAt = now;
    const ended = () => {
      if (this.#asking === link) this.#asking = null;
    };
    const failed = (error: unknown) => {
      if (!this.#closed) this.#failed('the cluster cannot be listened to', error);
    };
    void question().catch(failed).finally(ended);
  }

  async #listen(link: Link): Promise<void> {
    const { replicas } = this.settings;
    this.#miss();
    this.world.moved(link.place);
    if (!(await bucketFits(link, replicas))) {
      this.world.log('warning', 'the bucket of members is not as engines make it: made anew', {});
      await dropBucket(link);
    }
    await makeBucket(link, replicas);
    this.#subscription?.unsubscribe();
    this.#beats.begin();
    this.#subscription = await hearBeats(
      link,
      (stored, sequence) => this.#hear(link, stored, sequence),
      (error) => this.#failed('the cluster is not heard', error),
    );
    this.#link = link;
    await this.#readStored(link);
  }

  #hear(link: Link, stored: Stored, sequence: number): void {
    if (this.#closed || !this.#connection.holds(link)) return;
    if (!this.#beats.takes(sequence)) this.#miss();
    this.world.heard(stored, true);
  }

  #miss(): void {
    this.#complete = false;
    this.world.missed();
  }

  async #readStored(link: Link): Promise<void> {
    this.#complete = true;
    try {
      for (const stored of await storedBeats(link)) this.world.heard(stored, false);
    } catch (error) {
      this.#complete = false;
      throw error;
    }
    // Something may have been missed while the question was on its way.
    if (this.#complete && this.#connection.holds(link)) this.world.complete();
  }

  /** Makes the bucket again, where that is why nobody takes beats; its stream may just have no leader. */
  async #repair(link: Link): Promise<void> {
    if (this.#repairing) return;
    this.#repairing = true;
    try {
      const made = await makeBucket(link, this.settings.replicas);
      if (made) this.world.log('warning', 'the bucket of members was gone, and was made again', {});
    } catch (error) {
      if (!this.#closed) this.#failed('the bucket of members cannot be used', error);
    }
    this.#repairing = false;
  }

  #failed(what: string, error: unknown): void {
    if (this.#trouble === what) return;
    this.#trouble = what;
    this.world.log('warning', what, { error: messageOf(error) });
  }
}
