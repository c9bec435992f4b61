/** `/admin`: the merchant's sales, and their calendar. */
import { saleStatus } from '../../../../../actors/memory/board.ts';
import {
  currentSales,
  type ListedSale,
  type PastSales,
  pastSales,
  type SaleLists,
  saleListMax,
  salesWithin,
} from '../../../../shop/sale-lists.ts';
import type { AppParts } from '../../../parts.ts';
import type { View } from '../../layout.tsx';
import { minuteText, spanText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import type { Made } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { Columns, Frame, Heading } from '../frame.tsx';
import { Calendar } from './calendar.tsx';
import { dayOf, type Month, monthAt, monthOf, rangeOf } from './month.ts';
import { salesTexts } from './sales-texts.ts';

type Query = Record<string, string>;

export async function salesPage(parts: AppParts, view: View, query: Query): Promise<Made> {
  const month = monthOf(query.month ?? '') ?? monthAt(view.now, view.timeZone);
  const { from, to } = rangeOf(month, view.timeZone);
  const asked = query.past ?? null;
  const [lists, found, inMonth] = await Promise.all([
    currentSales(parts),
    pastSales(parts, asked),
    salesWithin(parts, from, to),
  ]);
  // What is no cursor is answered with the latest.
  const past = found ?? (await pastSales(parts, null))!;
  const of = { view, lists, past, month, inMonth, isFirst: asked === null || found === null };
  return { page: <SalesPage {...of} board={parts.board} /> };
}

interface SalesProps {
  view: View;
  lists: SaleLists;
  past: PastSales;
  /** Of the past ones. */
  isFirst: boolean;
  month: Month;
  inMonth: ListedSale[];
  board: AppParts['board'];
}

function SalesPage({ view, lists, past, isFirst, month, inMonth, board }: SalesProps) {
  const own = salesTexts[view.visitor.language];
  const { running, coming, drafts } = lists;
  const { to: tomorrow } = dayOf(view.now, view.timeZone);
  const today = coming.filter(({ promo }) => promo.startAt < tomorrow);
  const later = coming.filter(({ promo }) => promo.startAt >= tomorrow);
  const isEmpty = [running, coming, drafts, past.sales].every(({ length }) => length === 0);
  const items = [...new Set(running.map(({ promo }) => promo.itemId))];
  // What runs is shown as it changes.
  const live =
    items.length === 0 ? {} : { script: 'admin-live.js', data: { selection: items.join('-') } };
  return (
    <Frame view={view} title={own.title} {...live}>
      <Heading title={own.title}>
        {running.length > 0 && <p class="live-state" data-live role="status"></p>}
        <a class="primary" href="/admin/sales/new">
          {own.newSale}
        </a>
      </Heading>
      {isEmpty ? (
        <p class="empty">{own.none}</p>
      ) : (
        <>
          <section class="sales">
            <h2>{own.running}</h2>
            {running.length === 0 ? (
              <p class="hint">
                {own.noneRunning}{' '}
                {coming[0] !== undefined &&
                  fill(own.nextStarts, { time: minuteText(coming[0].promo.startAt, view) })}
              </p>
            ) : (
              <RunningTable view={view} sales={running} board={board} />
            )}
          </section>
          <Part view={view} title={own.today} sales={today} />
          <Part view={view} title={own.next} sales={later} />
          <Part view={view} title={own.drafts} sales={drafts} />
          <Calendar view={view} month={month} sales={inMonth} />
          <section class="sales" id="past">
            <h2>{own.past}</h2>
            {past.sales.length === 0 ? (
              <p class="hint">{own.nonePast}</p>
            ) : (
              <SaleTable view={view} sales={past.sales} />
            )}
            <nav class="pages" aria-label={own.past}>
              {!isFirst && <a href="/admin#past">{own.newest}</a>}
              {past.next !== null && (
                <a rel="next" href={`/admin?past=${past.next}#past`}>
                  {own.older}
                </a>
              )}
            </nav>
          </section>
        </>
      )}
    </Frame>
  );
}

interface PartProps {
  view: View;
  title: string;
  sales: ListedSale[];
}

/** Nothing where there are none. */
function Part({ view, title, sales }: PartProps) {
  if (sales.length === 0) return null;
  const own = salesTexts[view.visitor.language];
  return (
    <section class="sales">
      <h2>{title}</h2>
      <SaleTable view={view} sales={sales} />
      {sales.length >= saleListMax && <p class="hint">{fill(own.full, { n: saleListMax })}</p>}
    </section>
  );
}

function SaleTable({ view, sales }: { view: View; sales: ListedSale[] }) {
  const own = salesTexts[view.visitor.language];
  return (
    <table class="board">
      <Columns names={[own.sale, own.time, own.price, own.state]} />
      <tbody>
        {sales.map((sale) => (
          <tr>
            <SaleName sale={sale} />
            <td class="wide" data-label={own.time}>
              {timesText(sale, view)}
            </td>
            <td data-label={own.price}>{money(sale.promo.price, view)}</td>
            <td data-label={own.state}>
              <span class="state" data-state={sale.status}>
                {own.states[sale.status]}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RunningTable({
  view,
  sales,
  board,
}: Pick<SalesProps, 'view' | 'board'> & { sales: ListedSale[] }) {
  const own = salesTexts[view.visitor.language];
  const numbers = ['left', 'held', 'sold'] as const;
  return (
    <table class="board">
      <Columns names={[own.sale, own.time, own.state, own.left, own.held, own.sold]} />
      <tbody>
        {sales.map((sale) => {
          const row = board.read(sale.promo.itemId)!; // Whatever runs is on it.
          const status = saleStatus(row, view.now);
          return (
            <tr data-item={sale.promo.itemId} data-states={sale.promo.itemId}>
              <SaleName sale={sale} />
              <td class="wide" data-label={own.time}>
                {timesText(sale, view)}
              </td>
              <td data-label={own.state}>
                <span class="state" data-promo={sale.promo.id} data-state={status}>
                  {own.states[sale.status]}
                </span>
              </td>
              {numbers.map((name) => (
                <td data-label={own[name]} data-value={name}>
                  {row[name]}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function SaleName({ sale: { promo, itemTitle } }: { sale: ListedSale }) {
  return (
    <th scope="row">
      <a href={`/admin/sales/${promo.id}`}>{promo.name}</a>
      <span class="hint">{itemTitle}</span>
    </th>
  );
}

function timesText({ promo, endAt }: ListedSale, view: View): string {
  return spanText(promo.startAt, endAt, view);
}
