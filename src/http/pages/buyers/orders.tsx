/** `/orders` and `/orders/:id`: a user's orders, filled in by the page's script from the API. */
import { Layout, textsOf, type View } from '../layout.tsx';

interface OrdersProps {
  view: View;
  /** The only order to show; null for all. */
  orderId: string | null;
}

export function OrdersPage({ view, orderId }: OrdersProps) {
  const own = textsOf(view);
  const title = orderId === null ? own.myOrders : `${own.orderNumber} ${orderId}`;
  return (
    <Layout
      view={view}
      title={title}
      description={own.ordersLead}
      isListed={false}
      script="orders.js"
      data={{ orderId }}
    >
      <div class="heading">
        <div>
          <h1>{orderId === null ? own.myOrders : own.orderNumber}</h1>
          <p class="lead">{own.ordersLead}</p>
        </div>
      </div>
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
      <ol class="orders" id="orders"></ol>
      <p class="message" id="message" role="status" aria-live="polite"></p>
      <button type="button" class="secondary" id="more" hidden>
        {own.more}
      </button>
      {orderId !== null && (
        <p class="aside">
          <a href="/orders">{own.allOrders}</a>
        </p>
      )}
      <template id="order">
        <li class="order">
          <p class="badge" data-status></p>
          <h2>
            <a href="/" data-title>
              …
            </a>
          </h2>
          <p class="amount" data-amount></p>
          <p class="total" data-total></p>
          <dl>
            <div>
              <dt>{own.orderNumber}</dt>
              <dd>
                <a href="/orders" data-id>
                  …
                </a>
              </dd>
            </div>
            <div>
              <dt>{own.placedAt}</dt>
              <dd>
                <time data-time></time>
              </dd>
            </div>
          </dl>
          <div class="actions" data-actions>
            <p class="left" data-left></p>
            <button type="button" class="secondary" data-cancel>
              {own.cancelOrder}
            </button>
            <button type="button" class="primary" data-pay>
              {own.payNow}
            </button>
          </div>
          <p class="message" data-message role="status" aria-live="polite"></p>
        </li>
      </template>
    </Layout>
  );
}
