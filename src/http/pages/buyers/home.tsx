/** `/`: what is on sale. */
import type { ItemSort } from '../../../shop/item-ranking.ts';
import { searchCharactersMax } from '../../../shop/list-items.ts';
import { Layout, textsOf, type View } from '../layout.tsx';
import { fill } from '../texts.ts';
import { type Offer, offerData, Picture, Price, Stock } from './offer.tsx';

/** A page of the list. */
interface ShownList {
  offers: Offer[];
  sort: ItemSort;
  search: string | null;
  /** The cursor of the next page; null on the last. */
  next: string | null;
  /** Items that cannot be shown just now. */
  hidden: number;
  isFirst: boolean;
}

export function HomePage({ view, list }: { view: View; list: ShownList }) {
  const own = textsOf(view);
  const { offers, sort, search, hidden } = list;
  return (
    <Layout view={view} title={own.home} description={own.homeLead} script="home.js">
      <div class="heading">
        <div>
          <h1>{own.home}</h1>
          <p class="lead">{own.homeLead}</p>
        </div>
        <nav class="tabs" aria-label={own.sortedBy}>
          <SortLink sort="running" text={own.runningFirst} list={list} />
          <SortLink sort="newest" text={own.newest} list={list} />
          <SortLink sort="sales" text={own.bestSelling} list={list} />
        </nav>
      </div>
      <search>
        <form class="find" action="/" method="get">
          {sort !== 'running' && <input type="hidden" name="sort" value={sort} />}
          <input
            type="search"
            name="q"
            value={search ?? ''}
            maxlength={searchCharactersMax}
            aria-label={own.searchItems}
            placeholder={own.searchItems}
          />
          <button type="submit" class="secondary">
            {own.search}
          </button>
        </form>
      </search>
      {hidden > 0 && (
        <p class="notice" role="status">
          {own.someHidden}
        </p>
      )}
      {offers.length === 0 && hidden === 0 && (
        <p class="empty">{search === null ? own.noItems : fill(own.nothingFound, { q: search })}</p>
      )}
      <ul class="offers">
        {offers.map((offer) => (
          <Card view={view} offer={offer} />
        ))}
      </ul>
      <Pages view={view} list={list} />
    </Layout>
  );
}

/** To the first page and the next; nothing where all items are on one page. */
function Pages({ view, list }: { view: View; list: ShownList }) {
  const own = textsOf(view);
  const { isFirst, next } = list;
  if (isFirst && next === null) return null;
  return (
    <nav class="pages" aria-label={own.pages}>
      {!isFirst && <a href={listPath(list)}>{own.firstPage}</a>}
      {next !== null && (
        <a rel="next" href={listPath(list, next)}>
          {own.nextPage}
        </a>
      )}
    </nav>
  );
}

function SortLink({ sort, text, list }: { sort: ItemSort; text: string; list: ShownList }) {
  return (
    <a href={listPath({ ...list, sort })} aria-current={sort === list.sort ? 'page' : undefined}>
      {text}
    </a>
  );
}

function listPath({ sort, search }: Pick<ShownList, 'sort' | 'search'>, cursor?: string): string {
  const query = new URLSearchParams();
  if (sort !== 'running') query.set('sort', sort);
  if (search !== null) query.set('q', search);
  if (cursor !== undefined) query.set('cursor', cursor);
  return query.size === 0 ? '/' : `/?${query}`;
}

function Card({ view, offer }: { view: View; offer: Offer }) {
  const own = textsOf(view);
  const { item, promo } = offer;
  return (
    <li class="card" data-offer={JSON.stringify(offerData(offer))}>
      <Picture item={item} />
      <p class="status" data-status></p>
      <h2>
        <a href={`/items/${item.id}`}>{item.title}</a>
      </h2>
      {promo !== undefined && <p class="eyebrow">{promo.name}</p>}
      <Price offer={offer} own={own} />
      <Stock offer={offer} own={own} />
    </li>
  );
}
