/** What came of a sale so far, in numbers; and, once it is over, in a summary. */
import type { Child } from 'hono/jsx';
import type { Sale } from '../../../../shop/sale/read-sale.ts';
import { languageTag, type View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { type SaleTexts, saleTexts } from './sale-texts.ts';
import { durationText } from './stand.tsx';

/** A number as its reader writes it. */
export function numberText(value: number, { visitor }: View, digits = 0): string {
  const format = { maximumFractionDigits: digits };
  return new Intl.NumberFormat(languageTag(visitor), format).format(value);
}

interface Figure {
  name: keyof SaleTexts['figures'];
  value: string;
  hint?: string | undefined;
}

export function Figures({ view, sale }: { view: View; sale: Sale }) {
  const own = saleTexts[view.visitor.language];
  return (
    <section class="figures" aria-labelledby="figures">
      <h2 id="figures" class="visually-hidden">
        {own.figuresTitle}
      </h2>
      <dl>
        {figuresOf(sale, view).map(({ name, value, hint }) => (
          <div class={name === 'takings' || name === 'sold' ? 'main' : ''}>
            <dt>{own.figures[name]}</dt>
            <dd>
              <b data-figure={name}>{value}</b>
              {hint !== undefined && <small>{hint}</small>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function figuresOf({ promo, row, state, isShown, figures }: Sale, view: View): Figure[] {
  const own = saleTexts[view.visitor.language];
  const { sold, held, paidMinor, refundedMinor, admitted, joined, now, peak } = figures;
  const number = (value: number) => numberText(value, view);
  const isOn = state.status === 'running' || state.status === 'paused';
  const refunded =
    refundedMinor === 0
      ? undefined
      : fill(own.hints.takings, { refunded: money(refundedMinor, view) });
  const shown: Figure[] = [
    { name: 'sold', value: number(sold) },
    { name: 'takings', value: money(paidMinor - refundedMinor, view), hint: refunded },
    { name: 'held', value: number(held), hint: held > 0 ? own.hints.held : undefined },
    { name: 'expected', value: money(held * promo.price, view) },
    {
      name: 'left',
      value: number(row.left),
      hint: fill(own.hints.of, { n: number(row.loaded) }),
    },
  ];
  if (isShown && state.status !== 'ended' && (promo.queue !== 'off' || joined > 0)) {
    shown.push({ name: 'waiting', value: number(row.waiting) });
  }
  if (isShown && isOn) shown.push({ name: 'outstanding', value: number(row.outstanding) });
  shown.push({ name: 'admitted', value: number(admitted) });
  if (isOn) shown.push({ name: 'now', value: numberText(now, view, 1) });
  shown.push({ name: 'peak', value: number(peak) });
  return shown;
}

/** After the sale, in place of its figures. */
interface SummaryProps {
  view: View;
  sale: Sale;
  /** Users who placed an order, where a report has counted them since the sale was over. */
  buyers: number | null;
}

export function Summary({ view, sale, buyers }: SummaryProps) {
  const { summary, summaryTitle, summaryOpen, report } = saleTexts[view.visitor.language];
  const { promo, row, state, figures } = sale;
  const { soldOutAt, peak, admitted, refused, orders, refundedUnits, refundedMinor } = figures;
  const number = (value: number) => numberText(value, view);
  const restMs = state.endAt + promo.payWindowS * 1000;
  const refunds = { units: number(refundedUnits), money: money(refundedMinor, view) };
  const orderCounts = {
    paid: number(figures.sold + refundedUnits),
    cancelled: number(figures.cancelled),
    expired: number(figures.expired),
  };
  return (
    <section class="panel summary" aria-labelledby="summary">
      <h2 id="summary">{summaryTitle}</h2>
      <dl>
        <Row name={summary.units} value={number(figures.sold)} />
        <Row name={summary.takings} value={money(figures.paidMinor - refundedMinor, view)} />
        <Row name={summary.orders} value={number(orders)}>
          {orders > 0 && <small>{fill(summary.ordersText, orderCounts)}</small>}
        </Row>
        <Row
          name={summary.buyers}
          value={buyers === null ? summary.buyersUnknown : number(buyers)}
        />
        <Row
          name={summary.refunds}
          value={refundedUnits === 0 ? summary.none : fill(summary.refundsText, refunds)}
        />
        <Row
          name={summary.soldOut}
          value={
            soldOutAt === null
              ? fill(summary.notSoldOut, { n: number(row.left) })
              : durationText(Math.max(0, soldOutAt - promo.startAt), view)
          }
        />
        <Row name={summary.peak} value={number(peak)} />
        <Row name={summary.admitted} value={number(admitted)} />
        <Row name={summary.refused} value={number(refused)} />
      </dl>
      <p class="to-report">
        <a class="secondary" href={`/admin/sales/${promo.id}/report`}>
          {report.link}
        </a>
      </p>
      {figures.held > 0 && (
        <p class="hint">{fill(summaryOpen, { time: minuteText(restMs, view) })}</p>
      )}
    </section>
  );
}

function Row({ name, value, children }: { name: string; value: string; children?: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b> {children}
      </dd>
    </div>
  );
}
