/** `/admin/items`: every item's books, live. */
import { FindForm, type ListPage, listPath, Pages } from '../item-list.tsx';
import type { View } from '../layout.tsx';
import { money } from '../money.ts';
import { fill } from '../texts.ts';
import { Frame, Heading, ownTexts } from './frame.tsx';

interface ListedItem {
  id: number;
  title: string;
  price: number;
  status: 'none' | 'pending' | 'running' | 'paused' | 'ended';
  promo: { id: number; name: string } | null;
}

/** A page of the items, newest first. */
interface ShownList extends ListPage {
  items: ListedItem[];
  /** Of all items ever opened. */
  total: number;
}

interface ItemsProps {
  view: View;
  list: ShownList;
}

export function ItemsPage({ view, list }: ItemsProps) {
  const { items, search, hidden, isFirst } = list;
  const texts = ownTexts(view);
  const own = texts.items;
  const data = { selection: items.map(({ id }) => id).join('-') };
  const isEmpty = items.length === 0 && search === null && hidden === 0 && isFirst;
  return (
    <Frame view={view} title={own.title} script="admin-live.js" data={data}>
      <Heading title={own.title} lead={fill(own.lead, { n: list.total })}>
        <p class="live-state" data-live role="status"></p>
        {!isEmpty && (
          <a class="primary" href="/admin/items/new">
            {texts.menu.newItem}
          </a>
        )}
      </Heading>
      {!isEmpty && (
        <FindForm path="/admin/items" search={search} label={own.search} submit={own.find} />
      )}
      {hidden > 0 && <p class="notice">{fill(own.hidden, { n: hidden })}</p>}
      {isEmpty ? (
        <div class="empty">
          <p>{own.none}</p>
          <p>
            <a class="primary" href="/admin/items/new">
              {texts.menu.newItem}
            </a>
          </p>
        </div>
      ) : (
        <ItemTable view={view} items={items} />
      )}
      <Pages
        list={list}
        pathOf={(cursor) => listPath('/admin/items', { q: search, cursor })}
        label={own.pages}
        toFirst={own.newest}
        toNext={own.older}
      />
    </Frame>
  );
}

function ItemTable({ view, items }: { view: View; items: ListedItem[] }) {
  const { items: own, live, item: words } = ownTexts(view);
  const numbers = ['left', 'heldShort', 'sold', 'ordersPerSecond', 'refused'] as const;
  return (
    <table class="board">
      <caption class="visually-hidden">{own.title}</caption>
      <thead>
        <tr>
          <th scope="col">{own.item}</th>
          <th scope="col">{words.units}</th>
          {numbers.map((name) => (
            <th scope="col">{live[name]}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map(({ id, title, price, status, promo }) => (
          <tr data-item={id} data-states={id}>
            <th scope="row">
              <a href={`/admin/items/${id}`}>{title}</a>
              <span class="hint">
                {promo === null ? (
                  `${money(price, view)} · ${words.none}`
                ) : (
                  <>
                    {promo.name} ·{' '}
                    <span data-promo={promo.id} data-state={status}>
                      {words[status]}
                    </span>
                  </>
                )}
              </span>
            </th>
            <td class="wide">
              <svg
                class="shares"
                data-shares
                aria-hidden="true"
                viewBox="0 0 100 10"
                preserveAspectRatio="none"
              ></svg>
            </td>
            {numbers.map((name) => (
              <td data-label={live[name]} data-value={name === 'heldShort' ? 'held' : name}>
                –
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
