/** A `Channel` of the simulation: by what a coordinator is heard, and hears the others. */

import type { Stored } from '../../../actors/cluster/bucket.ts';
import type { ChannelWorld } from '../../../actors/cluster/channel.ts';
import { Unbroken } from '../../../actors/cluster/unbroken.ts';
import { beatAnswerMs, beatMs } from '../../../actors/limits.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SimulatedBucket } from './simulated-bucket.ts';

interface ChannelParts {
  /** Id of the engine's run. */
  id: string;
  /** The main thread. */
  thread: object;
  bucket: SimulatedBucket;
  scheduler: Scheduler;
}

export class SimulatedChannel {
  /** By their numbers in the stream. */
  readonly #beats = new Unbroken();
  #complete = false;
  #asking = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(
    private readonly parts: ChannelParts,
    private readonly world: ChannelWorld,
  ) {
    this.#listen();
  }

  say(beat: string): Promise<void> {
    const { id, thread, bucket, scheduler } = this.parts;
    return new Promise((resolve, reject) => {
      const unanswered = () => reject(new Error('nobody has answered'));
      const cancel = scheduler.alarm(thread, 'a beat is not answered', beatAnswerMs, unanswered);
      bucket.put(thread, { id, beat }, (isStored) => {
        cancel();
        if (isStored) resolve();
        else reject(new Error('the bucket is gone'));
        if (!isStored) bucket.make();
      });
    });
  }

  look(): void {
    const { bucket, thread, scheduler } = this.parts;
    if (this.#complete || this.#asking || scheduler.now < this.#askedAt + beatMs) return;
    this.#asking = true;
    this.#askedAt = scheduler.now;
    this.#complete = true;
    bucket.read(thread, (all) => {
      this.#asking = false;
      if (this.#closed) return;
      for (const stored of all) this.world.heard(stored, false);
      // Something may have been missed while the question was on its way.
      if (this.#complete) this.world.complete();
    });
  }

  listenAnew(): void {
    if (this.#asking) return;
    this.parts.bucket.cut(this.parts.thread);
    this.#listen();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const { id, thread, bucket } = this.parts;
    bucket.put(thread, { id, beat: null }, () => undefined);
    bucket.cut(thread);
  }

  #listen(): void {
    this.#beats.begin();
    this.#miss();
    const { bucket, thread } = this.parts;
    bucket.listen(thread, (stored, sequence) => this.#hear(stored, sequence));
  }

  #hear(stored: Stored, sequence: number): void {
    if (this.#closed) return;
    if (!this.#beats.takes(sequence)) this.#miss();
    this.world.heard(stored, true);
  }

  #miss(): void {
    this.#complete = false;
    this.world.missed();
  }
}
