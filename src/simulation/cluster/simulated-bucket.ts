/**
 * Where the beats of a simulated cluster are stored, and heard from: one order for all, in which each listener
 * may be late by its own time and may miss some. A beat may be lost on its way, stored without its sender
 * knowing, or stored late; and the bucket may be deleted.
 */
import type { Stored } from '../../../actors/cluster/bucket.ts';
import { memberTtlMs } from '../../../actors/limits.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import { OrderedPost } from './ordered-post.ts';

/** Weights of what becomes of a beat, and the probability that a listener misses one, or is late. */
export interface BucketFaults {
  fine: number;
  lost: number;
  silent: number;
  late: number;
  missed: number;
  slow: number;
}

export const faultlessBucket: BucketFaults = {
  ...{ fine: 1, lost: 0, silent: 0, late: 0 },
  ...{ missed: 0, slow: 0 },
};

interface Heard {
  stored: Stored;
  sequence: number;
}

interface Listener {
  thread: object;
  post: OrderedPost<Heard>;
}

export class SimulatedBucket {
  readonly #listeners: Listener[] = [];
  readonly #stored = new Map<string, { beat: string | null; at: number }>();
  #exists = true;
  #sequence = 0;
  faults: BucketFaults;

  constructor(
    private readonly random: Random,
    private readonly scheduler: Scheduler,
    faults: BucketFaults,
  ) {
    this.faults = faults;
  }

  /**
   * Stores a beat; null deletes it.
   * @param answered - is told, on the sender's thread, whether it was stored; never where that is not known.
   */
  put(sender: object, stored: Stored, answered: (isStored: boolean) => void): void {
    const { random, scheduler } = this;
    const { fine, lost, silent, late } = this.faults;
    const fate = random.weighted({ fine, lost, silent, late });
    if (fate === 'lost') return;
    const delayMs = fate === 'late' ? random.between(100, 3_000) : random.pick([0, 0, 1, 5]);
    scheduler.timer(this, `a beat of ${stored.id}`, delayMs, () => {
      const exists = this.#exists;
      if (exists) this.#store(stored);
      if (fate === 'silent') return;
      const answerMs = random.pick([0, 0, 1, 5, 50]);
      scheduler.timer(sender, 'a beat is answered', answerMs, () => answered(exists));
    });
  }

  /** Hears of all that is stored from now on, in its order. */
  listen(thread: object, heard: (stored: Stored, sequence: number) => void): void {
    const receive = ({ stored, sequence }: Heard) => heard(stored, sequence);
    const post = new OrderedPost(this.scheduler, thread, 'a beat is heard', receive);
    this.#listeners.push({ thread, post });
  }

  /** What each engine last said, as far as it is still there. */
  read(thread: object, found: (all: Stored[]) => void): void {
    const { random, scheduler } = this;
    scheduler.timer(this, 'the bucket is read', random.pick([0, 1, 5]), () => {
      const since = scheduler.now - memberTtlMs;
      const all = [...this.#stored]
        .filter(([, { beat, at }]) => beat !== null && at >= since)
        .map(([id, { beat }]) => ({ id, beat }));
      scheduler.timer(thread, 'the bucket was read', random.pick([0, 1, 5]), () => found(all));
    });
  }

  delete(): void {
    this.#exists = false;
    this.#stored.clear();
  }

  /** Makes it again, where it was deleted. */
  make(): void {
    if (this.#exists) return;
    this.#exists = true;
    this.#sequence = 0;
  }

  /** The thread is gone, and so is its connection. */
  cut(thread: object): void {
    const index = this.#listeners.findIndex((listener) => listener.thread === thread);
    if (index >= 0) this.#listeners.splice(index, 1);
  }

  #store(stored: Stored): void {
    const { random, faults } = this;
    const sequence = ++this.#sequence;
    this.#stored.set(stored.id, { beat: stored.beat, at: this.scheduler.now });
    for (const { post } of this.#listeners) {
      if (random.chance(faults.missed)) continue;
      const slow = random.chance(faults.slow);
      const delayMs = slow ? random.pick([100, 500, 2_500]) : random.pick([0, 0, 0, 1, 5]);
      post.send({ stored, sequence }, delayMs);
    }
  }
}
