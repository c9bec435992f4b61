/** `/admin/orders/:orderId`: one order, and what a merchant does with it by hand. */
import { type OrderView, orderStatus, orderStatusNames } from '../../../../../actors/protocol.ts';
import { orderId } from '../../../../order-id.ts';
import type { OrderHistory } from '../../../../shop/orders/order-history.ts';
import type { View } from '../../layout.tsx';
import { minuteText, namedMinuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { Frame, Notice } from '../frame.tsx';
import { Buyer, type Buyers } from '../orders/buyers.tsx';
import { ordersTexts } from '../orders/orders-texts.ts';
import { type MoneyTexts, moneyTexts } from './money-texts.ts';
import { History } from './order-history.tsx';
import { orderTexts } from './order-texts.ts';

export interface OrderProps {
  view: View;
  itemId: number;
  order: OrderView;
  /** Null where the catalogue does not have them, or is away. */
  names: { item: string | null; promo: string | null };
  buyers: Buyers;
  history: OrderHistory;
  notice: { text: string; isError: boolean } | null;
}

export function OrderPage(props: OrderProps) {
  const { view, itemId, order, history, notice } = props;
  const own = moneyTexts[view.visitor.language];
  const id = orderId(itemId, order.n, order.createdAt);
  const status = orderStatusNames[order.status];
  return (
    <Frame view={view} styles={['admin-orders.css']} title={fill(own.orderTitle, { id })}>
      <p class="aside">
        <a href="/admin/orders">{orderTexts[view.visitor.language].back}</a>
      </p>
      <div class="heading">
        <div>
          <h1>{fill(own.orderTitle, { id })}</h1>
          <p class="lead">
            <span class="badge" data-state={status}>
              {own.statuses[status]}
            </span>
          </p>
        </div>
      </div>
      {notice !== null && <Notice text={notice.text} isError={notice.isError} />}
      <Facts {...props} />
      <History view={view} history={history} />
      <Changes view={view} own={own} id={id} order={order} />
    </Frame>
  );
}

function Facts({ view, itemId, order, names, buyers }: OrderProps) {
  const { language } = view.visitor;
  const [own, words, lists] = [moneyTexts[language], orderTexts[language], ordersTexts[language]];
  const { user, promo, amount, unitPrice, createdAt, payBy, paidAt, closedAt, toRefund } = order;
  const numbered = (n: number) => fill(lists.number, { n });
  const rows = [
    [own.item, <a href={`/admin/items/${itemId}`}>{names.item ?? numbered(itemId)}</a>],
    [words.sale, promo === 0 ? lists.normalPrice : (names.promo ?? numbered(promo))],
    [
      lists.buyer,
      <>
        <Buyer view={view} id={user} buyers={buyers} />
        <a href={`/admin/search?item=${itemId}&user=${user}`} class="hint">
          {words.whyRefused}
        </a>
      </>,
    ],
    [own.total, `${amount} × ${money(unitPrice, view)} = ${money(amount * unitPrice, view)}`],
    [own.placedAt, namedMinuteText(createdAt, view)],
    ...(paidAt === 0 ? [[own.payBy, minuteText(payBy, view)]] : []),
    ...(paidAt === 0 ? [] : [[own.paidAt, minuteText(paidAt, view)]]),
    ...(closedAt === 0 ? [] : [[own.closedAt, minuteText(closedAt, view)]]),
    ...(toRefund === 0 ? [] : [[own.due, <a href="/admin/refunds">{money(toRefund, view)}</a>]]),
  ];
  return (
    <table class="numbers order-facts">
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

interface ChangesProps {
  view: View;
  own: MoneyTexts;
  id: string;
  order: OrderView;
}

/** Each is asked for, and done only when it is confirmed: none can be taken back. */
function Changes({ view, own, id, order }: ChangesProps) {
  const { status, amount, unitPrice } = order;
  const isPlaced = status === orderStatus.placed;
  const mayBePaid = isPlaced || status === orderStatus.expired;
  const isPaid = status === orderStatus.paid;
  if (!mayBePaid && !isPaid) return null;
  const words = orderTexts[view.visitor.language];
  const total = money(amount * unitPrice, view);
  return (
    <section class="by-hand">
      <h2>{own.byHand}</h2>
      <p class="hint">{own.byHandHint}</p>
      {mayBePaid && (
        <details>
          <summary>{words.payAsk}</summary>
          <form method="post" action={`/admin/orders/${id}/pay`} data-once>
            <p>{fill(words.payTells, { total })}</p>
            <Reference own={own} form="pay" />
            <button type="submit" class="primary">
              {words.paySure}
            </button>
          </form>
        </details>
      )}
      {isPlaced && (
        <details>
          <summary>{words.cancelAsk}</summary>
          <form method="post" action={`/admin/orders/${id}/cancel`} data-once>
            <p>{words.cancelTells}</p>
            <button type="submit" class="primary">
              {words.cancelSure}
            </button>
          </form>
        </details>
      )}
      {isPaid && (
        <details>
          <summary>{words.refundAsk}</summary>
          <form method="post" action={`/admin/orders/${id}/refund`} data-once>
            <p>{fill(words.refundTells, { total })}</p>
            <Reference own={own} form="refund" />
            <label class="check">
              <input type="checkbox" name="backOnSale" value="on" /> {own.backOnSale}
            </label>
            <button type="submit" class="primary">
              {fill(words.refundSure, { total })}
            </button>
          </form>
        </details>
      )}
    </section>
  );
}

function Reference({ own, form }: { own: MoneyTexts; form: string }) {
  const id = `${form}-reference`;
  return (
    <div class="field">
      <label for={id}>{own.ownReference}</label>
      <input id={id} name="reference" maxlength={64} autocomplete="off" />
    </div>
  );
}
