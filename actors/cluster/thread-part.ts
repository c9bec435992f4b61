/**
 * An actor thread's part in a cluster: it hears from main which engine owns what, follows and takes what main
 * says, and answers the commands of other engines.
 */
import type { Clock } from '../clock.ts';
import type { FollowedJournal } from '../journal/journal.ts';
import type { NatsSettings } from '../journal/nats-address.ts';
import type { Doorbell } from '../memory/mailbox.ts';
import type { Positions } from '../memory/positions.ts';
import type { Partition } from '../partition/partition.ts';
import type { ClusterPart } from '../partition/world.ts';
import type { Command } from '../protocol.ts';
import { Courier, type NatsServerMessage } from './courier.ts';
import { Inbox } from './inbox.ts';
import type {
  Owner,
  Owners,
  OwnershipChanged,
  OwnershipMessage,
  OwnersMessage,
  WriterSeen,
} from './owners.ts';

/** What main tells an actor thread of a cluster, after its start. */
export type ToClusterThread = OwnersMessage | OwnershipMessage | NatsServerMessage;
/** What an actor thread of a cluster tells main. */
export type FromClusterThread = OwnershipChanged | WriterSeen;

export interface ThreadPartSettings {
  nats: NatsSettings;
  /** Where commands go when the thread starts: what main told its earlier life. */
  owners: Owners;
  /** The server that main talks to, as `nats://host:port`; null while there is none. */
  server: string | null;
}

export interface ThreadPartWorld {
  /** Id of this engine's run. */
  engine: string;
  thread: number;
  actorThreads: number;
  httpThreads: number;
  partitions: number;
  positions: Positions;
  bell: Doorbell;
  clock: Clock;
  journal: FollowedJournal;
  /** The thread's partition of a number. */
  partition(partition: number): Partition | undefined;
  submit(mailbox: number, request: number, command: Command, now: number): void;
  /** Answers a command that came from an HTTP thread of this engine. */
  redirectHere(mailbox: number, request: number, owner: Owner | null): void;
  tellMain(message: FromClusterThread): void;
  report(what: string): void;
}

export class ThreadPart {
  readonly inbox: Inbox;
  readonly #courier: Courier;
  #owners: Owners;

  constructor(
    settings: ThreadPartSettings,
    private readonly world: ThreadPartWorld,
  ) {
    const { nats, owners, server } = settings;
    const { thread, report } = world;
    this.#owners = owners;
    this.#courier = new Courier(nats, { name: `stampede actor-${thread}`, report });
    if (server !== null) this.#courier.moveTo(server);
    this.inbox = new Inbox({ ...world, courier: this.#courier });
  }

  /** What the thread's partitions are given. */
  get forPartitions(): ClusterPart {
    const { world } = this;
    return {
      clock: world.clock,
      follow: (...from) => world.journal.follow(...from),
      writerSeen: (partition, writer) => world.tellMain({ type: 'writer seen', partition, writer }),
      ownedElsewhere: (partition) => this.#elsewhere(partition) !== null,
      redirect: (mailbox, request, partition) => {
        const owner = this.#elsewhere(partition);
        if (this.inbox.isElsewhere(mailbox)) this.inbox.redirect(mailbox, request, owner);
        else world.redirectHere(mailbox, request, owner);
      },
      ownershipChanged: () => world.tellMain({ type: 'ownership changed' }),
    };
  }

  heard(message: ToClusterThread): void {
    switch (message.type) {
      case 'owners':
        this.#owners = message.owners;
        // Commands may have waited for just this.
        this.world.bell.ring();
        break;
      case 'take':
        this.world.partition(message.partition)?.take();
        break;
      case 'hand over':
        this.world.partition(message.partition)?.handOver();
        break;
      case 'nats server':
        this.#courier.moveTo(message.place);
        break;
    }
  }

  close(): Promise<void> {
    this.inbox.flush();
    return this.#courier.close();
  }

  /** The other engine that a partition's commands go to; null where it is this one, or none is known. */
  #elsewhere(partition: number): Owner | null {
    const owner = this.#owners[partition] ?? null;
    return owner?.id === this.world.engine ? null : owner;
  }
}
