/** `/admin/refunds`: what must go back to buyers, each with the button that says that it has. */
import type { RefundDue } from '../../../../db/refunds-due.ts';
import type { RefundsPage } from '../../../../shop/payments/refunds-due.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { Frame, Notice } from '../frame.tsx';
import { moneyTexts } from './money-texts.ts';

interface RefundsProps {
  view: View;
  listed: RefundsPage;
  isFirst: boolean;
  notice?: { text: string; isError: boolean } | null;
}

export function RefundsPageOf({ view, listed, isFirst, notice = null }: RefundsProps) {
  const own = moneyTexts[view.visitor.language];
  const columns = [own.amount, own.order, own.user, own.reason, own.reference, own.since];
  return (
    <Frame view={view} title={own.refunds}>
      <div class="heading">
        <div>
          <h1>{own.refunds}</h1>
          <p class="lead">{own.refundsLead}</p>
        </div>
      </div>
      {notice !== null && <Notice text={notice.text} isError={notice.isError} />}
      {listed.refunds.length === 0 ? (
        <p class="empty">{own.none}</p>
      ) : (
        <table class="board refunds">
          <thead>
            <tr>
              {[...columns, own.refundReference].map((name) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {listed.refunds.map((due) => (
              <Row view={view} due={due} />
            ))}
          </tbody>
        </table>
      )}
      {(!isFirst || listed.next !== null) && (
        <nav class="pages" aria-label={own.pages}>
          {!isFirst && <a href="/admin/refunds">{own.newest}</a>}
          {listed.next !== null && (
            <a href={`/admin/refunds?cursor=${encodeURIComponent(listed.next)}`}>{own.next}</a>
          )}
        </nav>
      )}
    </Frame>
  );
}

function Row({ view, due }: { view: View; due: RefundDue }) {
  const own = moneyTexts[view.visitor.language];
  const { id, orderId, userId, amountMinor, reason, reference, at } = due;
  const amount = money(amountMinor, view);
  return (
    <tr>
      <th scope="row">{amount}</th>
      <td data-label={own.order}>
        {orderId === null ? '–' : <a href={`/admin/orders/${orderId}`}>{orderId}</a>}
      </td>
      <td data-label={own.user}>{userId ?? '–'}</td>
      <td data-label={own.reason}>{own.reasons[reason]}</td>
      <td data-label={own.reference}>{reference ?? '–'}</td>
      <td data-label={own.since}>{minuteText(at, view)}</td>
      <td data-label={own.refundReference}>
        <form method="post" action={`/admin/refunds/${id}/settle`} class="settle" data-once>
          <input name="reference" aria-label={fill(own.settleReference, { id })} maxlength={64} />
          <button type="submit" class="secondary" aria-label={fill(own.settleOf, { id, amount })}>
            {own.settle}
          </button>
        </form>
      </td>
    </tr>
  );
}
