/** One order as its buyer sees it: made by the server, or an empty one that the page's script fills in. */
import { type OrderView, orderStatusNames } from '../../../../actors/protocol.ts';
import { orderId } from '../../../order-id.ts';
import { textsOf, type View } from '../layout.tsx';
import { namedMinuteText } from '../minute-text.ts';
import { money } from '../money.ts';
import { fill, scriptTexts } from '../texts.ts';

export interface ShownOrder {
  itemId: number;
  /** The item's. */
  title: string;
  order: OrderView;
}

interface OrderCardProps {
  view: View;
  /** Null for an empty one. */
  shown: ShownOrder | null;
  /** Whether this site has a page to pay on. */
  paysHere: boolean;
}

/** The words of one order; those of an empty card are none. */
function wordsOf(view: View, shown: ShownOrder | null) {
  if (shown === null) return null;
  const own = scriptTexts[view.visitor.language];
  const { itemId, title, order } = shown;
  const status = orderStatusNames[order.status];
  const at = new Date(order.createdAt);
  return {
    ...{ itemId, title, status, id: orderId(itemId, order.n, order.createdAt) },
    statusText: own[status],
    amount: `${order.amount} × ${money(order.unitPrice, view)}`,
    total: money(order.amount * order.unitPrice, view),
    time: { machine: at.toISOString(), people: namedMinuteText(order.createdAt, view) },
    refund: order.toRefund > 0 ? fill(own.toRefund, { amount: money(order.toRefund, view) }) : '',
  };
}

export function OrderCard({ view, shown, paysHere }: OrderCardProps) {
  const own = textsOf(view);
  const words = wordsOf(view, shown);
  const id = words?.id ?? '';
  return (
    <li class="order" data-state={words?.status}>
      <p class="badge" data-status>
        {words?.statusText}
      </p>
      <h2>
        <a href={words === null ? '/' : `/items/${words.itemId}`} data-title>
          {words?.title ?? '…'}
        </a>
      </h2>
      <p class="amount" data-amount>
        {words?.amount}
      </p>
      <p class="total" data-total>
        {words?.total}
      </p>
      <dl>
        <div>
          <dt>{own.orderNumber}</dt>
          <dd>
            <a href={`/orders/${id}`} data-id>
              {words?.id ?? '…'}
            </a>
          </dd>
        </div>
        <div>
          <dt>{own.placedAt}</dt>
          <dd>
            <time data-time datetime={words?.time.machine}>
              {words?.time.people}
            </time>
          </dd>
        </div>
      </dl>
      <p class="refund" data-refund hidden={(words?.refund ?? '') === ''}>
        {words?.refund}
      </p>
      <div class="actions" data-actions hidden={words !== null && words.status !== 'placed'}>
        <p class="left" data-left></p>
        {/* It takes a script, which shows it. */}
        <button type="button" class="secondary" data-cancel hidden>
          {own.cancelOrder}
        </button>
        {paysHere ? (
          <a class="primary" href={`/demo/pay/${id}`} data-pay>
            {own.payNow}
          </a>
        ) : (
          <p class="elsewhere">{own.payElsewhere}</p>
        )}
      </div>
      <p class="message" data-message role="status" aria-live="polite"></p>
    </li>
  );
}
