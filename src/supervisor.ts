/**
 * Supervision: a thread that ends, for whatever reason and with whatever code, has crashed and is
 * restarted, unless it was asked to leave. Threads are never terminated from outside.
 */
import { getLogger } from '../actors/log.ts';

/** The pause before restarting a thread that died young doubles up to the maximum. */
const pauseMs = 20;
const pauseMsMax = 1_000;
/** A thread that has lived this long did not die of its start. */
const settledMs = 10_000;

export interface ThreadOptions<In, Out> {
  name: string;
  /** Path of the thread's script. */
  script: string;
  /** The first message of each life; lives count from 0. */
  start(life: number): In;
  /** Loads its script, and waits for `begin`. False when not given. */
  held?: boolean;
  /** Called each time the thread has died, before it is started again. */
  died?(): void;
  /** Called for each message. */
  heard?(message: Out): void;
}

export class Thread<In, Out extends { type: string }> {
  readonly #options: ThreadOptions<In, Out>;
  #worker: Worker;
  #life = 0;
  #bornAt = 0;
  #pauseMs = pauseMs;
  #alive = false;
  #leaving = false;
  /** Whether it only loads its script yet: see `begin`. */
  #held: boolean;
  /** Messages for the next life: what is posted to a dead worker is lost. */
  #unsent: In[] = [];
  #waiting: { type: Out['type']; resolve: () => void }[] = [];

  constructor(options: ThreadOptions<In, Out>) {
    this.#options = options;
    this.#held = options.held ?? false;
    this.#worker = this.#spawn();
  }

  /** Starts a thread that was held back; it has loaded its script meanwhile. */
  begin(): void {
    this.#held = false;
    if (this.#alive) this.#start(this.#worker);
  }

  /** Sends a message; if the thread is dead, or held back, to its next life. */
  post(message: In): void {
    if (this.#alive && !this.#held) this.#worker.postMessage(message);
    else this.#unsent.push(message);
  }

  /** Resolves when the thread next sends this message, or has left without it. */
  says(type: Out['type']): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ type, resolve }));
  }

  /** Asks the thread to leave; when it ends after this, it is not started again. */
  leave(message: In): void {
    this.#leaving = true;
    this.post(message);
  }

  #spawn(): Worker {
    const { script, name } = this.#options;
    const worker = new Worker(script, { name });
    this.#bornAt = performance.now();
    worker.onmessage = ({ data }: MessageEvent<Out>) => this.#heard(data);
    worker.onerror = (event) => this.#log('error', 'thread threw', { error: event.message });
    worker.addEventListener('close', (event) => this.#ended(event.code));
    if (!this.#held) this.#start(worker);
    this.#alive = true;
    return worker;
  }

  #start(worker: Worker): void {
    worker.postMessage(this.#options.start(this.#life));
    for (const message of this.#unsent.splice(0)) worker.postMessage(message);
  }

  #heard(message: Out): void {
    this.#options.heard?.(message);
    this.#resolve(({ type }) => type === message.type);
  }

  #resolve(which: (word: { type: Out['type'] }) => boolean): void {
    const heard = this.#waiting.filter(which);
    this.#waiting = this.#waiting.filter((word) => !which(word));
    for (const { resolve } of heard) resolve();
  }

  #ended(code: number): void {
    this.#alive = false;
    if (this.#leaving) {
      this.#resolve(() => true);
      return;
    }
    this.#log('error', 'thread died', { code, life: this.#life });
    this.#options.died?.();
    const settled = performance.now() - this.#bornAt > settledMs;
    this.#pauseMs = settled ? pauseMs : Math.min(this.#pauseMs * 2, pauseMsMax);
    setTimeout(() => {
      this.#life++;
      this.#worker = this.#spawn();
    }, this.#pauseMs);
  }

  #log(level: 'error', message: string, details: Record<string, unknown>): void {
    getLogger(['stampede', 'supervisor'])[level](message, {
      name: this.#options.name,
      ...details,
    });
  }
}
