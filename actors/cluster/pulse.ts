/**
 * When an engine says a beat. A regular one comes `beatMs` after the acknowledgement of the one before, and is
 * said again until it is acknowledged: so that regular beats are never stored closer together than that,
 * which is what makes counting them a clock. Beats between them, when something has changed, go at once.
 */
import { beatAgainMs, beatMs } from '../limits.ts';
import { type Timers, threadTimers } from '../timers.ts';

export interface PulseWorld {
  /** Says a beat; resolves when it has been stored, and rejects when it has not, or nobody knows. */
  say(n: number, serial: number): Promise<void>;
}

export class Pulse {
  #n = 0;
  #serial = 0;
  /** The last regular beat that was stored, and when that was known. */
  #storedN = 0;
  #storedAt = Number.NEGATIVE_INFINITY;
  #saidAt = Number.NEGATIVE_INFINITY;
  /** Beats that are said and neither stored nor refused yet. */
  #open = new Set<number>();
  #wanted = false;
  #cancel: (() => void) | null = null;
  #running = false;

  constructor(
    private readonly world: PulseWorld,
    private readonly timers: Timers = threadTimers,
  ) {}

  /** Regular beats that are known to be stored. */
  get stored(): number {
    return this.#storedN;
  }

  start(): void {
    this.#running = true;
    this.#plan();
  }

  /** Says a beat as soon as the one before is answered: something has changed. */
  hurry(): void {
    this.#wanted = true;
    this.#plan();
  }

  stop(): void {
    this.#running = false;
    this.#cancel?.();
  }

  get #dueAt(): number {
    const answered = !this.#open.has(this.#serial);
    if (this.#wanted && answered && this.#storedN === this.#n) return 0;
    return this.#storedN === this.#n ? this.#storedAt + beatMs : this.#saidAt + beatAgainMs;
  }

  #plan(): void {
    if (!this.#running) return;
    this.#cancel?.();
    const waitMs = Math.max(0, Math.ceil(this.#dueAt - this.timers.now()));
    this.#cancel = this.timers.after(waitMs, () => this.#beat());
  }

  #beat(): void {
    const now = this.timers.now();
    if (now >= this.#dueAt) {
      if (this.#storedN === this.#n && now >= this.#storedAt + beatMs) this.#n++;
      this.#wanted = false;
      this.#saidAt = now;
      const serial = ++this.#serial;
      void this.#await(this.#n, serial, this.world.say(this.#n, serial));
    }
    this.#plan();
  }

  async #await(n: number, serial: number, said: Promise<void>): Promise<void> {
    this.#open.add(serial);
    try {
      await said;
      if (n > this.#storedN) {
        this.#storedN = n;
        this.#storedAt = this.timers.now();
      }
    } catch {
      // Who says it has told why; the beat is said again when it is due.
    }
    this.#open.delete(serial);
    this.#plan();
  }
}
