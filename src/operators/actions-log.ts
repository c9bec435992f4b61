/**
 * The log of actions, as an HTTP thread writes it: what is noted together goes into one transaction, and
 * whoever is answered afterwards can rely on it. While SQL is away actions go on, and wait here to be
 * written; the journal names who did what changed a sale in any case.
 */
import { getLogger } from '../../actors/log.ts';
import type { ActionDraft, Actions } from '../db/actions.ts';

/** Longer than a turn of the event loop, so that requests that come together are written together. */
const gatherMs = 5;
const againMs = 1_000;
/** How long an answer waits for its line. */
const patienceMs = 1_000;
const batchMax = 500;
/** Lines that wait while SQL is away; each is less than a KiB. */
const waitingMax = 10_000;

const log = getLogger(['stampede', 'actions']);

interface Line {
  action: ActionDraft;
  written: () => void;
}

export class ActionsLog {
  readonly #waiting: Line[] = [];
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;

  constructor(private readonly actions: Pick<Actions, 'add'>) {}

  /** Resolves when the action is written, or when SQL has not done so for a second: it will be then. */
  note(action: ActionDraft): Promise<void> {
    if (this.#waiting.length >= waitingMax) {
      log.error('an action is not in the log of actions, which SQL has not taken for long', {
        ...action,
      });
      return Promise.resolve();
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const patience = setTimeout(resolve, patienceMs);
    const written = () => {
      clearTimeout(patience);
      resolve();
    };
    this.#waiting.push({ action, written });
    this.#writeIn(gatherMs);
    return promise;
  }

  /** Writes what waits, as far as SQL takes it. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    while (this.#waiting.length > 0) {
      const before = this.#waiting.length;
      await this.#write();
      clearTimeout(this.#timer);
      if (this.#waiting.length === before) break;
    }
    for (const { action } of this.#waiting) log.error('an action was not written', { ...action });
  }

  #writeIn(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
    }, ms);
  }

  async #write(): Promise<void> {
    const lines = this.#waiting.slice(0, batchMax);
    try {
      await this.actions.add(lines.map(({ action }) => action));
    } catch (error) {
      log.warning('the log of actions cannot be written', { error: String(error) });
      this.#timer = undefined;
      this.#writeIn(againMs);
      return;
    }
    this.#waiting.splice(0, lines.length);
    for (const { written } of lines) written();
    if (this.#waiting.length > 0) this.#writeIn(0);
  }
}
