/** `/admin/search`: what can be told of one buyer and one item. */
import * as v from 'valibot';
import { itemIdMax } from '../../../../../actors/limits.ts';
import { orderStatusNames } from '../../../../../actors/protocol.ts';
import { normalTelephone } from '../../../../accounts/telephone.ts';
import { orderId } from '../../../../order-id.ts';
import { type Reason, reasonsOf, unitsAgainstLimit } from '../../../../shop/why-refused/reasons.ts';
import { type Asked, type Found, search } from '../../../../shop/why-refused/search.ts';
import { searchEntriesMax } from '../../../../shop/why-refused/user-events.ts';
import type { AppParts } from '../../../parts.ts';
import { idField } from '../../../wire/body.ts';
import { failures } from '../../../wire/messages.ts';
import type { View } from '../../layout.tsx';
import type { Made } from '../../page.tsx';
import { fill } from '../../texts.ts';
import { Field, type Filled, Frame, Notice, ownTexts } from '../frame.tsx';
import { minuteText } from '../item.tsx';
import { type SearchTexts, searchTexts } from './search-texts.ts';

type Query = Record<string, string>;

const itemSchema = idField(itemIdMax);
const numberSchema = idField(Number.MAX_SAFE_INTEGER);

export async function searchPage(parts: AppParts, view: View, query: Query): Promise<Made> {
  const own = searchTexts[view.visitor.language];
  const made = (props: Partial<SearchProps>, status: 200 | 400 | 503 = 200): Made => ({
    page: <SearchPage view={view} values={query} errors={{}} message={null} {...props} />,
    status,
  });
  if (query.item === undefined || query.user === undefined) return made({});
  const { asked, errors } = await askedOf(parts, view, query as { item: string; user: string });
  if (asked === null) return made({ errors }, 400);
  try {
    const found = await search(parts, asked);
    return found === null ? made({ message: own.busy }, 503) : made({ asked, found });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parts.logError('search failed', { item: asked.item.id, error: text });
    return made({ message: own.unread }, 503);
  }
}

/** What a search is about, or what is wrong with its fields. */
async function askedOf(
  { board, catalog, sql }: AppParts,
  view: View,
  { item: itemText, user: userText, from: fromText }: { item: string; user: string; from?: string },
): Promise<{ asked: Asked | null; errors: Record<string, string> }> {
  const own = searchTexts[view.visitor.language];
  const { bounds } = ownTexts(view);
  const errors: Record<string, string> = {};
  const id = v.safeParse(itemSchema, itemText.trim());
  const row = id.success ? board.read(id.output) : null;
  const item = row === null ? null : await catalog.item(Number(id.output));
  if (item === null) errors.item = id.success ? own.unknownItem : bounds.item;
  const number = v.safeParse(numberSchema, userText.trim());
  let user = number.success ? number.output : null;
  if (user === null) {
    const telephone = normalTelephone(userText.trim());
    const known = telephone === null ? null : await sql.users.byTelephone(telephone);
    user = known?.user.id ?? null;
    if (user === null) errors.user = telephone === null ? bounds.user : own.unknownUser;
  }
  const from = v.safeParse(numberSchema, fromText);
  if (item === null || row === null || user === null) return { asked: null, errors };
  return { asked: { item, row, user, from: from.success ? from.output : null }, errors };
}

interface SearchProps extends Filled {
  view: View;
  asked?: Asked;
  found?: Found;
}

function SearchPage({ view, values, errors, message, asked, found }: SearchProps) {
  const own = searchTexts[view.visitor.language];
  const filled = { values, errors, message };
  const whole = { required: true, inputmode: 'numeric' };
  return (
    <Frame view={view} title={own.title}>
      <div class="heading">
        <div>
          <h1>{own.title}</h1>
          <p class="lead">{own.lead}</p>
        </div>
      </div>
      <Notice text={message} isError />
      <form method="get" action="/admin/search" class="search">
        <Field form="search" name="item" label={own.item} filled={filled} input={whole} />
        <Field
          form="search"
          name="user"
          label={own.user}
          filled={filled}
          input={{ required: true }}
        />
        <button type="submit" class="primary">
          {own.submit}
        </button>
      </form>
      {asked !== undefined && found !== undefined && (
        <Result view={view} asked={asked} found={found} />
      )}
    </Frame>
  );
}

interface ResultProps {
  view: View;
  asked: Asked;
  found: Found;
}

function Result({ view, asked, found }: ResultProps) {
  const own = searchTexts[view.visitor.language];
  const { item, user } = asked;
  return (
    <section class="result-of">
      <h2>{fill(own.resultOf, { user, title: item.title })}</h2>
      <h3>{own.answer}</h3>
      <ul class="reasons">
        {reasonsOf(found.facts).map((reason) => (
          <li class={reason.key}>{reasonText(reason, own)}</li>
        ))}
      </ul>
      <div class="tables">
        <Facts view={view} asked={asked} found={found} />
        <Refusals view={view} asked={asked} found={found} />
      </div>
      <Orders own={own} itemId={item.id} found={found} />
    </section>
  );
}

function Facts({ view, asked, found }: ResultProps) {
  const own = searchTexts[view.visitor.language];
  const { facts, history } = found;
  const units = unitsAgainstLimit(facts);
  const { promo, row, soldOutAt } = facts;
  const rows: [string, unknown][] = [
    [own.admitted, promo === null ? '–' : admittedText(found, own)],
    [
      own.againstLimit,
      fill(promo === null ? own.noLimit : own.ofLimit, { units, limit: promo?.limit ?? 0 }),
    ],
    [own.unitsLeft, row.left],
    [own.journal, <JournalRead own={own} asked={asked} history={history} />],
  ];
  if (promo !== null) {
    const gate = promo.gateFactor * row.loaded;
    rows.splice(2, 0, [own.gate, fill(own.gateText, { admitted: row.promoAdmitted, gate })]);
  }
  if (soldOutAt !== null) rows.splice(-1, 0, [own.soldOutSince, minuteText(soldOutAt)]);
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

function admittedText({ facts }: Found, own: SearchTexts): string {
  const { admittedAt, admissionKept, readAll } = facts;
  if (admittedAt !== null) return fill(own.yesAt, { time: minuteText(admittedAt) });
  if (admissionKept) return own.yes;
  return readAll ? own.no : own.unknown;
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

function Orders({ own, itemId, found }: { own: SearchTexts; itemId: number; found: Found }) {
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
        <thead>
          <tr>
            {[own.order, own.placedAt, own.amount, own.status, own.changedAt].map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {orders.map(({ n, createdAt, amount, status, paidAt, closedAt }) => (
            <tr>
              <th scope="row">{orderId(itemId, n, createdAt)}</th>
              <td data-label={own.placedAt}>{minuteText(createdAt)}</td>
              <td data-label={own.amount}>{amount}</td>
              <td data-label={own.status}>{own.statuses[orderStatusNames[status]]}</td>
              <td data-label={own.changedAt}>
                {paidAt + closedAt === 0 ? '–' : minuteText(paidAt || closedAt)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.cut && <p class="hint">{own.cut}</p>}
    </>
  );
}

function reasonText({ key, ...values }: Reason, own: SearchTexts): string {
  const told = Object.entries(values).map(([name, value]) => {
    if (name !== 'at') return [name, value ?? 0];
    return [name, value === null ? '' : minuteText(value)];
  });
  return fill(own.reasons[key], Object.fromEntries(told)).replaceAll(/（）| (?=[,:])/g, '');
}
