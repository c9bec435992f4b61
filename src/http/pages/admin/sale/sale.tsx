/** `/admin/sales/:promoId`: one sale, before it, while it is on, and after it. */
import type { Sale } from '../../../../shop/sale/read-sale.ts';
import { warningText } from '../../../wire/promo-texts.ts';
import type { View } from '../../layout.tsx';
import { Frame, Notice } from '../frame.tsx';
import { actionsOf, type SaleAction } from './actions.ts';
import { Charts } from './charts.tsx';
import { Figures, Summary } from './figures.tsx';
import { Refusals } from './refusals.tsx';
import { saleTexts } from './sale-texts.ts';
import { Stand } from './stand.tsx';
import { Terms } from './terms.tsx';

export interface SalePageProps {
  view: View;
  sale: Sale;
  /** Refusals of the item by code. */
  refusals: Record<string, number>;
  /** See `Summary`. */
  buyers: number | null;
  /** What was done just now, or why not. */
  notice: { text: string; isError: boolean } | null;
}

export function SalePage(props: SalePageProps) {
  const { view, sale, notice } = props;
  const own = saleTexts[view.visitor.language];
  const { promo, item, state } = sale;
  const isDraft = state.status === 'draft';
  const data = { selection: String(item.id) };
  return (
    <Frame
      view={view}
      title={promo.name}
      script={isDraft ? 'admin.js' : 'admin-sale.js'}
      data={data}
      styles={['admin-sale.css']}
    >
      <div class="heading">
        <div>
          <p class="eyebrow">
            <a href={`/admin/items/${item.id}`}>{item.title}</a>
          </p>
          <h1>{promo.name}</h1>
          <div data-part="stand">
            <Stand view={view} sale={sale} />
          </div>
        </div>
        {!isDraft && <p class="live-state" data-live role="status"></p>}
      </div>
      {notice !== null && <Notice {...notice} />}
      {isDraft && sale.warnings.length > 0 && (
        <ul class="warnings">
          {sale.warnings.map((warning) => (
            <li>{warningText(warning, view.visitor.language)}</li>
          ))}
        </ul>
      )}
      <div data-part="actions">
        <Actions view={view} sale={sale} />
      </div>
      {!isDraft && <LiveParts {...props} />}
      <Terms view={view} sale={sale} />
      <p class="links">
        <a href={`/items/${item.id}`}>{own.inShop}</a>
        <a href={`/admin/orders?promo=${promo.id}`}>{own.orders}</a>
        {!isDraft && <a href={`/admin/sales/${promo.id}/report`}>{own.report.link}</a>}
      </p>
    </Frame>
  );
}

/** What changes while the page is open: the same markup, for a script that puts it in place of the old. */
export function SaleParts({ view, sale, refusals, buyers }: Omit<SalePageProps, 'notice'>) {
  return (
    <div>
      <div data-part="stand">
        <Stand view={view} sale={sale} />
      </div>
      <div data-part="actions">
        <Actions view={view} sale={sale} />
      </div>
      <LiveParts view={view} sale={sale} refusals={refusals} buyers={buyers} />
    </div>
  );
}

function LiveParts({ view, sale, refusals, buyers }: Omit<SalePageProps, 'notice'>) {
  const { status } = sale.state;
  return (
    <>
      <div data-part="figures">
        {status === 'ended' ? (
          <Summary view={view} sale={sale} buyers={buyers} />
        ) : (
          <Figures view={view} sale={sale} />
        )}
      </div>
      <div data-part="charts">
        <Charts view={view} sale={sale} />
      </div>
      <div data-part="refusals">
        <Refusals view={view} sale={sale} counts={refusals} />
      </div>
    </>
  );
}

/** What is mostly wanted next. */
const goesOn = new Set<SaleAction>(['publish', 'resume']);

function Actions({ view, sale }: { view: View; sale: Sale }) {
  const own = saleTexts[view.visitor.language];
  const { promo, state } = sale;
  const actions = actionsOf(sale, view.now);
  if (actions.length === 0) return null;
  const path = `/admin/sales/${promo.id}`;
  return (
    <nav class="sale-actions" aria-label={own.actions}>
      {actions.map((action) => (
        <a class={goesOn.has(action) ? 'primary' : 'secondary'} href={`${path}/${action}`}>
          {own.names[action]}
        </a>
      ))}
      {state.status === 'draft' && (
        <a class="secondary" href={`${path}/edit`}>
          {own.names.edit}
        </a>
      )}
    </nav>
  );
}
