/**
 * Virtual time, and everything that waits for it: messages in flight, time-outs, sleeping code. A task
 * runs only when the simulation picks it, in any order among those that are due; so at every wait
 * anything else may happen first. A message may stay in flight for as long as it likes; a thread is
 * only ever so late for its own timers, or else nothing could be on time.
 */
import type { Random } from './random.ts';

interface Task {
  /** Tasks of an owner that crashes never run. */
  owner: object;
  label: string;
  dueAt: number;
  run(): void;
}

interface Timer extends Task {
  lateMs: number;
}

/** How late a thread may be, in milliseconds. */
const latenesses = [0, 0, 10, 30];

export class Scheduler {
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** Since when time has passed without a leap, so that no thread has missed any of it. */
  awakeSince: number;
  #tasks: Task[] = [];
  #timers: Timer[] = [];
  readonly #crashed = new WeakSet<object>();
  /** Until when owners are stopped. */
  readonly #frozenUntil = new WeakMap<object, number>();

  constructor(
    private readonly random: Random,
    startAt: number,
  ) {
    this.now = startAt;
    this.awakeSince = startAt;
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

  /** Wakes a thread from `delayMs` on, a little late at most; the function returned wakes it now. */
  timer(owner: object, label: string, delayMs: number, run: () => void): () => void {
    const timer = this.#set(owner, label, delayMs, run);
    return () => {
      timer.dueAt = Math.min(timer.dueAt, this.now);
    };
  }

  /** The same, but the function returned prevents it. */
  alarm(owner: object, label: string, delayMs: number, run: () => void): () => void {
    const timer = this.#set(owner, label, delayMs, run);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  #set(owner: object, label: string, delayMs: number, run: () => void): Timer {
    const lateMs = this.random.pick(latenesses);
    const timer = { owner, label, dueAt: this.now + delayMs, lateMs, run };
    if (!this.#crashed.has(owner)) this.#timers.push(timer);
    return timer;
  }

  /** Drops the tasks of a crashed owner, and any that it may still be given. */
  cancel(owner: object): void {
    this.#crashed.add(owner);
    this.#tasks = this.#tasks.filter((task) => task.owner !== owner);
    this.#timers = this.#timers.filter((task) => task.owner !== owner);
  }

  /** Nothing of an owner goes on for so long; what is due meanwhile waits for the end. */
  freeze(owner: object, ms: number): void {
    this.#frozenUntil.set(owner, this.now + ms);
  }

  /** Runs one of the tasks that are due and returns its label; null when none is. */
  runOne(): string | null {
    return this.#runOneOf(this.#tasks);
  }

  /** Lets one of the threads whose timers are due go on; null when none is. */
  wakeOne(): string | null {
    return this.#runOneOf(this.#timers);
  }

  /** When the next task is due; Infinity without one. Threads that sleep do not count. */
  nextDueAt(): number {
    return this.#tasks.reduce(
      (first, task) => Math.min(first, this.#dueAt(task)),
      Number.POSITIVE_INFINITY,
    );
  }

  /**
   * Time passes. Threads whose timers may be no later wake on the way; `rest` lets what they do come to an
   * end, and returns false to break off.
   */
  async pass(ms: number, rest: () => Promise<boolean>): Promise<void> {
    const until = this.now + ms;
    for (let timer = this.#latest(until); timer !== undefined; timer = this.#latest(until)) {
      this.now = Math.max(this.now, this.#dueAt(timer) + timer.lateMs);
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      timer.run();
      if (!(await rest())) return;
    }
    this.now = until;
  }

  /** The machine is suspended: time has gone by, and nothing has happened. */
  leap(ms: number): void {
    this.now += ms;
    this.awakeSince = this.now;
  }

  /** Of the timers that may not wait beyond a time, the one that may wait least. */
  #latest(until: number): Timer | undefined {
    const byAt = (timer: Timer) => this.#dueAt(timer) + timer.lateMs;
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (byAt(timer) <= until && (first === undefined || byAt(timer) < byAt(first))) first = timer;
    }
    return first;
  }

  #dueAt({ owner, dueAt }: Task): number {
    return Math.max(dueAt, this.#frozenUntil.get(owner) ?? 0);
  }

  #runOneOf(tasks: Task[]): string | null {
    const due = tasks.filter((task) => this.#dueAt(task) <= this.now);
    if (due.length === 0) return null;
    const task = this.random.pick(due);
    tasks.splice(tasks.indexOf(task), 1);
    task.run();
    return task.label;
  }
}
