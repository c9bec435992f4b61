/** What a search found: what can be said, and the facts it rests on. */
import { gateRoom } from '../../../../../actors/memory/board.ts';
import { orderStatusNames } from '../../../../../actors/protocol.ts';
import { orderId } from '../../../../order-id.ts';
import {
  admittedAt,
  limitOf,
  type Reason,
  reasonsOf,
  unitsAgainstLimit,
} from '../../../../shop/why-refused/reasons.ts';
import type { Asked, Found } from '../../../../shop/why-refused/search.ts';
import { searchEntriesMax } from '../../../../shop/why-refused/user-events.ts';
import { failures } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { fill } from '../../texts.ts';
import { Columns, ownTexts } from '../frame.tsx';
import { type SearchTexts, searchTexts } from './search-texts.ts';

interface ResultProps {
  view: View;
  asked: Asked;
  found: Found;
}

export function Result({ view, asked, found }: ResultProps) {
  const own = searchTexts[view.visitor.language];
  const { item, user } = asked;
  return (
    <section class="result-of">
      <h2>{fill(own.resultOf, { user, title: item.title })}</h2>
      <h3>{own.answer}</h3>
      <ul class="reasons">
        {reasonsOf(found.facts).map((reason) => (
          <li class={reason.key}>{reasonText(reason, view)}</li>
        ))}
      </ul>
      <div class="tables">
        <Facts view={view} asked={asked} found={found} />
        <Refusals view={view} asked={asked} found={found} />
      </div>
      <Orders view={view} itemId={item.id} found={found} />
      <Steps view={view} found={found} />
    </section>
  );
}

function Facts({ view, asked, found }: ResultProps) {
  const own = searchTexts[view.visitor.language];
  const { facts, history } = found;
  const units = unitsAgainstLimit(facts);
  const { promo, row, soldOutAt } = facts;
  const rows: [string, unknown][] = [
    [own.stands, standingText(facts, view)],
    [own.admitted, promo === null ? '–' : admittedText(found, view)],
    [own.againstLimit, fill(own.ofLimit, { units, limit: limitOf(facts) })],
    [own.unitsLeft, row.left],
    [own.journal, <JournalRead own={own} asked={asked} history={history} />],
  ];
  if (promo !== null) {
    const { gateFactor, left, outstanding } = row;
    const gate = fill(own.gateText, { gateFactor, left, outstanding, room: gateRoom(row) });
    rows.splice(2, 0, [own.gate, gate]);
  }
  if (soldOutAt !== null) rows.splice(-1, 0, [own.soldOutSince, minuteText(soldOutAt, view)]);
  return (
    <table class="numbers">
      <caption>{own.facts}</caption>
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

function standingText({ standing }: Found['facts'], view: View): string {
  if (standing === null) return '–';
  const { ahead, waiting, until } = standing;
  const told = { place: ahead + 1, waiting, until: minuteText(until, view) };
  return fill(searchTexts[view.visitor.language].standings[standing.state], told);
}

function admittedText({ facts }: Found, view: View): string {
  const own = searchTexts[view.visitor.language];
  const at = admittedAt(facts);
  if (at !== null) return fill(own.yesAt, { time: minuteText(at, view) });
  return facts.readAll ? own.no : own.unknown;
}

/** What the journal has of the user, step by step. */
function Steps({ view, found }: Omit<ResultProps, 'asked'>) {
  const own = searchTexts[view.visitor.language];
  const { events } = found.history;
  if (events.length === 0) return null;
  return (
    <table class="board">
      <caption>{own.steps}</caption>
      <Columns names={[own.step, own.stepAt, own.entry]} />
      <tbody>
        {events.map(({ type, at, seq }) => (
          <tr>
            <th scope="row">{own.stepNames[type]}</th>
            <td data-label={own.stepAt}>{minuteText(at, view)}</td>
            <td data-label={own.entry}>{seq}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function JournalRead(props: { own: SearchTexts; asked: Asked; history: Found['history'] }) {
  const { own, asked, history } = props;
  const { from, to, last } = history;
  const link = (first: number) =>
    `/admin/search?item=${asked.item.id}&user=${asked.user}&from=${first}`;
  return (
    <>
      {fill(to < from ? own.readNone : own.readText, { from, to, last })}
      {from > 1 && <a href={link(Math.max(1, from - searchEntriesMax))}>{own.earlier}</a>}
      {to < last && <a href={link(to + 1)}>{own.later}</a>}
    </>
  );
}

function Refusals({ view, found }: ResultProps) {
  const { language } = view.visitor;
  const own = searchTexts[language];
  const { live } = ownTexts(view);
  const counts = Object.entries(found.refused);
  return (
    <table class="refusals">
      <caption>
        {own.refusals} <span class="hint">{own.refusalsHint}</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">{live.code}</th>
          <th scope="col">{live.reason}</th>
          <th scope="col">{live.count}</th>
        </tr>
      </thead>
      <tbody>
        {counts.length === 0 && (
          <tr>
            <td colspan={3}>{own.noRefusals}</td>
          </tr>
        )}
        {counts.map(([code, count]) => (
          <tr>
            <th scope="row">{code}</th>
            <td>{failures[Number(code) as keyof typeof failures][language]}</td>
            <td>{count}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Orders({ view, itemId, found }: { view: View; itemId: number; found: Found }) {
  const own = searchTexts[view.visitor.language];
  const { orders } = found.facts;
  if (orders.length === 0) {
    return (
      <>
        <h3>{own.orders}</h3>
        <p>{own.noOrders}</p>
      </>
    );
  }
  return (
    <>
      <table class="board">
        <caption>{own.orders}</caption>
        <Columns names={[own.order, own.placedAt, own.amount, own.status, own.changedAt]} />
        <tbody>
          {orders.map(({ n, createdAt, amount, status, paidAt, closedAt }) => (
            <tr>
              <th scope="row">
                <a href={`/admin/orders/${orderId(itemId, n, createdAt)}`}>
                  {orderId(itemId, n, createdAt)}
                </a>
              </th>
              <td data-label={own.placedAt}>{minuteText(createdAt, view)}</td>
              <td data-label={own.amount}>{amount}</td>
              <td data-label={own.status}>{own.statuses[orderStatusNames[status]]}</td>
              <td data-label={own.changedAt}>
                {paidAt + closedAt === 0 ? '–' : minuteText(paidAt || closedAt, view)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.cut && <p class="hint">{own.cut}</p>}
    </>
  );
}

/** Values of reasons that are times, in milliseconds since 1970 UTC. */
const times = new Set(['at', 'until', 'opens']);

function reasonText({ key, ...values }: Reason, view: View): string {
  const own = searchTexts[view.visitor.language];
  const told = Object.entries(values).map(([name, value]) => {
    if (!times.has(name)) return [name, value ?? 0];
    return [name, value === null ? '' : minuteText(value, view)];
  });
  return fill(own.reasons[key], Object.fromEntries(told)).replaceAll(/（）| (?=[,:])/g, '');
}
