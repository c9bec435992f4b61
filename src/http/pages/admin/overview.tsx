/** `/admin`: every item's books, live, and whether the engine is well. */
import { searchCharactersMax } from '../../../shop/list-items.ts';
import type { View } from '../layout.tsx';
import { money } from '../money.ts';
import { fill } from '../texts.ts';
import { Frame, ownTexts } from './frame.tsx';

interface OverviewItem {
  id: number;
  title: string;
  price: number;
  status: 'none' | 'pending' | 'running' | 'ended';
  promo: string | null;
}

/** A page of the items, newest first. */
interface ShownList {
  items: OverviewItem[];
  /** Of all items ever opened. */
  total: number;
  search: string | null;
  /** The cursor of the next page; null on the last. */
  next: string | null;
  /** Items that cannot be shown just now. */
  hidden: number;
  isFirst: boolean;
}

interface OverviewProps {
  view: View;
  list: ShownList;
  partitions: { ready: number; all: number };
  journalPromise: string;
}

export function OverviewPage({ view, list, partitions, journalPromise }: OverviewProps) {
  const { items, search, hidden, isFirst } = list;
  const texts = ownTexts(view);
  const own = texts.overview;
  const isWell = partitions.ready === partitions.all;
  const data = { selection: items.map(({ id }) => id).join('-') };
  const isEmpty = items.length === 0 && search === null && hidden === 0 && isFirst;
  return (
    <Frame view={view} title={own.title} script="admin-live.js" data={data}>
      <div class="heading">
        <div>
          <h1>{own.title}</h1>
          <p class="lead">{fill(own.lead, { n: list.total })}</p>
        </div>
        <p class="live-state" data-live role="status"></p>
      </div>
      <dl class="engine">
        <div>
          <dt>{own.engine}</dt>
          <dd class={isWell ? 'well' : 'unwell'}>
            {isWell ? '✓' : '✗'}{' '}
            {fill(own.partitions, { n: partitions.ready, all: partitions.all })}
          </dd>
        </div>
        <div>
          <dt>{own.journal}</dt>
          <dd lang="en">{journalPromise}</dd>
        </div>
      </dl>
      {!isEmpty && <SearchForm view={view} search={search} />}
      {hidden > 0 && <p class="notice">{fill(own.hidden, { n: hidden })}</p>}
      {isEmpty ? (
        <div class="empty">
          <p>{own.none}</p>
          <p>
            <a class="primary" href="/admin/new-item">
              {texts.menu.newItem}
            </a>
          </p>
        </div>
      ) : (
        <ItemTable view={view} items={items} />
      )}
      <Pages view={view} list={list} />
    </Frame>
  );
}

function SearchForm({ view, search }: { view: View; search: string | null }) {
  const own = ownTexts(view).overview;
  return (
    <search>
      <form class="find" action="/admin" method="get">
        <input
          type="search"
          name="q"
          value={search ?? ''}
          maxlength={searchCharactersMax}
          aria-label={own.search}
          placeholder={own.search}
        />
        <button type="submit" class="secondary">
          {own.find}
        </button>
      </form>
    </search>
  );
}

function Pages({ view, list }: { view: View; list: ShownList }) {
  const own = ownTexts(view).overview;
  const { search, next, isFirst } = list;
  if (isFirst && next === null) return null;
  const query = new URLSearchParams(search === null ? {} : { q: search });
  const first = query.size === 0 ? '/admin' : `/admin?${query}`;
  if (next !== null) query.set('cursor', next);
  return (
    <nav class="pages" aria-label={own.pages}>
      {!isFirst && <a href={first}>{own.newest}</a>}
      {next !== null && (
        <a rel="next" href={`/admin?${query}`}>
          {own.older}
        </a>
      )}
    </nav>
  );
}

function ItemTable({ view, items }: { view: View; items: OverviewItem[] }) {
  const { overview, live, item: words } = ownTexts(view);
  const numbers = ['left', 'heldShort', 'sold', 'ordersPerSecond', 'refused', 'sqlBehind'] as const;
  return (
    <table class="board">
      <caption class="visually-hidden">{overview.title}</caption>
      <thead>
        <tr>
          <th scope="col">{overview.item}</th>
          <th scope="col">{words.units}</th>
          {numbers.map((name) => (
            <th scope="col">{live[name]}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map(({ id, title, price, status, promo }) => (
          <tr data-item={id}>
            <th scope="row">
              <a href={`/admin/items/${id}`}>{title}</a>
              <span class="hint">
                {promo === null ? `${money(price)} · ${words.none}` : `${promo} · ${words[status]}`}
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
