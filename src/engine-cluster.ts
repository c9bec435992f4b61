/**
 * An engine's part in its cluster, as the main thread has it: the coordinator, and what it says to the threads,
 * also to those that are started again.
 */
import { createHmac } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../actors/clock.ts';
import { wallClock } from '../actors/clock.ts';
import { Coordinator } from '../actors/cluster/coordinator.ts';
import type { Owners } from '../actors/cluster/owners.ts';
import type {
  FromClusterThread,
  ThreadPartSettings,
  ToClusterThread,
} from '../actors/cluster/thread-part.ts';
import type { MembersMessage } from '../actors/cluster/told-members.ts';
import { wireLayout } from '../actors/cluster/wire.ts';
import type { NatsSettings } from '../actors/journal/nats-address.ts';
import { getLogger } from '../actors/log.ts';
import type { Positions } from '../actors/memory/positions.ts';
import { sha256 } from '../actors/sha256.ts';
import { version } from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';

/** How long a start waits for the partitions to have owners that serve; after it the engine listens anyway. */
const settleMsMax = 5_000;
const settleLookMs = 10;

type EngineSettings = Pick<
  Config,
  'host' | 'partitions' | 'actorThreads' | 'journalReplicas' | 'databaseUrl' | 'redisUrl'
> & { tokenSecret: string };

/** What the HTTP threads of a cluster are told. */
export type ToClusterHttp = Exclude<ToClusterThread, { partition: number }> | MembersMessage;

export interface EngineClusterWorld {
  positions: Positions;
  steadyClock: Clock;
  /** Id of this run. */
  writer: string;
  port: number;
  startedAt: number;
  /** To the actor thread of a partition. */
  toActor(partition: number, message: ToClusterThread): void;
  toActors(message: ToClusterThread): void;
  toHttp(message: ToClusterHttp): void;
}

export class EngineCluster {
  #owners: Owners = [];
  #members: string | null = null;
  #server: string | null = null;
  #coordinator: Coordinator | null = null;
  #started = false;

  private constructor(
    private readonly nats: NatsSettings,
    private readonly settings: EngineSettings,
    private readonly world: EngineClusterWorld,
  ) {}

  /** Joins the cluster; the threads are started after that. @throws JournalMisconfigured */
  static async join(
    nats: NatsSettings,
    settings: EngineSettings,
    world: EngineClusterWorld,
  ): Promise<EngineCluster> {
    const cluster = new EngineCluster(nats, settings, world);
    await cluster.#open();
    return cluster;
  }

  async #open(): Promise<void> {
    const { nats, settings, world } = this;
    const { partitions, journalReplicas: replicas } = settings;
    const log = getLogger(['stampede', 'cluster']);
    this.#coordinator = await Coordinator.open(
      { nats, replicas, partitions, self: selfOf(settings, world) },
      {
        ...{ positions: world.positions, steadyClock: world.steadyClock, clock: wallClock },
        log: (level, message, details) => log[level](message, details),
        tell: (message) => {
          this.#owners = message.owners;
          world.toActors(message);
          world.toHttp(message);
        },
        order: (message) => world.toActor(message.partition, message),
        membersChanged: (text) => {
          this.#members = text;
          world.toHttp({ type: 'members', text });
        },
        moved: (place) => {
          this.#server = place;
          world.toActors({ type: 'nats server', place });
          world.toHttp({ type: 'nats server', place });
        },
        started: () => this.#started,
      },
    );
  }

  /** What a thread that starts now knows of the cluster. */
  get threadPart(): ThreadPartSettings {
    return { nats: this.nats, owners: this.#owners, server: this.#server };
  }

  /** What is known of the members, for a thread that starts now; null before anything is. */
  get members(): string | null {
    return this.#members;
  }

  heard(message: FromClusterThread): void {
    if (message.type === 'ownership changed') this.#coordinator?.ownershipChanged();
    else this.#coordinator?.writerSeen(message.partition, message.writer);
  }

  /** Resolves once every partition has an owner, and what this engine owns is ready; or after a while. */
  async settled(): Promise<void> {
    const { steadyClock } = this.world;
    const end = steadyClock() + settleMsMax;
    while (!this.#isSettled() && steadyClock() < end) await Bun.sleep(settleLookMs);
  }

  #isSettled(): boolean {
    const { positions, writer } = this.world;
    const { partitions } = this.settings;
    return Array.from({ length: partitions }, (_, partition) => {
      const owner = this.#owners[partition] ?? null;
      if (owner === null) return false;
      return owner.id !== writer || positions.mode(partition) === 'ready';
    }).every(Boolean);
  }

  /** The engine listens: others may hand over to it from now on. */
  started(): void {
    this.#started = true;
  }

  /** Whether there is no other engine that could take anything over. */
  get isAlone(): boolean {
    return this.#coordinator!.isAlone;
  }

  /** Hands everything over. */
  leave(): Promise<void> {
    return this.#coordinator!.leave();
  }

  close(): Promise<void> {
    return this.#coordinator!.close();
  }
}

function selfOf(settings: EngineSettings, { writer, port, startedAt }: EngineClusterWorld) {
  const { host, actorThreads, tokenSecret, databaseUrl, redisUrl } = settings;
  const common = {
    tokenSecret: createHmac('sha256', tokenSecret).update('fingerprint').digest('hex').slice(0, 16),
    sql: databaseUrl === null ? 'own' : fingerprint(databaseUrl),
    store: redisUrl === null ? 'own' : fingerprint(redisUrl),
  };
  const address = `http://${reachable(host)}:${port}`;
  return { id: writer, address, version, startedAt, actorThreads, layout: wireLayout, common };
}

/** Names a place without what opens it. */
function fingerprint(url: string): string {
  const { host, pathname } = new URL(url);
  return sha256(`${host}${pathname}`).slice(0, 16);
}

/** An address that means all of this machine's is of no use to other machines. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return host.includes(':') ? `[${host}]` : host;
}
