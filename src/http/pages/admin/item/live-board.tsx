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
  { title: 'behind', series: ['sqlBehind', 'replicaBehind'] },
] as const satisfies readonly { title: Name; series: readonly Name[] }[];

const numbers = [
  ...['loaded', 'sold', 'held', 'left', 'orders', 'ordersPerSecond', 'admitted'],
  ...['outstanding', 'room', 'waiting', 'refundsDue'],
  ...['refused', 'refusedPerSecond', 'mode', 'journal', 'sql', 'sqlBehind', 'replica'],
  'replicaBehind',
] as Name[]; // Each is one of the names.

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
        {charts.map(({ title, series }) => (
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
        ))}
      </div>
      <div class="tables">
        <table class="numbers">
          <caption>{words.numbers}</caption>
          <thead class="visually-hidden">
            <tr>
              <th scope="col">{own.measure}</th>
              <th scope="col">{own.value}</th>
            </tr>
          </thead>
          <tbody>
            {numbers.map((name) => (
              <tr>
                <th scope="row">{own[name]}</th>
                <td data-value={name}>–</td>
              </tr>
            ))}
          </tbody>
        </table>
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
    </section>
  );
}
