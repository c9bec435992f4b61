/**
 * An engine's part in its cluster, in the main thread: it tells the others what this engine owns, hears what
 * they own, and has partitions taken and handed over. All of it only routes commands and saves time: who may
 * write a partition is decided by the journal alone.
 *
 * Every engine works the assignment out for itself, whenever something is heard and every
 * `ownershipLookMs`, from what there is at that moment. An order to an actor thread that has no effect is
 * given again: it changes nothing where it has been carried out.
 */
import type { Clock } from '../clock.ts';
import type { NatsSettings } from '../journal/nats-address.ts';
import {
  leaveMsMax,
  membersTellMs,
  ownershipLookMs,
  ownLeaseMs,
  silentBeatsMax,
} from '../limits.ts';
import type { Positions } from '../memory/positions.ts';
import { type Timers, threadTimers } from '../timers.ts';
import { decodeBeat, encodeBeat, isServing, type Self, type Share } from './beat.ts';
import type { Stored } from './bucket.ts';
import { Channel, type ChannelWorld } from './channel.ts';
import { Members, type News } from './members.ts';
import { Notices } from './notices.ts';
import { Orders } from './orders.ts';
import type { Owners, OwnershipMessage, OwnersMessage } from './owners.ts';
import { type EnginePlan, isSelf, Prospect } from './prospect.ts';
import { Pulse } from './pulse.ts';
import { toldMembers } from './told-members.ts';

export interface CoordinatorSettings {
  nats: NatsSettings;
  /** Servers that keep what the engines say. */
  replicas: number;
  partitions: number;
  self: Self;
}

export interface CoordinatorWorld {
  positions: Positions;
  /** The engine's, which all its threads go by. */
  steadyClock: Clock;
  clock: Clock;
  log(level: 'info' | 'warning', message: string, details: Record<string, unknown>): void;
  /** To all threads, when an owner has changed. */
  tell(message: OwnersMessage): void;
  /** To the actor thread of a partition. It may come more than once. */
  order(message: OwnershipMessage): void;
  /** All members, the text of a `MembersMessage`: when they or the owners change, and about once a second. */
  membersChanged(text: string): void;
  /** The NATS server that is talked to now, as `nats://host:port`. */
  moved(place: string): void;
  /** Whether this engine has started: until then it is busy, and nobody is to hand it anything over. */
  started(): boolean;
}

/** What a coordinator rests on; the simulation supplies its own. */
export interface CoordinatorParts {
  timers: Timers;
  /** @throws JournalMisconfigured when a server does not let us in. */
  openChannel(
    settings: CoordinatorSettings,
    world: ChannelWorld,
  ): Promise<Pick<Channel, 'say' | 'look' | 'listenAnew' | 'close'>>;
}

const ownParts: CoordinatorParts = {
  timers: threadTimers,
  openChannel: ({ nats, replicas, self }, world) =>
    Channel.open({ nats, replicas, id: self.id }, world),
};

export class Coordinator {
  readonly #members: Members;
  readonly #pulse: Pulse;
  readonly #orders: Orders;
  readonly #prospect: Prospect;
  readonly #notices: Notices;
  #channel: Awaited<ReturnType<CoordinatorParts['openChannel']>> | null = null;
  #owners: Owners;
  #plans: readonly EnginePlan[] = [];
  #leaving = false;
  #closed = false;
  #soon = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  private constructor(
    private readonly settings: CoordinatorSettings,
    private readonly world: CoordinatorWorld,
    private readonly timers: Timers,
  ) {
    const { partitions, self } = settings;
    this.#members = new Members(self.id, partitions);
    this.#pulse = new Pulse({ say: (n, serial) => this.#say(n, serial) }, timers);
    this.#orders = new Orders(world);
    this.#prospect = new Prospect(settings, world, this.#members, this.#orders);
    this.#notices = new Notices(self, world);
    this.#owners = Array.from({ length: partitions }, () => null);
    const { positions } = world;
    positions.leaseEndsAt = neverLeased;
    for (let partition = 0; partition < partitions; partition++) {
      positions.set(partition, 'elsewhere', 1);
      positions.set(partition, 'boardStaleAt', neverLeased);
    }
  }

  /**
   * Joins the cluster. Before it first waits, it has marked every partition as owned elsewhere and every
   * board as stale: start the threads after that. Tries until a server is there.
   * @throws JournalMisconfigured when a server does not let us in.
   */
  static async open(
    settings: CoordinatorSettings,
    world: CoordinatorWorld,
    { timers, openChannel }: CoordinatorParts = ownParts,
  ): Promise<Coordinator> {
    const coordinator = new Coordinator(settings, world, timers);
    coordinator.#channel = await openChannel(settings, {
      heard: (stored, inOrder) => coordinator.#heard(stored, inOrder),
      missed: () => coordinator.#members.unsettle(),
      complete: () => coordinator.#members.complete(),
      moved: (place) => world.moved(place),
      log: (level, message, details) => world.log(level, message, details),
    });
    coordinator.#lookOften();
    coordinator.#pulse.start();
    return coordinator;
  }

  /** Where the commands of each partition go, as the threads were told last. */
  get owners(): Owners {
    return this.#owners;
  }

  /** An actor thread has taken a partition, or given one up. */
  ownershipChanged(): void {
    this.#pulse.hurry();
    this.#lookSoon();
  }

  /** A partition that this engine follows has an entry of another writer than the last. */
  writerSeen(partition: number, writer: string): void {
    this.#prospect.wrote(partition, writer);
  }

  /**
   * Says that this engine leaves, and has every partition handed over. Resolves when others own them all, when
   * there is nobody else, or after `leaveMsMax`.
   */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.#pulse.hurry();
    this.#lookSoon();
    const end = this.world.steadyClock() + leaveMsMax;
    while (!this.#hasLeft() && this.world.steadyClock() < end) await this.#pause(ownershipLookMs);
    const kept = this.#plans.flatMap((_, partition) =>
      this.world.positions.owns(partition) ? [partition] : [],
    );
    if (kept.length === 0) return;
    const text = 'leaves with partitions that nobody has taken over';
    this.world.log('warning', text, { partitions: kept });
  }

  /** Ends it: the others hear that this engine has left. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#pulse.stop();
    this.world.positions.leaseEndsAt = neverLeased;
    await this.#channel?.close();
  }

  /** Whether there is no other engine that could take anything over. */
  get isAlone(): boolean {
    return this.#members.others.every(({ beat }) => beat.leaving);
  }

  #hasLeft(): boolean {
    if (this.isAlone) return true;
    const { positions } = this.world;
    return this.#plans.every(
      ({ claimant }, partition) =>
        !positions.owns(partition) && claimant !== null && !isSelf(claimant),
    );
  }

  #say(n: number, serial: number): Promise<void> {
    const saidAt = this.world.steadyClock();
    this.#prospect.said(n, saidAt);
    const beat = { ...this.settings.self, n, serial, leaving: this.#leaving, archives: true };
    const encoded = encodeBeat({ ...beat, partitions: this.#prospect.shares(saidAt) });
    return this.#channel!.say(encoded).then(() => this.#extendLease(saidAt + ownLeaseMs));
  }

  #extendLease(end: number): void {
    if (this.#closed || this.#isContested()) return;
    const { positions } = this.world;
    positions.leaseEndsAt = Math.max(positions.leaseEndsAt, end);
    this.#lookSoon();
  }

  /**
   * Whether another engine has taken what this one still takes for its own. Whoever wakes after that hears of it
   * before its next beat is answered; its actor thread may sleep on, or not have looked at the journal yet.
   */
  #isContested(): boolean {
    const { positions } = this.world;
    const isTaken = ({ owned, mode, seq }: Share, partition: number) => {
      const knowsMore = seq > positions.get(partition, 'journalSeq');
      return positions.owns(partition) && (knowsMore || (owned && isServing(mode)));
    };
    return this.#members.others.some(({ beat }) => beat.partitions.some(isTaken));
  }

  #heard({ id, beat: encoded }: Stored, inOrder: boolean): void {
    if (encoded === null) {
      this.#tellNews(this.#members.left(id));
      return;
    }
    const beat = decodeBeat(encoded, this.settings.partitions);
    const problem = typeof beat === 'string' ? beat : beat.id === id ? null : `it is ${beat.id}'s`;
    if (typeof beat === 'string' || problem !== null) {
      this.#notices.warnOnce('skips the beats of an engine that it does not understand', {
        id,
        problem,
      });
      return;
    }
    this.#tellNews(this.#members.heard(beat, this.world.steadyClock(), inOrder));
    this.#lookSoon();
  }

  #tellNews(news: readonly News[]): void {
    if (news.length === 0) return;
    this.#notices.tell(news);
    this.#notices.compare(this.#members.others);
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.timers.after(ms, resolve));
  }

  #lookOften(): void {
    if (this.#closed) return;
    this.#look();
    this.timers.after(ownershipLookMs, () => this.#lookOften());
  }

  /** Looks once for all that is heard in one turn. */
  #lookSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    this.timers.after(0, () => {
      this.#soon = false;
      this.#look();
    });
  }

  /** Works out what is to be done now, and has it done. */
  #look(): void {
    if (this.#closed) return;
    this.#channel?.look();
    if (this.#pulse.stored - this.#members.ownN >= silentBeatsMax) this.#channel?.listenAnew();
    const now = this.world.steadyClock();
    this.#plans = this.#prospect.plans(this.#leaving, now);
    if (this.#members.settled) this.#act(now);
    this.world.positions.archives = this.#members.settled && this.#allArchive();
    if (now - this.#toldAt >= membersTellMs) this.#tellMembers(now);
  }

  /** An engine of before 0.6.0 may come to own what another has archived, and would not know. */
  #allArchive(): boolean {
    return this.#members.others.every(({ beat }) => beat.archives);
  }

  #act(now: number): void {
    let ordered = false;
    for (const [partition, { wanted, task }] of this.#plans.entries()) {
      const { positions } = this.world;
      positions.set(partition, 'wanted', wanted !== null && isSelf(wanted) ? 1 : 0);
      const standing = {
        mode: positions.mode(partition),
        seq: positions.get(partition, 'journalSeq'),
      };
      if (this.#orders.carryOut(partition, task, standing, now)) ordered = true;
    }
    this.#route();
    if (ordered) this.#pulse.hurry();
  }

  /** Tells the threads where commands go, where that has changed. */
  #route(): void {
    const { layout } = this.settings.self;
    const owners = this.#plans.map(({ served }) => {
      if (served === null || (served.member?.beat.layout ?? layout) !== layout) return null;
      const { id, actorThreads } = served;
      return { id, actorThreads };
    });
    if (JSON.stringify(owners) === JSON.stringify(this.#owners)) return;
    this.#owners = owners;
    this.world.tell({ type: 'owners', owners });
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }

  #tellMembers(now: number): void {
    this.#toldAt = now;
    this.world.membersChanged(JSON.stringify(toldMembers(this.#members.all, now)));
  }
}

/** A time of the steady clock that is long past, and is not 0, which stands for an engine that is alone. */
const neverLeased = 1;
