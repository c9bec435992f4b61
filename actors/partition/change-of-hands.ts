/**
 * How a partition changes hands in a cluster: this engine follows its owner, takes it, and gives it up. What
 * a partition is while it is ready, and how it recovers, is in `partition.ts`.
 */
import { isJournalFault, JournalCorrupt } from '../journal/journal.ts';
import { recoveryPauseMs } from '../limits.ts';
import type { PartitionMode } from '../memory/positions.ts';
import { type Command, code, refusal } from '../protocol.ts';
import { Follower } from './follower.ts';
import { HeldCommands } from './held-commands.ts';
import { Patience } from './patience.ts';
import type { Recovered } from './recovered.ts';
import { takeOver } from './take-over.ts';
import type { Teller } from './telling.ts';
import type { ClusterPart, PartitionWorld } from './world.ts';

/** The partition whose hands change. */
interface Seat {
  /** From now on what was under way counts no more; the result tells of what begins now. */
  begin(): () => boolean;
  enter(mode: 'taking'): void;
  /** The board shows what was recovered, and goes on from there. */
  following(recovered: Recovered): void;
  resume(recovered: Recovered): void;
  recover(cause: 'start' | 'restart'): Promise<void>;
  submit(mailbox: number, request: number, command: Command, now: number): void;
}

/** Modes of an owner in which a command is decided, or sent on, within a moment. */
const isChanging = (mode: PartitionMode) => mode === 'taking' || mode === 'handing over';

export class ChangeOfHands {
  #follower: Follower | null = null;
  readonly #held = new HeldCommands();

  constructor(
    private readonly partition: number,
    private readonly world: PartitionWorld,
    private readonly cluster: ClusterPart,
    private readonly teller: Teller,
    private readonly seat: Seat,
  ) {}

  /** By the wall clock, in milliseconds. */
  get now(): number {
    return this.cluster.clock();
  }

  /** The copy of the items; empty unless they are followed. */
  get items(): Recovered['items'] {
    return this.#follower?.recovered.items ?? new Map();
  }

  /** Takes a command that finds the partition not ready: sends it where it belongs, or keeps it for a moment. */
  submit(mailbox: number, request: number, command: Command, mode: PartitionMode): void {
    const { partition, world, cluster } = this;
    const owns = world.positions.owns(partition);
    if (owns && !isChanging(mode)) world.reply(mailbox, request, refusal(code.journalUnavailable));
    else if (!owns && cluster.ownedElsewhere(partition))
      cluster.redirect(mailbox, request, partition);
    else this.#held.add(mailbox, request, command, world.steadyClock());
  }

  /** Lets the commands go that were kept, as soon as it is known who answers them, or after too long. */
  settle(now: number, mode: PartitionMode): void {
    if (this.#held.size === 0) return;
    const { partition, world, cluster, seat } = this;
    const isElsewhere = !world.positions.owns(partition) && cluster.ownedElsewhere(partition);
    if (mode === 'ready' || isElsewhere)
      for (const { mailbox, request, command } of this.#held.takeAll())
        seat.submit(mailbox, request, command, now);
    for (const { mailbox, request } of this.#held.takeLate(world.steadyClock()))
      world.reply(mailbox, request, refusal(code.journalUnavailable));
  }

  /** No engine of this process answers what was kept. */
  stop(): void {
    for (const { mailbox, request } of this.#held.takeAll())
      this.world.reply(mailbox, request, refusal(code.journalUnavailable));
  }

  setOwned(owned: boolean): void {
    const { partition, world, cluster } = this;
    world.positions.set(partition, 'elsewhere', owned ? 0 : 1);
    world.positions.add(partition, owned ? 'taken' : 'givenUp', 1);
    world.positions.set(partition, 'ownedSince', this.now);
    cluster.ownershipChanged(partition);
  }

  /** Gives up to whoever has written the partition: main is to know who, or would have it taken back at once. */
  lostTo(writer: string): void {
    this.cluster.writerSeen(this.partition, writer);
    this.setOwned(false);
  }

  /** Follows the owner from a state on, until this engine takes the partition or the state proves wrong. */
  follow(wanted: () => boolean, recovered: Recovered): void {
    this.leave();
    this.#follower = new Follower(this.world, this.cluster, recovered);
    this.seat.following(recovered);
    void this.#keepFollowing(wanted, this.#follower);
  }

  /** Ends the following, if there is one. */
  leave(): void {
    this.#follower?.stop();
    this.#follower = null;
  }

  take(): void {
    if (this.world.positions.owns(this.partition)) return;
    this.setOwned(true);
    // A recovery that is under way comes to its end as an owner's.
    if (this.#follower !== null) void this.#take(this.#follower.stop());
  }

  async #take(recovered: Recovered): Promise<void> {
    const { world, seat, teller } = this;
    const startedAt = performance.now();
    const wanted = seat.begin();
    seat.enter('taking');
    const failed = (error: Error) => teller.takeOverFailed(error);
    const outcome = await takeOver(recovered, world, wanted, failed);
    switch (outcome) {
      case 'taken': {
        seat.resume(recovered);
        const ms = Math.round(performance.now() - startedAt);
        teller.taken({ sequence: recovered.chain.sequence, ms });
        break;
      }
      case 'written':
        this.setOwned(false);
        await seat.recover('start');
        break;
      case 'damaged':
        this.#distrustMarks();
        await seat.recover('restart');
        break;
      case 'unwanted':
        break;
    }
  }

  /**
   * What was followed may have been in one server's copy alone: the board's filter may lack buyers of entries that
   * the journal has by those numbers. The next recovery marks all.
   */
  #distrustMarks(): void {
    this.world.positions.set(this.partition, 'unmarked', 1);
  }

  async #keepFollowing(wanted: () => boolean, follower: Follower): Promise<void> {
    const { world, teller, seat } = this;
    const patience = new Patience(world.journal.mayHeal);
    while (wanted() && !follower.stopped) {
      const before = follower.recovered.chain.sequence;
      try {
        await follower.run();
      } catch (error) {
        if (!isJournalFault(error)) throw error;
        if (!wanted() || follower.stopped) return;
        teller.followingBroken(error);
        // Another copy may be right: the journal is read again, as its leader has it.
        if (error instanceof JournalCorrupt) {
          this.#distrustMarks();
          return await seat.recover('start');
        }
        const isMoving = follower.recovered.chain.sequence > before;
        if (!isMoving) patience.failed(error);
        await world.sleep(isMoving ? recoveryPauseMs : patience.pauseMs);
      }
    }
  }
}
