/**
 * The charts of a sale, as SVG that needs no script. A drawing is as wide as its place: what is drawn is stretched,
 * and what is written keeps its size, so that it can be read on a telephone.
 */
import type { Child } from 'hono/jsx';
import { type Scale, scaleOf, ticksTo, timeTicks } from '../../../../replay/html/scale.ts';
import type { SaleChart, SalePoint } from '../../../../shop/sale/read-sale.ts';
import { languageTag, type View } from '../../layout.tsx';
import { localText } from '../../zoned-time.ts';

/** Of what is drawn; stretched to the place. */
const width = 1_000;
const [top, bottom, height] = [16, 150, 178];
const timesMax = 4;
const secondMs = 1_000;
const dayMs = 86_400_000;

/** Places of a chart's moments. */
export function timeScale({ from, to }: SaleChart): Scale {
  return scaleOf(from, to, 0, width);
}

export function valueScale(most: number): Scale {
  return scaleOf(0, Math.max(most, 1), bottom, top);
}

interface PlotProps {
  view: View;
  chart: SaleChart;
  value: Scale;
  /** For who does not see it. */
  label: string;
  children: Child;
}

export function Plot({ view, chart, value, label, children }: PlotProps) {
  const { from, to } = chart;
  const shift = shiftOf(from, view.timeZone);
  const times = timeTicks(from + shift, to + shift, timesMax).map((at) => at - shift);
  const place = (at: number) => `${(((at - from) / (to - from)) * 100).toFixed(2)}%`;
  const number = new Intl.NumberFormat(languageTag(view.visitor), { notation: 'compact' });
  return (
    <svg class="plot" role="img" aria-label={label} width="100%" height={height}>
      {ticksTo(value.most, 3).map((tick) => (
        <line class="grid" x1="0" x2="100%" y1={value(tick)} y2={value(tick)} />
      ))}
      {times.map((at) => (
        <line class="grid" x1={place(at)} x2={place(at)} y1={bottom} y2={bottom + 5} />
      ))}
      <svg
        x="0"
        y="0"
        width="100%"
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {children}
      </svg>
      {ticksTo(value.most, 3).map((tick) => (
        <text class="tick" x="2" y={value(tick) - 4}>
          {number.format(tick)}
        </text>
      ))}
      {times.map((at) => (
        <text class="tick" x={place(at)} y={bottom + 20} text-anchor={anchorOf(at, chart)}>
          {tickText(at, chart, view)}
        </text>
      ))}
    </svg>
  );
}

/** Bars of what happened in each step. */
export function barsPath(
  { points, stepMs }: SaleChart,
  time: Scale,
  value: Scale,
  of: (point: SalePoint) => number,
): string {
  return points
    .filter((point) => of(point) > 0)
    .map((point) => {
      const [x, end] = [within(time(point.at)), within(time(point.at + stepMs))];
      const tall = Math.max(1, bottom - value(of(point)));
      return `M${x},${bottom}v-${tall.toFixed(1)}h${Math.max(1, end - x).toFixed(1)}v${tall.toFixed(1)}z`;
    })
    .join('');
}

/** What is so until it changes: corners from the first moment to the last. `before`: until the first point. */
function corners(
  { points, to }: SaleChart,
  time: Scale,
  before: number,
  of: (point: SalePoint) => number,
): [x: number, value: number][] {
  const steps: [number, number][] = [[0, before]];
  for (const point of points) {
    const x = within(time(point.at));
    steps.push([x, steps.at(-1)![1]], [x, of(point)]);
  }
  return [...steps, [time(to), steps.at(-1)![1]]];
}

export function linePath(
  chart: SaleChart,
  time: Scale,
  value: Scale,
  of: (point: SalePoint) => number,
): string {
  return `M${corners(chart, time, 0, of)
    .map(([x, y]) => `${x},${value(y)}`)
    .join('L')}`;
}

/** A band between two values. */
export function bandPath(
  chart: SaleChart,
  time: Scale,
  value: Scale,
  band: { before: [number, number]; of: (point: SalePoint) => [lower: number, upper: number] },
): string {
  const { before, of } = band;
  const edge = (side: 0 | 1) =>
    corners(chart, time, before[side], (point) => of(point)[side]).map(
      ([x, y]) => `${x},${value(y)}`,
    );
  return `M${edge(1).join('L')}L${edge(0).toReversed().join('L')}Z`;
}

function within(x: number): number {
  return Math.min(width, Math.max(0, x));
}

function anchorOf(at: number, { from, to }: SaleChart): 'start' | 'middle' | 'end' {
  const share = (at - from) / (to - from);
  return share < 0.08 ? 'start' : share > 0.92 ? 'end' : 'middle';
}

/** How far the zone's clocks are ahead of UTC. */
function shiftOf(ms: number, zone: string): number {
  return Date.parse(`${localText(ms, zone)}Z`) - Math.floor(ms / secondMs) * secondMs;
}

/** As much of a time as tells the ticks of a chart apart: `20:15`, `20:15:30`, `11-28`. */
function tickText(at: number, { from, to }: SaleChart, { timeZone }: View): string {
  const [day, time] = localText(at, timeZone).split('T') as [string, string]; // Its form.
  if (to - from > 3 * dayMs) return day.slice(5);
  const isShort = to - from < timesMax * 60 * secondMs;
  return isShort ? time : time.slice(0, 5);
}
