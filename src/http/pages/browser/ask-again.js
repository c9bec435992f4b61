// Asking again and again, where the server has no stream left to give.
import { sleep } from './api.js';

/** How often: a sale is followed well enough, and a thousand who ask are work for a fraction of a core. */
const askMs = 4_000;

/**
 * Asks with `ask`, which gets the news and shows them, from `begin` until `end`. A hidden page does not
 * ask: it is not seen.
 */
export class AskingAgain {
  /** What goes on asking; null while nothing does. */
  #run = null;

  constructor(ask) {
    this.ask = ask;
  }

  async begin() {
    if (this.#run !== null) return;
    const run = {};
    this.#run = run;
    while (this.#run === run) {
      if (!document.hidden) await this.ask();
      // Everyone who was refused at once asks at another moment.
      await sleep(askMs * (0.75 + Math.random() / 2));
    }
  }

  end() {
    this.#run = null;
  }
}
