/** A checkout as payment providers show it: what for, how much, yes or no. */
import { orderStatus, orderStatusNames } from '../../../../../actors/protocol.ts';
import { orderId } from '../../../../order-id.ts';
import { Layout, type View } from '../../layout.tsx';
import { money } from '../../money.ts';
import { fill, scriptTexts } from '../../texts.ts';
import type { ShownOrder } from '../order-card.tsx';
import { checkoutTexts } from './checkout-texts.ts';

interface CheckoutProps {
  view: View;
  shown: ShownOrder;
  /** The payment's name, the same however often the form is sent. */
  payment: string;
  /** The shop could not be told of the payment. */
  unreached?: boolean;
}

export function CheckoutPage({ view, shown, payment, unreached = false }: CheckoutProps) {
  const { language } = view.visitor;
  const own = checkoutTexts[language];
  const { itemId, order, title } = shown;
  const id = orderId(itemId, order.n, order.createdAt);
  const rows = [
    [own.item, title],
    [own.amount, `${order.amount} × ${money(order.unitPrice, view)}`],
    [own.order, id],
  ];
  const total = money(order.amount * order.unitPrice, view);
  return (
    <Layout
      view={view}
      title={own.title}
      description={own.demo}
      isListed={false}
      menu=""
      noScript={null}
    >
      <section class="checkout" aria-labelledby="provider">
        <p class="notice">{own.demo}</p>
        <h1 id="provider">{own.provider}</h1>
        <p class="lead">{own.to}</p>
        <dl>
          {rows.map(([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          <div class="total">
            <dt>{own.total}</dt>
            <dd>{total}</dd>
          </div>
        </dl>
        {unreached && (
          <p class="notice error" role="alert">
            {own.unreached}
          </p>
        )}
        {order.status === orderStatus.placed ? (
          <form method="post" action={`/demo/pay/${id}`}>
            <input type="hidden" name="payment" value={payment} />
            <button type="submit" class="primary" name="choice" value="pay">
              {fill(own.pay, { amount: total })}
            </button>
            <button type="submit" class="secondary" name="choice" value="decline">
              {own.decline}
            </button>
          </form>
        ) : (
          <>
            <p>
              {fill(own.nothingToPay, {
                status: scriptTexts[language][orderStatusNames[order.status]],
              })}
            </p>
            <p>
              <a class="primary" href={`/orders/${id}`}>
                {own.back}
              </a>
            </p>
          </>
        )}
      </section>
    </Layout>
  );
}
