/** What a part of the bench reports: loads that were measured, and figures with their targets. */

/** One server under one load: medians over the runs. */
export interface Load {
  measurement: string;
  server: string;
  generator: string;
  connections: number;
  runs: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Per request, of all threads. */
  cpuMicros: number;
  /** Per request, by thread; `rest` are the runtime's own threads: compiler, collector, pool. */
  httpMicros: number;
  actorMicros: number;
  projectorMicros: number;
  restMicros: number;
  /** The same of other processes that work for this server alone. */
  helperMicros: number;
  /** Share of the time that the busiest HTTP thread was on a core, 0 to 1. */
  httpBusy: number;
  /**
   * Share of the orders that were told to try again later, 0 to 1: the machine was too busy for them.
   */
  shedShare: number;
  /**
   * What the load generator itself used: CPU per request, and the share of the cores available to it.
   */
  generatorMicros: number;
  generatorBusy: number;
}

/** One figure and its target; `reached` is null where it is only reported. */
export interface Target {
  measurement: string;
  figure: string;
  value: number;
  target: string;
  reached: boolean | null;
  note: string;
}

/** Lines over a common axis, for the report in HTML. */
export interface Chart {
  title: string;
  xLabel: string;
  yLabel: string;
  /**
   * Points are even steps apart, whatever their values: for numbers of connections that double, say.
   */
  steps: boolean;
  lines: { name: string; points: [x: number, y: number][] }[];
}

/** Figures of a part that are neither loads nor targets. The first column names the row. */
export interface FigureTable {
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** What it must not be mistaken for, say: whole sentences. */
  note: string;
}

export interface Report {
  loads: Load[];
  charts: Chart[];
  tables: FigureTable[];
  targets: Target[];
  /** What could not run, or gave a wrong answer; its figures are missing. */
  failures: string[];
  /** Parts that this machine lacks something for. */
  skipped: string[];
}

/** Which servers the bench starts, besides what is embedded. */
export interface Services {
  nats: boolean;
  redis: boolean;
  postgres: boolean;
}

export interface BenchSettings {
  quick: boolean;
  services: Services;
  /** How long the soak lasts, where that was asked for; else null. */
  soakSeconds: number | null;
  /** Tells the operator what is going on. */
  progress(what: string): void;
}

/** A part of the bench. To add a row to the table, add a part to the list in `main.ts`. */
export interface Part {
  name: string;
  /** It measures several engines, and runs only where that is asked for. */
  cluster?: true;
  /** It takes so long that it runs only where it is named. */
  named?: true;
  /** Programs without which it is skipped, and the report says so. */
  needs?: readonly string[];
  run(settings: BenchSettings): Promise<Report>;
}

export function emptyReport(): Report {
  return { loads: [], charts: [], tables: [], targets: [], failures: [], skipped: [] };
}

/** Adds all that another report has. */
export function addTo(report: Report, other: Report): void {
  report.loads.push(...other.loads);
  report.charts.push(...other.charts);
  report.tables.push(...other.tables);
  report.targets.push(...other.targets);
  report.failures.push(...other.failures);
  report.skipped.push(...other.skipped);
}

/** Why a part cannot run on this machine; null where it can. */
export function missingFor(
  { name, needs = [] }: Pick<Part, 'name' | 'needs'>,
  isInstalled: (program: string) => boolean,
): string | null {
  const missing = needs.filter((program) => !isInstalled(program));
  return missing.length === 0 ? null : `${name}: skipped, for want of ${missing.join(', ')}`;
}

/** A run gave an answer that it must not: its figures would be lies. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** The middle of some figures; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle - 1)]! + sorted[Math.floor(middle)]!) / 2;
}

/** The least figure that this share of them, from 0 to 1, does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A share from 0 to 1, in readable form. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A figure that must be at least this. */
export function atLeast(
  measurement: string,
  value: number,
  least: number,
  unit: string,
  note = '',
): Target {
  const target = `≥ ${shown(least)}${unit}`;
  const figure = `${shown(value)}${unit}`;
  return { measurement, figure, value, target, reached: value >= least, note };
}

/** A figure that may be at most this. */
export function atMost(
  measurement: string,
  value: number,
  most: number,
  unit: string,
  note = '',
): Target {
  const target = `≤ ${shown(most)}${unit}`;
  const figure = `${shown(value)}${unit}`;
  return { measurement, figure, value, target, reached: value <= most, note };
}

/** A figure without a target. */
export function reported(measurement: string, value: number, unit: string, note = ''): Target {
  return { measurement, figure: `${shown(value)}${unit}`, value, target: '', reached: null, note };
}

function shown(value: number): string {
  if (Math.abs(value) >= 1_000) return thousands(value);
  return String(Number(value.toPrecision(3)));
}
