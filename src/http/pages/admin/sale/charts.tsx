/** What happened in a sale over time: four charts, each with its numbers as a table. */
import type { Child } from 'hono/jsx';
import type { Sale, SaleChart, SalePoint } from '../../../../shop/sale/read-sale.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { fill } from '../../texts.ts';
import { localText, zoneName } from '../../zoned-time.ts';
import { bandPath, barsPath, linePath, Plot, timeScale, valueScale } from './chart.tsx';
import { numberText } from './figures.tsx';
import { saleTexts } from './sale-texts.ts';

export function Charts({ view, sale }: { view: View; sale: Sale }) {
  const own = saleTexts[view.visitor.language];
  const { chart, isBehind, figures } = sale;
  const has = (what: (point: SalePoint) => number) => chart.points.some((point) => what(point) > 0);
  const of = { view, chart };
  return (
    <section class="sale-charts" aria-labelledby="charts">
      <h2 id="charts">{own.chartsTitle}</h2>
      {isBehind && <p class="notice">{own.behind}</p>}
      {figures.orders + figures.joined + figures.admitted + figures.refused === 0 ? (
        <p class="hint">{own.nothing}</p>
      ) : (
        <>
          <p class="hint">{fill(own.charts.zone, { zone: zoneName(view.timeZone) })}</p>
          <div class="charts">
            <OrdersChart {...of} />
            <UnitsChart {...of} />
            {has(({ joined, admitted }) => joined + admitted) && <QueueChart {...of} />}
            {has(({ refused }) => refused) && <RefusedChart {...of} />}
          </div>
        </>
      )}
    </section>
  );
}

interface Of {
  view: View;
  chart: SaleChart;
}

const [secondMs, minuteMs, hourMs] = [1_000, 60_000, 3_600_000];

function OrdersChart({ view, chart }: Of) {
  const { orders: names } = saleTexts[view.visitor.language].charts;
  const rates = chart.points.map(({ orders }) => (orders * secondMs) / chart.stepMs);
  const isFast = Math.max(...rates) >= 1 || chart.stepMs < minuteMs;
  const unitMs = isFast ? secondMs : minuteMs;
  const rateOf = ({ orders }: { orders: number }) => (orders * unitMs) / chart.stepMs;
  const title = isFast ? names.second : names.minute;
  const value = valueScale(Math.max(...chart.points.map(rateOf)));
  const rate = (row: TableRow) => numberText((row.orders * unitMs) / row.spanMs, view, 1);
  return (
    <Figure view={view} chart={chart} title={title} columns={[[title, rate]]}>
      <Plot view={view} chart={chart} value={value} label={labelOf(title, { view, chart })}>
        <path class="bars" d={barsPath(chart, timeScale(chart), value, rateOf)} />
      </Plot>
    </Figure>
  );
}

const layers = ['sold', 'held', 'left'] as const;

function UnitsChart({ view, chart }: Of) {
  const { charts: own } = saleTexts[view.visitor.language];
  const { leftBefore, points } = chart;
  const until = (point: SalePoint, count: number) =>
    layers.slice(0, count).reduce((sum, layer) => sum + point[layer], 0);
  const value = valueScale(Math.max(leftBefore, ...points.map((point) => until(point, 3))));
  const time = timeScale(chart);
  const columns = layers.map(
    (layer): Column => [own[layer], (row) => numberText(row[layer], view)],
  );
  return (
    <Figure view={view} chart={chart} title={own.units} keys={layers} columns={columns}>
      <Plot view={view} chart={chart} value={value} label={labelOf(own.units, { view, chart })}>
        {layers.map((layer, index) => (
          <path
            class={`area ${layer}`}
            d={bandPath(chart, time, value, {
              before: [0, layer === 'left' ? leftBefore : 0],
              of: (point) => [until(point, index), until(point, index + 1)],
            })}
          />
        ))}
      </Plot>
    </Figure>
  );
}

function QueueChart({ view, chart }: Of) {
  const { charts: own } = saleTexts[view.visitor.language];
  const last = chart.points.at(-1)!; // It is drawn where somebody came.
  const value = valueScale(Math.max(last.joined, last.admitted));
  const time = timeScale(chart);
  const lines = last.joined > 0 ? (['admitted', 'joined'] as const) : (['admitted'] as const);
  const columns = lines.map((line): Column => [own[line], (row) => numberText(row[line], view)]);
  return (
    <Figure view={view} chart={chart} title={own.queue} keys={lines} columns={columns}>
      <Plot view={view} chart={chart} value={value} label={labelOf(own.queue, { view, chart })}>
        {lines.map((line) => (
          <path class={`line ${line}`} d={linePath(chart, time, value, (point) => point[line])} />
        ))}
      </Plot>
    </Figure>
  );
}

function RefusedChart({ view, chart }: Of) {
  const { charts: own } = saleTexts[view.visitor.language];
  const value = valueScale(Math.max(...chart.points.map(({ refused }) => refused)));
  const column: Column = [own.refused, (row) => numberText(row.refused, view)];
  return (
    <Figure view={view} chart={chart} title={own.refused} columns={[column]}>
      <Plot view={view} chart={chart} value={value} label={labelOf(own.refused, { view, chart })}>
        <path
          class="bars refused"
          d={barsPath(chart, timeScale(chart), value, ({ refused }) => refused)}
        />
      </Plot>
    </Figure>
  );
}

type Column = [name: string, text: (row: TableRow) => string];

interface FigureProps extends Of {
  title: string;
  keys?: readonly ('sold' | 'held' | 'left' | 'joined' | 'admitted')[];
  columns: Column[];
  children: Child;
}

function Figure({ view, chart, title, keys = [], columns, children }: FigureProps) {
  const { charts: own } = saleTexts[view.visitor.language];
  return (
    <figure>
      <figcaption>
        <h3>{title}</h3>
        <span class="keys">
          {keys.map((key) => (
            <span class={`key ${key}`}>{own[key]}</span>
          ))}
        </span>
      </figcaption>
      {children}
      <details>
        <summary aria-label={`${title}: ${own.table}`}>{own.table}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{own.time}</th>
              {columns.map(([name]) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rowsOf(chart).map((row) => (
              <tr>
                <th scope="row">{timeText(row.at, chart, view)}</th>
                {columns.map(([, text]) => (
                  <td>{text(row)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** Some steps of a chart together: what happened in them is added up, and the rest is as at their end. */
interface TableRow extends SalePoint {
  spanMs: number;
}

const rowsMax = 20;

function rowsOf({ from, to, stepMs, points }: SaleChart): TableRow[] {
  const spanMs = Math.ceil((to - from) / stepMs / rowsMax) * stepMs;
  const rows: TableRow[] = [];
  for (const point of points) {
    const at = Math.floor(point.at / spanMs) * spanMs;
    const last = rows.at(-1);
    if (last?.at !== at) {
      rows.push({ ...point, at, spanMs });
      continue;
    }
    const { orders, refused } = last;
    Object.assign(last, point, {
      ...{ at, orders: orders + point.orders, refused: refused + point.refused },
    });
  }
  return rows;
}

function timeText(at: number, { from, to }: SaleChart, { timeZone }: View): string {
  const [day, time] = localText(at, timeZone).split('T') as [string, string]; // Its form.
  const sameDay = localText(from, timeZone).slice(0, 10) === localText(to, timeZone).slice(0, 10);
  const text = time.endsWith(':00') ? time.slice(0, 5) : time;
  return sameDay ? text : `${day.slice(5)} ${text}`;
}

function labelOf(name: string, { view, chart }: Of): string {
  const own = saleTexts[view.visitor.language];
  const { from, to, stepMs } = chart;
  const unit = stepMs < minuteMs ? 'second' : stepMs < hourMs ? 'minute' : 'hour';
  const units = { second: secondMs, minute: minuteMs, hour: hourMs };
  return fill(own.charts.of, {
    name,
    from: minuteText(from, view),
    to: minuteText(to, view),
    step: fill(own.steps[unit], { n: numberText(stepMs / units[unit], view) }),
  });
}
