/**
 * The engine on a wall clock that tests can set: `CLOCK_FILE` holds a double, the milliseconds that the
 * clock is ahead. With arguments it is the command line on that clock; without, a line `actor` on standard
 * input makes an actor thread throw, and everything else is as in `bun start`.
 */
import { join } from 'node:path';
import './wall-clock.ts';

const preload = join(import.meta.dir, 'wall-clock.ts');
const RealWorker = globalThis.Worker;
globalThis.Worker = class extends RealWorker {
  constructor(script: string | URL, options: WorkerOptions = {}) {
    super(script, { ...options, preload });
  }
};

await import(process.argv.length > 2 ? '../main.ts' : './crash-engine.ts');
