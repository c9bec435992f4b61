/** Prints reports as plain tables, for a terminal or a text file. */
import { type FigureTable, type Load, percent, type Target, thousands } from './report.ts';

type Row = readonly string[];

/** Loads, one line per server and generator. */
export function loadTable(loads: readonly Load[]): string {
  const heads = ['load', 'server', 'generator', 'conns', 'runs', 'req/s', 'p50 ms', 'p99 ms'];
  const micros = ['CPU µs', 'HTTP', 'actor', 'runtime', 'projector', 'helpers', 'HTTP busy'];
  const generator = ['generator µs', 'busy'];
  return aligned([
    [...heads, ...micros, ...generator],
    ...loads.map((load) => [
      load.measurement,
      load.server,
      load.generator,
      `${load.connections}`,
      `${load.runs}`,
      thousands(load.requestsPerSecond),
      load.p50Ms.toFixed(2),
      load.p99Ms.toFixed(2),
      load.cpuMicros.toFixed(1),
      load.httpMicros.toFixed(1),
      load.actorMicros.toFixed(1),
      load.restMicros.toFixed(1),
      load.projectorMicros.toFixed(1),
      load.helperMicros.toFixed(1),
      percent(load.httpBusy),
      load.generatorMicros.toFixed(1),
      percent(load.generatorBusy),
    ]),
  ]);
}

/** Figures beside their targets. */
export function targetTable(targets: readonly Target[]): string {
  return aligned([
    ['measurement', 'figure', 'target', '', 'note'],
    ...targets.map(({ measurement, figure, target, reached, note }) => [
      measurement,
      figure,
      target,
      reached === null ? '' : reached ? 'reached' : 'SHORT',
      note,
    ]),
  ]);
}

/** Figures of a part, under their title. */
export function figureTable({ title, head, rows, note }: FigureTable): string {
  return [title, aligned([head, ...rows]), ...(note === '' ? [] : [note])].join('\n');
}

function aligned(rows: readonly Row[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: Row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const [head, ...body] = rows.map(line);
  return [head, '-'.repeat(head!.length), ...body].join('\n');
}
