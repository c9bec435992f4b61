/** `/orders`: a user's orders, filled in by the page's script from the API. */
import { Layout, textsOf, type View } from '../layout.tsx';

export function OrdersPage({ view }: { view: View }) {
  const own = textsOf(view);
  return (
    <Layout view={view} title={own.myOrders} script="orders.js">
      <div class="heading">
        <div>
          <h1>{own.myOrders}</h1>
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
              <dd data-id></dd>
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
