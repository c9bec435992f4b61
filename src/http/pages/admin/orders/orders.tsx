/** `/admin/orders`: every order, by filters. */
import { orderStatusNames } from '../../../../../actors/protocol.ts';
import { encodeCursor } from '../../../../db/sql.ts';
import type { FoundOrder, FoundPage } from '../../../../shop/orders/found-orders.ts';
import { listPath, Pages } from '../../item-list.tsx';
import type { View } from '../../layout.tsx';
import { minuteText } from '../../minute-text.ts';
import { money } from '../../money.ts';
import { fill } from '../../texts.ts';
import { TimeField } from '../forms/time-field.tsx';
import { Columns, Field, Frame, Heading } from '../frame.tsx';
import { moneyTexts } from '../money/money-texts.ts';
import type { Asked } from './asked.ts';
import { Buyer, type Buyers } from './buyers.tsx';
import { type Choice, choiceText } from './choices.ts';
import { ordersTexts } from './orders-texts.ts';

const path = '/admin/orders';

/** Orders in one page. */
export const shownOrders = 50;

interface OrdersProps {
  view: View;
  asked: Asked;
  /** Null where a filter is wrong. */
  found: FoundPage | null;
  buyers: Buyers;
  isFirst: boolean;
}

export function OrdersPage(props: OrdersProps) {
  const { view, asked, found } = props;
  const own = ordersTexts[view.visitor.language];
  const isAll = Object.keys(asked.query).length === 0 && Object.keys(asked.errors).length === 0;
  const isEmpty = found !== null && found.orders.length === 0 && found.next === null;
  const hasNone = isEmpty && isAll && props.isFirst;
  return (
    <Frame view={view} styles={['admin-orders.css']} title={own.title}>
      <Heading title={own.title} lead={own.lead} />
      {hasNone ? (
        <p class="empty">{own.none}</p>
      ) : (
        <>
          <Filters view={view} asked={asked} isAll={isAll} />
          {isEmpty && (
            <div class="empty">
              <p>{own.noneFits}</p>
              <p>
                <a class="secondary" href={path}>
                  {own.clear}
                </a>
              </p>
            </div>
          )}
          {found !== null && !isEmpty && <Found {...props} found={found} />}
        </>
      )}
    </Frame>
  );
}

function Filters({ view, asked, isAll }: { view: View; asked: Asked; isAll: boolean }) {
  const own = ordersTexts[view.visitor.language];
  const { statuses } = moneyTexts[view.visitor.language];
  const { values, errors, offered, query } = asked;
  const filled = { values, errors, message: null };
  const form = 'orders';
  const times = (['from', 'to'] as const).map((name) => {
    const at = Date.parse(query[name] ?? '');
    // A link has a moment, in no field's form: it is shown as the field would.
    const isLink = values[`${name}Zone`] === undefined && Number.isFinite(at);
    const shown = isLink ? { ...filled, values: without(values, name) } : filled;
    return { name, filled: shown, at: isLink ? at : undefined };
  });
  return (
    <search>
      <details class="filter-box" open={!isAll}>
        <summary>{own.filters}</summary>
        <form method="get" action={path} class="filters" aria-label={own.filters}>
          <Field
            {...{ form, filled, name: 'item', label: own.item, hint: own.itemHint }}
            input={{ list: 'items', autocomplete: 'off' }}
          />
          <Options id="items" choices={offered.items} />
          <Field
            {...{ form, filled, name: 'promo', label: own.promo, hint: own.promoHint }}
            input={{ list: 'promos', autocomplete: 'off' }}
          />
          <Options id="promos" choices={offered.promos} />
          <Field
            {...{ form, filled, name: 'buyer', label: own.buyer, hint: own.buyerHint }}
            input={{ autocomplete: 'off' }}
          />
          <Field
            {...{ form, filled, name: 'status', label: own.status }}
            options={{
              '': own.anyStatus,
              ...Object.fromEntries(orderStatusNames.map((name) => [name, statuses[name]])),
            }}
          />
          {times.map(({ name, filled: shown, at }) => (
            <div>
              <TimeField {...{ view, form, name, at }} filled={shown} label={own[name]} />
            </div>
          ))}
          <Field
            {...{ form, filled, name: 'q', label: own.q, hint: own.qHint }}
            input={{ type: 'search', maxlength: 25, autocomplete: 'off' }}
          />
          <div class="do">
            <button type="submit" class="primary">
              {own.find}
            </button>
            {!isAll && (
              <a class="secondary" href={path}>
                {own.clear}
              </a>
            )}
          </div>
        </form>
      </details>
    </search>
  );
}

function without(values: Record<string, string>, name: string): Record<string, string> {
  const { [name]: _, ...others } = values;
  return others;
}

function Options({ id, choices }: { id: string; choices: readonly Choice[] }) {
  return (
    <datalist id={id}>
      {choices.map((choice) => (
        <option value={choiceText(choice)} />
      ))}
    </datalist>
  );
}

function Found({ view, asked, found, buyers, isFirst }: OrdersProps & { found: FoundPage }) {
  const own = ordersTexts[view.visitor.language];
  const { query } = asked;
  const { orders, next } = found;
  const cursor = next === null ? null : encodeCursor(next);
  const isShort = next !== null && orders.length < shownOrders;
  return (
    <>
      <p class="exports">
        {own.exportAs}{' '}
        {(['csv', 'jsonl'] as const).map((format) => (
          <a href={listPath(`${path}.${format}`, query)} download>
            {own[format]}
          </a>
        ))}
      </p>
      {orders.length > 0 && <Table view={view} orders={orders} buyers={buyers} />}
      {isShort && (
        <p class="notice" role="status">
          {fill(own.soFar, { time: minuteText(next.createdAt, view) })}
        </p>
      )}
      <Pages
        list={{ next: cursor, isFirst }}
        pathOf={(cursor) => listPath(path, { ...linked(query), cursor })}
        label={own.pages}
        toFirst={own.newest}
        toNext={isShort ? own.goOn : own.older}
      />
    </>
  );
}

/** The filters as this page reads them. */
function linked({ user, ...query }: Record<string, string>): Record<string, string> {
  return user === undefined ? query : { ...query, buyer: user };
}

function Table({ view, orders, buyers }: { view: View; orders: FoundOrder[]; buyers: Buyers }) {
  const own = ordersTexts[view.visitor.language];
  const columns = [own.order, own.item, own.buyer, own.amount, own.status];
  return (
    <table class="board order-list">
      <caption class="visually-hidden">{own.title}</caption>
      <Columns names={columns} />
      <tbody>
        {orders.map((order) => (
          <Row view={view} order={order} buyers={buyers} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ view, order, buyers }: { view: View; order: FoundOrder; buyers: Buyers }) {
  const own = ordersTexts[view.visitor.language];
  const { statuses } = moneyTexts[view.visitor.language];
  const { id, itemId, itemTitle, promoId, promoName, status, amount, unitPrice } = order;
  const sale = promoId === 0 ? own.normalPrice : (promoName ?? fill(own.number, { n: promoId }));
  return (
    <tr>
      <th scope="row">
        <a href={`${path}/${id}`}>{id}</a>
        <span class="hint">{minuteText(order.createdAt, view)}</span>
      </th>
      <td class="name" data-label={own.item}>
        {itemTitle ?? fill(own.number, { n: itemId })}
        <span class="hint">{sale}</span>
      </td>
      <td class="buyer" data-label={own.buyer}>
        <Buyer view={view} id={order.userId} buyers={buyers} />
      </td>
      <td class="sum" data-label={own.amount}>
        {money(order.total, view)}
        <span class="hint">{fill(own.units, { amount, price: money(unitPrice, view) })}</span>
      </td>
      <td data-label={own.status}>
        <span class="badge" data-state={status}>
          {statuses[status]}
        </span>
      </td>
    </tr>
  );
}
