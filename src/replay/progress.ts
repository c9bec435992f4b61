/** Shows on standard error how far a long replay has come. */
import type { Tally } from './auditor/messages.ts';
import { number, percent } from './format.ts';

/** A replay that is over before this prints nothing. */
const quietMs = { terminal: 200, log: 1_000 };
/** A terminal's line is rewritten this often; elsewhere a further line is written. */
const everyMs = { terminal: 100, log: 5_000 };

const eraseLine = '\r\u001b[K';

/** Who hears how far a replay is. */
export interface Progress {
  /** How many entries there were when the replay began. */
  expect(entries: number): void;
  /** Hot: called after each entry; `tally` tells how much was read so far. */
  reading(tally: () => Tally): void;
  /** A partition was read; perhaps the last. */
  read(tally: Tally): void;
  end(): void;
}

export class ProgressLine implements Progress {
  readonly #startedAt = performance.now();
  readonly #kind: 'terminal' | 'log';
  #nextAt: number;
  #shown = false;
  /** How many entries there are. */
  #expected = 0;
  #isRead = false;

  constructor(
    private readonly write: (text: string) => void,
    terminal: boolean,
  ) {
    this.#kind = terminal ? 'terminal' : 'log';
    this.#nextAt = this.#startedAt + quietMs[this.#kind];
  }

  expect(entries: number): void {
    this.#expected = entries;
  }

  reading(tally: () => Tally): void {
    const now = performance.now();
    if (now < this.#nextAt || this.#isRead) return;
    this.#nextAt = now + everyMs[this.#kind];
    const { entries, orders } = tally();
    const expected = this.#expected;
    const rate = Math.round((orders / (now - this.#startedAt)) * 1_000);
    const share = percent(Math.min(1, entries / Math.max(expected, 1)));
    const counts = `${number(entries)} of ${number(expected)} entries, ${number(orders)} orders`;
    this.#show(`replay: ${share}, ${counts}, ${number(rate)} orders/s`);
  }

  read({ entries }: Tally): void {
    if (this.#isRead || entries < this.#expected) return;
    this.#isRead = true;
    if (this.#shown) this.#show('replay: the journal is read; comparing with its copies');
  }

  /** Erases a terminal's line. */
  end(): void {
    if (this.#shown && this.#kind === 'terminal') this.write(eraseLine);
    this.#shown = false;
  }

  #show(text: string): void {
    this.#shown = true;
    this.write(this.#kind === 'terminal' ? `${eraseLine}${text}` : `${text}\n`);
  }
}
