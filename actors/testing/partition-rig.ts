/** A partition over a held journal, driven by hand. */
import { setImmediate } from 'node:timers/promises';
import type { Loop } from '../loop.ts';
import { Board } from '../memory/board.ts';
import { Positions } from '../memory/positions.ts';
import { Partition } from '../partition/partition.ts';
import type { ClusterPart } from '../partition/world.ts';
import type { Command, Reply } from '../protocol.ts';
import type { SnapshotStore } from '../snapshot/store.ts';
import { HeldJournal } from './held-journal.ts';

export const item = 42;
export const start = 1_000_000;

/** An event that another engine may have decided. */
export const oneMoreUnit = `{"type":"restocked","item":${item},"units":1}`;

/** A partition over a held journal, and its replies by request. */
export class Rig {
  readonly journal: HeldJournal;
  readonly board: Board;
  readonly positions: Positions;
  readonly partition: Partition;
  readonly replies = new Map<number, Reply>();
  /** What was logged: message and details. */
  readonly logged: [message: string, details: Record<string, unknown>][] = [];
  /** Sleepers, by how long they sleep. */
  readonly sleepers: { ms: number; wake(): void }[] = [];
  /** The loop that this partition wakes, if there is one. */
  loop: Loop | null = null;
  /** What the steady clock shows. */
  steadyNow = 0;
  /** Requests that were answered with another engine. */
  readonly redirected: number[] = [];
  /** In a cluster: whether another engine is known to own the partition, or to be about to. */
  ownedElsewhere = false;
  /** Nothing leaves the memory unless a test says so. */
  readonly archive = { retainMs: Number.POSITIVE_INFINITY, lookMs: 0, isAllowed: () => true };
  /** Other writers that were seen, in order. */
  readonly writersSeen: string[] = [];
  #requests = 0;

  constructor(
    journal: HeldJournal,
    board: Board,
    writer = 'this run',
    positions = new Positions(new SharedArrayBuffer(Positions.bytes)),
    inCluster = false,
    snapshots: SnapshotStore | null = null,
  ) {
    this.journal = journal;
    this.board = board;
    this.positions = positions;
    this.partition = new Partition(0, {
      ...{ journal, board, positions, writer, snapshots },
      archive: this.archive,
      cluster: inCluster ? this.#cluster() : null,
      steadyClock: () => this.steadyNow,
      sleep: (ms: number) => new Promise((wake) => this.sleepers.push({ ms, wake })),
      reply: (_mailbox: number, request: number, reply: Reply) => {
        if (this.replies.has(request)) throw new Error(`request ${request} was answered twice`);
        this.replies.set(request, reply);
      },
      acknowledged: () => this.loop?.acknowledged(),
      changed: () => this.loop?.changed(),
      log: (_level, message, details) => this.logged.push([message, details]),
    });
  }

  #cluster(): ClusterPart {
    this.positions.set(0, 'elsewhere', 1);
    return {
      clock: () => start,
      follow: (_partition, from, signal) => this.journal.follow(from, signal),
      ownedElsewhere: () => this.ownedElsewhere,
      redirect: (_mailbox, request) => this.redirected.push(request),
      ownershipChanged: () => undefined,
      writerSeen: (_partition, writer) => this.writersSeen.push(writer),
    };
  }

  /** Sends a command and returns its request number. */
  submit(command: Command, at = start): number {
    this.partition.submit(0, ++this.#requests, command, at);
    return this.#requests;
  }

  place(user: number, amount = 1, at = start): number {
    const token = { promo: 0, nonce: user, expiresAt: 9_999_999 };
    return this.submit({ type: 'place', item, user, amount, ...token }, at);
  }

  /** Has users buy a unit each, by an entry each. */
  async sell(users: readonly number[], at = start): Promise<void> {
    for (const user of users) {
      this.place(user, 1, at);
      this.partition.commit();
      await this.journal.acknowledge();
    }
  }

  /** Recovers, and wakes all who sleep until that has come to its first end; who sleeps then sleeps on. */
  async recovered(cause: 'start' | 'restart' = 'start'): Promise<void> {
    let over = false;
    const recovering = this.partition.recover(cause).finally(() => {
      over = true;
    });
    while (!over) {
      for (const { wake } of this.sleepers.splice(0)) wake();
      await setImmediate();
    }
    await recovering;
  }

  /** Codes of the answers to some requests; null where there is none yet. */
  codes(...requests: number[]): (number | null)[] {
    return requests.map((request) => this.replies.get(request)?.code ?? null);
  }

  async open(units: number): Promise<void> {
    await this.partition.recover('start');
    this.submit({ type: 'open', item, price: 100, units });
    this.partition.commit();
    await this.journal.acknowledge();
  }

  /** Wakes the first sleeper, and tells how long it wanted to sleep. Milliseconds. */
  async wake(): Promise<number> {
    const { ms, wake } = this.sleepers.shift()!;
    wake();
    await setImmediate();
    return ms;
  }

  /** Wakes sleepers until none is left. */
  async wakeAll(): Promise<void> {
    while (this.sleepers.length > 0) await this.wake();
  }
}

const memory = new SharedArrayBuffer(Board.bytes());

/** An empty board; the previous one must not be used any more. */
export function emptyBoard(): Board {
  new Uint8Array(memory).fill(0);
  return new Board(memory);
}

/** A rig that follows a journal which it does not own, with a board of its own. */
export function newFollower(
  journal: HeldJournal,
  writer = 'this run',
  snapshots: SnapshotStore | null = null,
): Rig {
  const board = new Board(new SharedArrayBuffer(Board.bytes()));
  const positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  return new Rig(journal, board, writer, positions, true, snapshots);
}

/** A rig over an empty journal and an empty board. */
export function newRig(appendsInFlight = 1): Rig {
  return new Rig(new HeldJournal(appendsInFlight), emptyBoard());
}
