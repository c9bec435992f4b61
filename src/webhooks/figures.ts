/** How the sending of webhooks goes, in shared memory: written by its thread, read by health checks and metrics. */
import { type Outcome, outcomes } from './answer.ts';

const gauges = [
  /** When the sender last said that it runs, by the wall clock; 0 where there is none. */
  'beatAt',
  /** Events in SQL that wait for a try; events that were read and are not settled; tries under way. */
  'waiting',
  'open',
  'inFlight',
  /** When the oldest event that is not delivered happened; 0 without. */
  'oldestAt',
  'failingSince',
  'stoppedAt',
  /** 1 while the receiver counts as down. */
  'down',
  /** Partitions whose journal is not the one that was told. */
  'differing',
] as const;
export type WebhookGauge = (typeof gauges)[number];

const givenUpCell = gauges.length + outcomes.length;

export class WebhookFigures {
  static readonly bytes = 8 * (givenUpCell + 1);
  readonly #cells: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Float64Array(memory);
  }

  get(gauge: WebhookGauge): number {
    return this.#cells[gauges.indexOf(gauge)]!;
  }

  set(gauge: WebhookGauge, value: number): void {
    this.#cells[gauges.indexOf(gauge)] = value;
  }

  /** Tries that ended so, since the engine started. */
  tries(outcome: Outcome): number {
    return this.#cells[gauges.length + outcomes.indexOf(outcome)]!;
  }

  countTry(outcome: Outcome): void {
    this.#cells[gauges.length + outcomes.indexOf(outcome)]!++;
  }

  /** Events given up since the engine started. */
  get givenUp(): number {
    return this.#cells[givenUpCell]!;
  }

  countGivenUp(): void {
    this.#cells[givenUpCell]!++;
  }
}
