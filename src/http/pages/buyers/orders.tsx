/**
 * `/orders` and `/orders/:id`: a user's orders, filled in by the page's script from the API. A single
 * order is there without it.
 */
import { orderId } from '../../../order-id.ts';
import type { AwaitedSale } from '../../../shop/reminders/awaited-sales.ts';
import { Layout, textsOf, type View } from '../layout.tsx';
import { eraseTexts } from './accounts/erase-texts.ts';
import { erasePath } from './accounts/parts.tsx';
import { OrderDetails } from './order/details.tsx';
import { OrderCard, type ShownOrder } from './order-card.tsx';
import { AwaitedList } from './tell/tell.tsx';

interface OrdersProps {
  view: View;
  /** The only order to show; null for all. */
  shown: ShownOrder | null;
  /** The sales that the user waits for. */
  awaited: readonly AwaitedSale[];
  /** Whether this site has a page to pay on. */
  paysHere: boolean;
}

export function OrdersPage({ view, shown, awaited, paysHere }: OrdersProps) {
  const own = textsOf(view);
  const id = shown === null ? null : orderId(shown.itemId, shown.order.n, shown.order.createdAt);
  const title = id === null ? own.myOrders : `${own.orderNumber} ${id}`;
  return (
    <Layout
      view={view}
      title={title}
      description={own.ordersLead}
      isListed={false}
      script="orders.js"
      data={{ orderId: id }}
      noScript={shown === null ? own.noScriptOrders : null}
    >
      <div class="heading">
        <div>
          <h1>{id === null ? own.myOrders : own.orderNumber}</h1>
          <p class="lead">{id ?? own.ordersLead}</p>
        </div>
      </div>
      <AwaitedList view={view} sales={awaited} />
      {shown === null && <Waiting view={view} />}
      <ol class="orders" id="orders">
        {shown !== null && <OrderCard view={view} shown={shown} paysHere={paysHere} />}
      </ol>
      <p class="message" id="message" role="status" aria-live="polite"></p>
      <button type="button" class="secondary" id="more" hidden>
        {own.more}
      </button>
      {shown !== null && <OrderDetails view={view} shown={shown} />}
      <p class="aside">
        {id === null ? (
          <a href={erasePath}>{eraseTexts[view.visitor.language].erase}</a>
        ) : (
          <a href="/orders">{own.allOrders}</a>
        )}
      </p>
      <template id="order">
        <OrderCard view={view} shown={null} paysHere={paysHere} />
      </template>
    </Layout>
  );
}

/** What stands in for a list that the script has not filled in yet, or that has nothing in it. */
function Waiting({ view }: { view: View }) {
  const own = textsOf(view);
  return (
    <>
      <p class="empty" id="loading" role="status">
        {own.loading}
      </p>
      <div class="empty" id="none" hidden>
        <p>{own.noOrders}</p>
        <p>
          <a class="primary" href="/">
            {own.toHome}
          </a>
        </p>
      </div>
    </>
  );
}
