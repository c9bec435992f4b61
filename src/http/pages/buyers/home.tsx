/** `/`: what is on sale. */
import type { ItemSort } from '../../../db/sql.ts';
import { Layout, textsOf, type View } from '../layout.tsx';
import { type Offer, offerData, Picture, Price, Stock } from './offer.tsx';

interface HomeProps {
  view: View;
  offers: Offer[];
  sort: ItemSort;
}

export function HomePage({ view, offers, sort }: HomeProps) {
  const own = textsOf(view);
  return (
    <Layout view={view} title={own.home} script="home.js">
      <div class="heading">
        <div>
          <h1>{own.home}</h1>
          <p class="lead">{own.homeLead}</p>
        </div>
        <nav class="tabs" aria-label={own.home}>
          <SortLink sort="newest" text={own.newest} current={sort} />
          <SortLink sort="sales" text={own.bestSelling} current={sort} />
        </nav>
      </div>
      {offers.length === 0 && <p class="empty">{own.noItems}</p>}
      <ul class="offers">
        {offers.map((offer) => (
          <Card view={view} offer={offer} />
        ))}
      </ul>
    </Layout>
  );
}

function SortLink({ sort, text, current }: { sort: ItemSort; text: string; current: ItemSort }) {
  const href = sort === 'newest' ? '/' : `/?sort=${sort}`;
  return (
    <a href={href} aria-current={sort === current ? 'page' : undefined}>
      {text}
    </a>
  );
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
