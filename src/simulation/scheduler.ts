/**
 * Virtual time, and everything that waits for it: messages in flight, time-outs, sleeping code. A task
 * runs only when the simulation picks it, in any order among those that are due; so at every wait
 * anything else may happen first.
 */
import type { Random } from './random.ts';

interface Task {
  /** Tasks of an owner that crashes never run. */
  owner: object;
  label: string;
  dueAt: number;
  run(): void;
}

export class Scheduler {
  /** Milliseconds since 1970 UTC; only `advance` moves it. */
  now: number;
  #tasks: Task[] = [];
  readonly #crashed = new WeakSet<object>();

  constructor(
    private readonly random: Random,
    startAt: number,
  ) {
    this.now = startAt;
  }

  /** Runs a task at some step from `delayMs` on. */
  later(owner: object, label: string, delayMs: number, run: () => void): void {
    if (this.#crashed.has(owner)) return;
    this.#tasks.push({ owner, label, dueAt: this.now + delayMs, run });
  }

  /** Resolves at some step from `delayMs` on; never when the owner crashes before. */
  pause(owner: object, label: string, delayMs: number): Promise<void> {
    return new Promise((resolve) => this.later(owner, label, delayMs, resolve));
  }

  /** Drops the tasks of a crashed owner, and any that it may still be given. */
  cancel(owner: object): void {
    this.#crashed.add(owner);
    this.#tasks = this.#tasks.filter((task) => task.owner !== owner);
  }

  /** Runs one of the tasks that are due and returns its label; null when none is. */
  runOne(): string | null {
    const due = this.#tasks.filter((task) => task.dueAt <= this.now);
    if (due.length === 0) return null;
    const task = this.random.pick(due);
    this.#tasks.splice(this.#tasks.indexOf(task), 1);
    task.run();
    return task.label;
  }

  /** When the next task is due; Infinity without one. */
  nextDueAt(): number {
    return this.#tasks.reduce(
      (first, task) => Math.min(first, task.dueAt),
      Number.POSITIVE_INFINITY,
    );
  }

  advance(ms: number): void {
    this.now += ms;
  }
}
