/** Shows on standard error how far a long replay has come. */
import type { Audit } from './audit/audit.ts';
import { number, percent } from './format.ts';
import type { ReplayProgress } from './replay.ts';

/** A replay that is over before this prints nothing. */
const quietMs = { terminal: 200, log: 1_000 };
/** A terminal's line is rewritten this often; elsewhere a further line is written. */
const everyMs = { terminal: 100, log: 5_000 };

const eraseLine = '\r\u001b[K';

export class ProgressLine implements ReplayProgress {
  readonly #startedAt = performance.now();
  readonly #kind: 'terminal' | 'log';
  #nextAt: number;
  #shown = false;

  constructor(
    private readonly write: (text: string) => void,
    terminal: boolean,
  ) {
    this.#kind = terminal ? 'terminal' : 'log';
    this.#nextAt = this.#startedAt + quietMs[this.#kind];
  }

  /** Hot: called after each entry. */
  reading(audit: Audit, entries: number): void {
    const now = performance.now();
    if (now < this.#nextAt) return;
    this.#nextAt = now + everyMs[this.#kind];
    let read = 0;
    let orders = 0;
    for (const partition of audit.partitions) {
      read += partition.sequence;
      for (const item of partition.items.values()) orders += item.orders.count;
    }
    const rate = Math.round((orders / (now - this.#startedAt)) * 1_000);
    const share = percent(Math.min(1, read / Math.max(entries, 1)));
    const counts = `${number(read)} of ${number(entries)} entries, ${number(orders)} orders`;
    this.#show(`replay: ${share}, ${counts}, ${number(rate)} orders/s`);
  }

  comparing(): void {
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
