/** `/`: what is on sale. */
import type { ItemSort } from '../../../shop/item-ranking.ts';
import { FindForm, type ListPage, listPath, Pages } from '../item-list.tsx';
import { Layout, textsOf, type View } from '../layout.tsx';
import { fill } from '../texts.ts';
import { type Offer, offerData, Picture, Price, Stock } from './offer.tsx';

/** A page of the list. */
interface ShownList extends ListPage {
  offers: Offer[];
  sort: ItemSort;
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
      <FindForm path="/" search={search} label={own.searchItems} submit={own.search}>
        {sort !== 'running' && <input type="hidden" name="sort" value={sort} />}
      </FindForm>
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
      <Pages
        list={list}
        pathOf={(cursor) => pathOf(list, cursor)}
        label={own.pages}
        toFirst={own.firstPage}
        toNext={own.nextPage}
      />
    </Layout>
  );
}

function SortLink({ sort, text, list }: { sort: ItemSort; text: string; list: ShownList }) {
  return (
    <a href={pathOf({ ...list, sort })} aria-current={sort === list.sort ? 'page' : undefined}>
      {text}
    </a>
  );
}

function pathOf({ sort, search }: Pick<ShownList, 'sort' | 'search'>, cursor?: string): string {
  return listPath('/', { sort: sort === 'running' ? null : sort, q: search, cursor });
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
      <Price view={view} offer={offer} />
      <Stock offer={offer} own={own} />
    </li>
  );
}
