/**
 * Buyers who come at a rate, whether or not others were answered, and pay for what they have ordered: each order is
 * followed by its payment, as a provider would tell it. They are in a process of their own, and go on from sale to
 * sale as they are told.
 */
import { fileURLToPath } from 'node:url';
import { startProcess, type TestProcess, waitUntil } from '../../actors/testing/process.ts';
import { WrongAnswer } from '../report/report.ts';
import type { Sale } from '../servers/shop.ts';

const script = fileURLToPath(new URL('./paying-process.ts', import.meta.url));

export interface PayingSettings {
  url: string;
  connections: number;
  /** How often the process says what it saw. */
  spanMs: number;
}

/** What they buy, and how fast; null: whenever a connection is idle. */
export interface PayingOrder {
  sale: Sale;
  ratePerSecond: number | null;
}

/** What the process saw since it last said so. */
export interface PayingSpan {
  seconds: number;
  /** Of all answers, to orders and to payments. */
  p99Ms: number;
  paid: number;
  /** Answers that the machine was too busy for, of either kind. */
  shed: number;
  /** All other refusals, by status. */
  others: Record<string, number>;
  broken: number;
}

export class PayingBuyers {
  readonly #process: TestProcess;
  #taken = 0;

  constructor(settings: PayingSettings) {
    const command = [process.execPath, script, JSON.stringify(settings)];
    this.#process = startProcess({ command, stdin: 'pipe' });
  }

  /** From now on they buy this. */
  buy(order: PayingOrder): void {
    this.#process.input(`${JSON.stringify(order)}\n`);
  }

  /** The next span. @throws WrongAnswer where somebody was refused other than because the machine was too busy */
  async next(): Promise<PayingSpan> {
    let line: string | undefined;
    await waitUntil('the buyers say what they saw', () => {
      if (!this.#process.alive()) throw new Error(this.#process.output());
      const lines = this.#process.stdout().split('\n');
      // The last is not whole yet.
      line = lines.slice(0, -1)[this.#taken];
      return line !== undefined;
    });
    this.#taken++;
    const span = JSON.parse(line!) as PayingSpan; // As the process writes it.
    if (Object.keys(span.others).length > 0 || span.broken > 0)
      throw new WrongAnswer(`buyers who pay: ${line}; ${this.#process.output().slice(-500)}`);
    return span;
  }

  stop(): Promise<void> {
    return this.#process.kill();
  }
}
