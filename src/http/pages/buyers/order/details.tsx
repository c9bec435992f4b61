/** What a buyer may want to know of one order beside its card: what happens next, when what happened, the receipt. */
import { type OrderView, orderStatus, orderStatusNames } from '../../../../../actors/protocol.ts';
import { orderId } from '../../../../order-id.ts';
import type { View } from '../../layout.tsx';
import type { ShownOrder } from '../order-card.tsx';
import { Timed } from '../timed.tsx';
import { ownOrderTexts } from './order-texts.ts';

/** Whether money has paid for an order: only then there is a receipt. */
export function hasReceipt({ status }: OrderView): boolean {
  return status === orderStatus.paid || status === orderStatus.refunded;
}

export function OrderDetails({ view, shown }: { view: View; shown: ShownOrder }) {
  const own = ownOrderTexts[view.visitor.language];
  const { itemId, order } = shown;
  const { createdAt, payBy, paidAt, closedAt, status } = order;
  const id = orderId(itemId, order.n, createdAt);
  const isRefunded = status === orderStatus.refunded;
  const times: [string, number][] = [
    [own.placedAt, createdAt],
    ...(status === orderStatus.placed ? [[own.payBy, payBy] as [string, number]] : []),
    ...(paidAt === 0 ? [] : [[own.paidAt, paidAt] as [string, number]]),
    ...(closedAt === 0
      ? []
      : [[isRefunded ? own.refundedAt : own.closedAt, closedAt] as [string, number]]),
  ];
  return (
    <section class="own-order">
      <h2>{own.next}</h2>
      {/* The card's script may move the order on: the style sheet shows what then happens next. */}
      <div class="next">
        {orderStatusNames.map((name) => (
          <p data-next={name}>
            <Timed view={view} text={own.nextOf[name]} at={payBy} />
          </p>
        ))}
      </div>
      {hasReceipt(order) && (
        <p>
          <a class="secondary" href={`/orders/${id}/receipt`}>
            {own.showReceipt}
          </a>
        </p>
      )}
      <h2>{own.times}</h2>
      <dl>
        {times.map(([name, at]) => (
          <div>
            <dt>{name}</dt>
            <dd>
              <Timed view={view} text="{time}" at={at} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
