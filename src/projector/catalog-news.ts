/**
 * Tells the threads that keep items and promos at hand, here and in other processes, that SQL has changed:
 * at once, and then no more often than they can afford to read them again.
 */
import type { CatalogVersion } from '../catalog/version.ts';

/** With what the projector takes before and the readers after, a change is seen within a second. */
const pauseMs = 400;

export class CatalogNews {
  #due = false;
  #isRunning = false;
  #changing: Promise<void> = Promise.resolve();

  constructor(private readonly version: Pick<CatalogVersion, 'change'>) {}

  /** Call when the change is in SQL. */
  note(): void {
    this.#due = true;
    if (!this.#isRunning) void this.#run();
  }

  /** Tells what is due, and resolves when it is told. */
  async tell(): Promise<void> {
    await this.#changing;
    if (!this.#due) return;
    this.#due = false;
    this.#changing = this.version.change();
    await this.#changing;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#due) {
      await this.tell();
      await Bun.sleep(pauseMs);
    }
    this.#isRunning = false;
  }
}
