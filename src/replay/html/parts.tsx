/** Small parts that a report is put together from. */
import type { Child } from 'hono/jsx';

/** A chart with its text above and its table beside it. */
export function Figure(props: { title: string; note: Child; chart: Child; table: Child }) {
  const { title, note, chart, table } = props;
  return (
    <figure>
      <figcaption>
        <h4>{title}</h4>
        <p>{note}</p>
      </figcaption>
      <div class="beside">
        {chart}
        {table}
      </div>
    </figure>
  );
}

/** A table; the first column names the row. Columns named in `left` are texts, the others numbers. */
export function Table(props: {
  caption: string;
  head: readonly string[];
  rows: readonly (readonly Child[])[];
  left?: readonly number[];
}) {
  const { caption, head, rows, left = [0] } = props;
  const kind = (column: number) => (left.includes(column) ? 'text' : 'number');
  return (
    <section class="table" tabindex={0} aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((cell, column) => (
              <th scope="col" class={kind(column)}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...rest]) => (
            <tr>
              <th scope="row" class={kind(0)}>
                {first}
              </th>
              {rest.map((cell, column) => (
                <td class={kind(column + 1)}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The figures to read first. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
