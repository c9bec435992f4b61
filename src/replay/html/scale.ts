/** From values to places in a chart, and the round values that its axes name. */

export interface Scale {
  (value: number): number;
  readonly least: number;
  readonly most: number;
}

/** Maps `[least, most]` to `[from, to]`; everything to `from` where the two values are one. */
export function scaleOf(least: number, most: number, from: number, to: number): Scale {
  const place = (value: number) => {
    const share = most === least ? 0 : (value - least) / (most - least);
    return Math.round((from + share * (to - from)) * 100) / 100;
  };
  return Object.assign(place, { least, most });
}

/** Round values from 0 to `most`, no more than about `wanted`. */
export function ticksTo(most: number, wanted: number): number[] {
  const rough = Math.max(most, 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((each) => each >= rough)!);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

const timeStepsMs = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800].map((seconds) => seconds * 1_000),
  ...[1, 2, 3, 6, 12, 24, 48, 168, 720, 8_760, 87_600].map((hours) => hours * 3_600_000),
];

/** Round times in a span, at most `wanted`. */
export function timeTicks(from: number, to: number, wanted: number): number[] {
  const step = timeStepsMs.find((each) => (to - from) / each <= wanted) ?? to - from;
  const first = Math.ceil(from / step) * step;
  const ticks: number[] = [];
  for (let at = first; at <= to; at += step) ticks.push(at);
  return ticks;
}
