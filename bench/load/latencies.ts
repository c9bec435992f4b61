/** Latencies of open-loop load: its processes record them, and print them to be put together. */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

/** Microseconds, as compressed hdr histograms: what one process prints. */
export interface PrintedLatencies {
  accepted: string;
  refused: string;
  /** How late buyers were sent. */
  late: string;
}

/** Records the latencies of one process. */
export class Latencies {
  readonly #accepted = build({ useWebAssembly: false });
  readonly #refused = build({ useWebAssembly: false });
  readonly #late = build({ useWebAssembly: false });

  /** What began before `fromMs` is not recorded. */
  constructor(private readonly fromMs: number) {}

  accepted(since: number, now: number): void {
    this.#record(this.#accepted, since, now);
  }

  refused(since: number, now: number): void {
    this.#record(this.#refused, since, now);
  }

  late(since: number, now: number): void {
    this.#record(this.#late, since, now);
  }

  printed(): PrintedLatencies {
    return {
      accepted: encodeIntoCompressedBase64(this.#accepted),
      refused: encodeIntoCompressedBase64(this.#refused),
      late: encodeIntoCompressedBase64(this.#late),
    };
  }

  #record(latencies: Histogram, since: number, now: number): void {
    if (since < this.fromMs) return;
    latencies.recordValue(Math.max(1, Math.round((now - since) * 1000)));
  }
}

/** Milliseconds that so many percent of all latencies do not exceed; 0 where there are none. */
export function percentilesMs(
  printed: readonly string[],
  percentiles: readonly number[],
): readonly number[] {
  const all = build({ useWebAssembly: false });
  for (const each of printed) all.add(decodeFromCompressedBase64(each));
  return percentiles.map((percentile) => all.getValueAtPercentile(percentile) / 1000);
}
