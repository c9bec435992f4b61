/**
 * How `start` ends: once, whatever asks first. From the moment this is made signals are handled; one
 * that comes while the engine starts ends it as soon as it is up, or soon after if it does not come up.
 */
import { getLogger } from '../../actors/log.ts';
import type { Engine } from '../engine.ts';
import { watchRunners } from './runners.ts';

/** How long to wait for an engine that starts: it has taken no order, so it may also just end. */
const startingMs = 1_000;

export class Leaving {
  #engine: Promise<Engine> | null = null;
  #asked = false;

  constructor() {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => void this.#leave(signal));
    }
    watchRunners((why) => void this.#leave(why));
  }

  /** True once the process is about to end. */
  get asked(): boolean {
    return this.#asked;
  }

  /** Sets the engine to drain before the process ends. */
  drains(starting: Promise<Engine>): void {
    this.#engine = starting;
  }

  async #leave(why: string): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    const log = getLogger(['stampede', 'main']);
    log.info('draining', { why });
    // An engine that fails to start has nothing to drain.
    const engine = await Promise.race([this.#engine?.catch(() => null), Bun.sleep(startingMs)]);
    await engine?.drain();
    log.info('drained', {});
    process.exit(0);
  }
}
