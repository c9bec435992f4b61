/** `/orders/:id/receipt`: what was bought and paid, to be printed. */
import { orderStatus } from '../../../../../actors/protocol.ts';
import { orderId } from '../../../../order-id.ts';
import { Layout, type View } from '../../layout.tsx';
import { namedMinuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import type { ShownOrder } from '../order-card.tsx';
import { ownOrderTexts } from './order-texts.ts';

interface ReceiptProps {
  view: View;
  shown: ShownOrder;
  /** The payment's name at its provider; null where it has none, or SQL is away. */
  reference: string | null;
}

export function ReceiptPage({ view, shown, reference }: ReceiptProps) {
  const own = ownOrderTexts[view.visitor.language];
  const { itemId, title, order } = shown;
  const { amount, unitPrice, createdAt, paidAt, closedAt, status } = order;
  const id = orderId(itemId, order.n, createdAt);
  const isRefunded = status === orderStatus.refunded;
  const total = `${money(amount * unitPrice, view)} ${view.currency}`;
  const rows: [string, string][] = [
    [own.item, title],
    [own.units, String(amount)],
    [own.unitPrice, money(unitPrice, view)],
    [own.total, total],
    [own.paidAt, namedMinuteText(paidAt, view)],
    ...(isRefunded ? [[own.refundedAt, namedMinuteText(closedAt, view)] as [string, string]] : []),
    [own.orderNumber, id],
    ...(reference === null ? [] : [[own.reference, reference] as [string, string]]),
  ];
  return (
    <Layout
      view={view}
      title={`${own.receipt} ${id}`}
      description={own.receipt}
      isListed={false}
      ownStyles={['receipt.css']}
      noScript={null}
    >
      <article class="receipt">
        <h1>{own.receipt}</h1>
        <p class="lead">{fill(own.receiptLead, { id })}</p>
        {isRefunded && <p class="badge">{own.isRefunded}</p>}
        <table>
          <tbody>
            {rows.map(([name, value]) => (
              <tr class={name === own.total ? 'sum' : undefined}>
                <th scope="row">{name}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </article>
      <p class="hint unprinted">{own.print}</p>
      <p class="aside unprinted">
        <a href={`/orders/${id}`}>{own.back}</a>
      </p>
    </Layout>
  );
}
