/** The charts of the bench's report, as SVG that is made here, each with its table beside it. */
import { Frame, left, right, ValueAxis, width } from '../../src/replay/html/frame.tsx';
import { Figure, Table } from '../../src/replay/html/parts.tsx';
import { scaleOf } from '../../src/replay/html/scale.ts';
import { type Chart, thousands } from './report.ts';

/** The style sheet defines them for light and dark. */
export const colours = ['var(--blue)', 'var(--accent)', 'var(--held)', 'var(--left)'] as const;

const height = 300;
const top = 16;
const bottom = 252;
/** Rows of a table beside a chart: of longer lines, every n-th point. */
const tableRowsMax = 24;

interface Series {
  name: string;
  colour: string;
}

function Keys({ series, unit }: { series: readonly Series[]; unit: string }) {
  return (
    <span class="keys">
      {series.map(({ name, colour }) => (
        <span>
          <i class="key-dot" style={`background: ${colour}`} />
          {name}
        </span>
      ))}
      {unit}
    </span>
  );
}

/** Groups of horizontal bars: one group per row, one bar per series. */
export function BarChart(props: {
  title: string;
  unit: string;
  series: readonly Series[];
  rows: readonly { name: string; values: readonly number[] }[];
}) {
  const { title, unit, series, rows } = props;
  const most = Math.max(1e-9, ...rows.flatMap(({ values }) => values));
  const place = scaleOf(0, most, 0, width - 100);
  const barHeight = 16;
  const rowHeight = 30 + series.length * (barHeight + 2);
  const id = idOf(title);
  return (
    <Figure
      title={title}
      note={<Keys series={series} unit={unit} />}
      chart={
        <Frame
          id={id}
          height={rows.length * rowHeight + 8}
          title={title}
          description={`Bars of ${unit}. The table beside it has the values.`}
        >
          {rows.map(({ name, values }, row) => (
            <g>
              <text class="row-name" x={0} y={row * rowHeight + 16}>
                {name}
              </text>
              {values.map((value, index) => {
                const y = row * rowHeight + 23 + index * (barHeight + 2);
                return (
                  <>
                    <rect
                      x={0}
                      y={y}
                      width={place(value)}
                      height={barHeight}
                      rx={2}
                      style={`fill: ${series[index]!.colour}`}
                    />
                    <text class="bar-value" x={place(value) + 8} y={y + 12}>
                      {shown(value)}
                    </text>
                  </>
                );
              })}
            </g>
          ))}
        </Frame>
      }
      table={
        <Table
          caption={`${title}, ${unit}`}
          head={['load', ...series.map(({ name }) => name.split(':')[0]!)]}
          rows={rows.map(({ name, values }) => [name, ...values.map(shown)])}
        />
      }
    />
  );
}

/** Lines over a common axis. */
export function LineChart({ chart }: { chart: Chart }) {
  const { title, lines, xLabel, yLabel } = chart;
  const series = lines.map(({ name }, index) => ({ name, colour: colours[index]! }));
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map(([x]) => x))].toSorted((a, b) => a - b);
  const span = chart.steps ? xs.length - 1 : Math.max(...xs);
  const across = scaleOf(0, span, left, width - right - 20);
  const x = (value: number) => across(chart.steps ? xs.indexOf(value) : value);
  const y = scaleOf(0, Math.max(5, ...points.map(([, value]) => value)) * 1.05, bottom, top);
  const named = xs.filter((_, index) => index % Math.ceil(xs.length / 10) === 0);
  return (
    <Figure
      title={title}
      note={<Keys series={series} unit={yLabel} />}
      chart={
        <Frame
          id={idOf(title)}
          height={height}
          title={title}
          description={`${yLabel} against ${xLabel}. The table beside it has the values.`}
        >
          <ValueAxis value={y} />
          {named.map((value) => (
            <text x={x(value)} y={bottom + 18} text-anchor="middle">
              {shown(value)}
            </text>
          ))}
          <text x={width - right} y={bottom + 40} text-anchor="end">
            {xLabel}
          </text>
          <line x1={left} x2={width - right} y1={bottom} y2={bottom} class="base" />
          {lines.map((line, index) => (
            <g>
              <polyline
                points={line.points.map(([at, value]) => `${x(at)},${y(value)}`).join(' ')}
                style={`stroke: ${colours[index]!}`}
              />
              {line.points.length > 12
                ? null
                : line.points.map(([at, value]) => (
                    <circle cx={x(at)} cy={y(value)} r={4} style={`fill: ${colours[index]!}`} />
                  ))}
            </g>
          ))}
        </Frame>
      }
      table={<PointTable chart={chart} xs={xs} />}
    />
  );
}

function PointTable({ chart, xs }: { chart: Chart; xs: readonly number[] }) {
  const every = Math.ceil(xs.length / tableRowsMax);
  const rows = xs.filter((_, index) => index % every === 0);
  return (
    <Table
      caption={`${chart.yLabel}, by ${chart.xLabel.split(',')[0]}`}
      head={[chart.xLabel.split(',')[0]!, ...chart.lines.map(({ name }) => name)]}
      rows={rows.map((at) => [
        shown(at),
        ...chart.lines.map(({ points }) => {
          const point = points.find(([x]) => x === at);
          return point === undefined ? '' : shown(point[1]);
        }),
      ])}
    />
  );
}

function shown(value: number): string {
  if (value >= 1_000) return thousands(value);
  return String(Number(value.toPrecision(3)));
}

function idOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
