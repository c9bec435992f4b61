/**
 * The loop of an actor thread, step 4 of an order: it sleeps on its doorbell, drains its mailboxes, lets
 * each partition decide what is due and commit once, and sleeps again; while a commit runs, the next
 * commands gather. Time, doorbell, mailboxes and partitions come in as arguments, and the simulation
 * runs this very loop.
 *
 * No sleep rests on a deadline that holds no more (I11): whatever changes when a partition is next due
 * other than this loop itself (a finished recovery, a fence) calls `changed`, which ends the sleep;
 * and no sleep is longer than `sleepMsMax`, since the clock may be set while the thread sleeps.
 */
import type { Clock } from './clock.ts';
import { sleepMsMax, tickMs } from './limits.ts';
import type { Doorbell } from './memory/mailbox.ts';
import type { Partition } from './partition/partition.ts';

/** A thread's doorbell, as far as its loop knows it. */
export type LoopBell = Pick<Doorbell, 'count' | 'ring' | 'wait'>;

/** What the loop needs from outside. */
export interface LoopWorld {
  clock: Clock;
  bell: LoopBell;
  partitions: readonly Partition[];
  /** Submits what has gathered in the mailboxes; false when it left some for the next turn. */
  drainMailboxes(now: number): boolean;
  /** Sends the replies of this turn on their way; false while some find their mailbox full. */
  flush(): boolean;
  /** Gives the thread's timers and messages a turn. */
  breathe(): Promise<void>;
}

/** Turns after which timers and messages get one, even when the doorbell never rests. */
const breathTurns = 16;

export class Loop {
  #draining = false;

  constructor(private readonly world: LoopWorld) {}

  /** Serves until `drain` is called and all that was decided by then is durable, or cannot be. */
  async run(): Promise<void> {
    const { bell, clock, partitions, drainMailboxes, flush, breathe } = this.world;
    for (let turn = 0; ; turn++) {
      const seen = bell.count;
      const now = clock();
      const emptied = drainMailboxes(now);
      for (const partition of partitions) {
        partition.tick(now);
        partition.commit();
      }
      const sent = flush();
      if (this.#draining && emptied && (await this.#finished())) return;
      const busy = partitions.some((partition) => partition.busy);
      if (!emptied || busy || turn % breathTurns === 0) await breathe();
      if (emptied && !busy) await bell.wait(seen, this.#sleepMs(sent));
    }
  }

  /** Asks the loop to end. */
  drain(): void {
    this.#draining = true;
    this.world.bell.ring();
  }

  /** Call when a partition's mode has changed: the loop may sleep on what is true no more. */
  changed(): void {
    this.world.bell.ring();
  }

  /** Call when an entry is durable: the end of a drain waits for it, and so does what is overdue. */
  acknowledged(): void {
    if (this.#draining || this.#dueAt() <= this.world.clock()) this.world.bell.ring();
  }

  #dueAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const partition of this.world.partitions) next = Math.min(next, partition.dueAt);
    return next;
  }

  #sleepMs(sent: boolean): number {
    if (!sent) return tickMs;
    return Math.min(Math.max(this.#dueAt() - this.world.clock(), tickMs), sleepMsMax);
  }

  /** Whether everything decided, to the last tally, has reached the journal, or cannot. */
  async #finished(): Promise<boolean> {
    const { partitions, clock, breathe } = this.world;
    const now = clock();
    for (const partition of partitions) partition.finish(now);
    await breathe();
    return partitions.every((partition) => partition.idle);
  }
}
