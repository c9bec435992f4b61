/** `/admin/refunds`: what must go back to buyers, oldest first, each with the button that says that it has. */
import type { RefundDue } from '../../../../db/refunds-due.ts';
import type { RefundWork } from '../../../../shop/payments/refunds-due.ts';
import { listPath, Pages } from '../../item-list.tsx';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { Columns, Frame, Heading, Notice } from '../frame.tsx';
import { Buyer, type Buyers } from '../orders/buyers.tsx';
import { moneyTexts } from './money-texts.ts';

const path = '/admin/refunds';

interface RefundsProps {
  view: View;
  work: RefundWork;
  buyers: Buyers;
  /** The titles of items, as far as the catalogue has them. */
  titles: ReadonlyMap<number, string>;
  isFirst: boolean;
  notice: { text: string; isError: boolean } | null;
}

type TableProps = Pick<RefundsProps, 'view' | 'buyers' | 'titles'> & { refunds: RefundDue[] };

export function RefundsPageOf(props: RefundsProps) {
  const { view, work, isFirst, notice } = props;
  const own = moneyTexts[view.visitor.language];
  const { count, amountMinor } = work.sum;
  const isEmpty = count === 0 && work.refunds.length === 0;
  return (
    <Frame view={view} styles={['admin-orders.css']} title={own.refunds}>
      <Heading title={own.refunds} lead={own.refundsLead} />
      {notice !== null && <Notice text={notice.text} isError={notice.isError} />}
      {isEmpty ? (
        <p class="empty">{own.none}</p>
      ) : (
        <>
          <p class="refund-sum">{fill(own.sum, { n: count, amount: money(amountMinor, view) })}</p>
          <Due {...props} refunds={work.refunds} />
        </>
      )}
      <Pages
        list={{ next: work.next, isFirst }}
        pathOf={(cursor) => listPath(path, { cursor })}
        label={own.pages}
        toFirst={own.first}
        toNext={own.next}
      />
      {work.settled.length > 0 && <Settled {...props} refunds={work.settled} />}
    </Frame>
  );
}

function Due({ refunds, ...shown }: TableProps) {
  const own = moneyTexts[shown.view.visitor.language];
  const columns = [own.amount, own.order, own.user, own.reason, own.since, own.refundReference];
  return (
    <table class="board refunds">
      <caption class="visually-hidden">{own.refunds}</caption>
      <Head columns={columns} />
      <tbody>
        {refunds.map((due) => (
          <tr>
            <About {...shown} due={due} />
            <td data-label={own.since}>{minuteText(due.at, shown.view)}</td>
            <td data-label={own.refundReference}>
              <Settle view={shown.view} due={due} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Settled({ refunds, ...shown }: TableProps) {
  const own = moneyTexts[shown.view.visitor.language];
  const columns = [own.amount, own.order, own.user, own.reason, own.settledAt, own.settledBy];
  return (
    <section class="settled">
      <h2>{own.lastSettled}</h2>
      <table class="board refunds">
        <Head columns={columns} />
        <tbody>
          {refunds.map((due) => (
            <tr>
              <About {...shown} due={due} />
              <td data-label={own.settledAt}>{minuteText(due.settledAt ?? due.at, shown.view)}</td>
              <td data-label={own.settledBy}>
                {due.settledBy}
                <span class="hint">{due.settledReference}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Head({ columns }: { columns: readonly string[] }) {
  return <Columns names={columns} />;
}

/** What came, for which order, of whom, and why it must go back. */
function About({ view, buyers, titles, due }: Omit<TableProps, 'refunds'> & { due: RefundDue }) {
  const own = moneyTexts[view.visitor.language];
  const { orderId, itemId, userId, amountMinor, reason, reference } = due;
  return (
    <>
      <th scope="row">{money(amountMinor, view)}</th>
      <td class="name" data-label={own.order}>
        {orderId === null ? '–' : <a href={`/admin/orders/${orderId}`}>{orderId}</a>}
        <span class="hint">{titles.get(itemId)}</span>
      </td>
      <td class="buyer" data-label={own.user}>
        {userId === null ? '–' : <Buyer view={view} id={userId} buyers={buyers} />}
      </td>
      <td class="name" data-label={own.reason}>
        {own.reasons[reason]}
        <span class="hint">{reference}</span>
      </td>
    </>
  );
}

function Settle({ view, due: { id, amountMinor } }: { view: View; due: RefundDue }) {
  const own = moneyTexts[view.visitor.language];
  const amount = money(amountMinor, view);
  return (
    <form method="post" action={`${path}/${id}/settle`} class="settle" data-once>
      <input
        name="reference"
        aria-label={fill(own.settleReference, { id })}
        maxlength={64}
        autocomplete="off"
      />
      <button type="submit" class="secondary" aria-label={fill(own.settleOf, { id, amount })}>
        {own.settle}
      </button>
    </form>
  );
}
