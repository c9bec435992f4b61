/** `/admin/orders/:orderId`: one order, and what a merchant does with it by hand. */
import { type OrderView, orderStatus, orderStatusNames } from '../../../../../actors/protocol.ts';
import { orderId } from '../../../../order-id.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { Frame, Notice } from '../frame.tsx';
import { type MoneyTexts, moneyTexts } from './money-texts.ts';

interface OrderProps {
  view: View;
  itemId: number;
  order: OrderView;
  notice: { text: string; isError: boolean } | null;
}

export function OrderPage({ view, itemId, order, notice }: OrderProps) {
  const own = moneyTexts[view.visitor.language];
  const id = orderId(itemId, order.n, order.createdAt);
  return (
    <Frame view={view} title={fill(own.orderTitle, { id })}>
      <div class="heading">
        <div>
          <h1>{fill(own.orderTitle, { id })}</h1>
          <p class="lead">{own.statuses[orderStatusNames[order.status]]}</p>
        </div>
      </div>
      {notice !== null && <Notice text={notice.text} isError={notice.isError} />}
      <Facts view={view} itemId={itemId} order={order} />
      <Changes own={own} id={id} order={order} />
    </Frame>
  );
}

function Facts({ view, itemId, order }: Omit<OrderProps, 'notice'>) {
  const own = moneyTexts[view.visitor.language];
  const { user, amount, unitPrice, createdAt, payBy, paidAt, closedAt, toRefund } = order;
  const search = `/admin/search?item=${itemId}&user=${user}`;
  const rows = [
    [own.item, <a href={`/admin/items/${itemId}`}>{itemId}</a>],
    [own.user, <a href={search}>{user}</a>],
    [own.total, `${amount} × ${money(unitPrice, view)} = ${money(amount * unitPrice, view)}`],
    [own.placedAt, minuteText(createdAt, view)],
    [own.payBy, minuteText(payBy, view)],
    ...(paidAt === 0 ? [] : [[own.paidAt, minuteText(paidAt, view)]]),
    ...(closedAt === 0 ? [] : [[own.closedAt, minuteText(closedAt, view)]]),
    ...(toRefund === 0 ? [] : [[own.due, <a href="/admin/refunds">{money(toRefund, view)}</a>]]),
  ];
  return (
    <table class="numbers">
      <tbody>
        {rows.map(([name, value]) => (
          <tr>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Changes({ own, id, order }: { own: MoneyTexts; id: string; order: OrderView }) {
  const { status } = order;
  const isPlaced = status === orderStatus.placed;
  const mayBePaid = isPlaced || status === orderStatus.expired;
  const isPaid = status === orderStatus.paid;
  if (!mayBePaid && !isPaid) return null;
  return (
    <section class="by-hand">
      <h2>{own.byHand}</h2>
      <p class="hint">{own.byHandHint}</p>
      {mayBePaid && (
        <form method="post" action={`/admin/orders/${id}/pay`} data-once>
          <Reference own={own} form="pay" />
          <button type="submit" class="primary">
            {own.pay}
          </button>
        </form>
      )}
      {isPlaced && (
        <form method="post" action={`/admin/orders/${id}/cancel`} data-once>
          <button type="submit" class="secondary">
            {own.cancel}
          </button>
        </form>
      )}
      {isPaid && (
        <form method="post" action={`/admin/orders/${id}/refund`} data-once>
          <Reference own={own} form="refund" />
          <label class="check">
            <input type="checkbox" name="backOnSale" value="on" /> {own.backOnSale}
          </label>
          <button type="submit" class="primary">
            {own.refund}
          </button>
        </form>
      )}
    </section>
  );
}

function Reference({ own, form }: { own: MoneyTexts; form: string }) {
  const id = `${form}-reference`;
  return (
    <div class="field">
      <label for={id}>{own.ownReference}</label>
      <input id={id} name="reference" maxlength={64} />
    </div>
  );
}
