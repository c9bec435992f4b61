/** What has become of an order, step by step. */
import type { OrderHistory, OrderStep } from '../../../../shop/orders/order-history.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { Columns } from '../frame.tsx';
import { moneyTexts } from './money-texts.ts';
import { orderTexts } from './order-texts.ts';

export function History({ view, history }: { view: View; history: OrderHistory }) {
  const own = orderTexts[view.visitor.language];
  const { steps, partition, isRead } = history;
  return (
    <section>
      <h2>{own.history}</h2>
      {!isRead && (
        <p class="notice" role="status">
          {own.unread}
        </p>
      )}
      <table class="board history">
        <Columns names={[own.step, own.at, own.by, own.entry]} />
        <tbody>
          {steps.map((step) => (
            <tr>
              <th scope="row">
                {own.steps[step.type]}
                <span class="hint">{detailsOf(view, step)}</span>
              </th>
              <td data-label={own.at}>{minuteText(step.at, view)}</td>
              <td data-label={own.by}>{whoOf(view, step, isRead)}</td>
              <td data-label={own.entry}>
                {step.seq === null ? '–' : fill(own.entryOf, { partition, seq: step.seq })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function detailsOf(view: View, { due, mark, reference, type }: OrderStep): string {
  const own = orderTexts[view.visitor.language];
  const { reasons } = moneyTexts[view.visitor.language];
  return [
    ...(due === null ? [] : [money(due.amountMinor, view)]),
    ...(due === null || type === 'dueSettled' ? [] : [reasons[due.reason]]),
    ...(mark === null ? [] : [mark === 'late' ? own.late : own.backOnSale]),
    ...(reference === null ? [] : [fill(own.ofReference, { reference })]),
  ].join(' · ');
}

/** Without a name it was the buyer, unless nothing tells. */
function whoOf(view: View, { type, by, seq }: OrderStep, isRead: boolean): string {
  const { people } = orderTexts[view.visitor.language];
  if (type === 'expired') return people.nobody;
  if (by === 'webhook') return people.webhook;
  if (by !== null) return by;
  return type === 'placed' || (isRead && seq !== null) ? people.buyer : '–';
}
