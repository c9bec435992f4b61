/** A thread's doorbell in virtual time: whoever is woken goes on when the simulation lets it. */
import type { LoopBell } from '../../actors/loop.ts';
import type { Scheduler } from './scheduler.ts';

export class SimulatedBell implements LoopBell {
  count = 0;
  #wakeNow: (() => void) | null = null;

  /** `owner` is the thread that sleeps: once it has crashed, nothing wakes it. */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly owner: object,
  ) {}

  ring(): void {
    this.count++;
    this.#wakeNow?.();
  }

  wait(count: number, timeoutMs: number): Promise<void> {
    const sleepMs = count === this.count ? timeoutMs : 0;
    return new Promise((resolve) => {
      this.#wakeNow = this.scheduler.timer(this.owner, 'the thread wakes', sleepMs, () => {
        this.#wakeNow = null;
        resolve();
      });
    });
  }
}
