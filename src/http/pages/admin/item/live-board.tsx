/** The charts and tables of one item, kept up to date by its stream of events. */
import type { View } from '../../layout.tsx';
import { fill } from '../../texts.ts';
import type { AdminTexts } from '../admin-texts.ts';
import { ownTexts } from '../frame.tsx';

type Name = keyof AdminTexts['live'];

/** What each chart shows: series that the script knows, in the order of their strokes. */
const charts = [
  { title: 'left', series: ['left'] },
  { title: 'ordersPerSecond', series: ['ordersPerSecond'] },
  { title: 'refusedPerSecond', series: ['refusedPerSecond'] },
] as const satisfies readonly ChartProps['chart'][];

const numbers = [
  ...['loaded', 'sold', 'held', 'left', 'orders', 'ordersPerSecond', 'admitted'],
  ...['outstanding', 'room', 'waiting', 'refundsDue', 'refused', 'refusedPerSecond'],
] as Name[]; // Each is one of the names.

/** Of the item's partition and its copies. */
const behind = { title: 'behind', series: ['sqlBehind', 'replicaBehind'] } as const;
const engineNumbers: readonly Name[] = [
  ...(['mode', 'journal', 'sql', 'sqlBehind', 'replica', 'replicaBehind'] as const),
];

export function LiveBoard({ view, itemId }: { view: View; itemId: number }) {
  const { live: own, item: words } = ownTexts(view);
  return (
    <section class="live" data-item={itemId}>
      <div class="live-units">
        <svg
          class="shares"
          data-shares
          role="img"
          aria-label={own.shares}
          viewBox="0 0 100 10"
          preserveAspectRatio="none"
        ></svg>
        <ul class="legend">
          {(['sold', 'heldShort', 'left'] as const).map((name) => (
            <li>
              <span class={`swatch ${name === 'heldShort' ? 'held' : name}`}></span>
              {own[name]} <b data-value={name === 'heldShort' ? 'held' : name}>–</b>
            </li>
          ))}
        </ul>
      </div>
      <div class="charts">
        {charts.map((chart) => (
          <Chart own={own} chart={chart} />
        ))}
      </div>
      <div class="tables">
        <Numbers own={own} caption={words.numbers} names={numbers} />
        <table class="refusals">
          <caption>{words.refusals}</caption>
          <thead>
            <tr>
              <th scope="col">{own.code}</th>
              <th scope="col">{own.reason}</th>
              <th scope="col">{own.count}</th>
            </tr>
          </thead>
          <tbody data-refusals></tbody>
        </table>
      </div>
      <details class="of-engine">
        <summary>{own.ofEngine}</summary>
        <div class="tables">
          <Numbers own={own} caption={own.ofEngine} names={engineNumbers} />
          <Chart own={own} chart={behind} />
        </div>
      </details>
    </section>
  );
}

interface ChartProps {
  own: AdminTexts['live'];
  chart: { title: Name; series: readonly Name[] };
}

function Chart({ own, chart: { title, series } }: ChartProps) {
  return (
    <figure>
      <figcaption>
        {own[title]}
        {series.length > 1 ? (
          series.map((name, index) => (
            <span class="key">
              <svg viewBox="0 0 24 4" aria-hidden="true">
                <path class={`stroke-${index}`} d="M0 2 H24" />
              </svg>
              {own[name]}
            </span>
          ))
        ) : (
          <b data-value={title}>–</b>
        )}
      </figcaption>
      <svg
        class="chart"
        data-chart={series.join(' ')}
        role="img"
        aria-label={fill(own.chart, { name: own[title] })}
      ></svg>
    </figure>
  );
}

interface NumbersProps {
  own: AdminTexts['live'];
  caption: string;
  names: readonly Name[];
}

function Numbers({ own, caption, names }: NumbersProps) {
  return (
    <table class="numbers">
      <caption>{caption}</caption>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{own.measure}</th>
          <th scope="col">{own.value}</th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr>
            <th scope="row">{own[name]}</th>
            <td data-value={name}>–</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
