/** `/items/:id`: the countdown, the live stock, and the button. */
import { Layout, textsOf, type View } from '../layout.tsx';
import { money } from '../money.ts';
import { fill, scriptTexts } from '../texts.ts';
import { Countdown } from './countdown.tsx';
import { Gallery } from './gallery.tsx';
import { atNormalPrice, type Offer, offerData, Price, Stock } from './offer.tsx';
import { Purchase } from './purchase.tsx';
import { DrawLink } from './room.tsx';
import { roomTexts } from './room-texts.ts';
import { OtherSales, Returning } from './sold-out.tsx';
import { TellMe } from './tell/tell.tsx';

interface ItemProps {
  view: View;
  offer: Offer;
  /** See `standingOnPage`. */
  standing: unknown;
  /** Other sales, for who comes too late for this one. */
  others: readonly Offer[];
}

export function ItemPage({ view, offer, standing, others }: ItemProps) {
  const { item } = offer;
  const { userId, language } = view.visitor;
  const room = roomTexts[language];
  const waker = view.assets.path('waker.js');
  const data = { offer: offerData(offer), userId, standing, room, waker };
  return (
    <Layout
      view={view}
      title={item.title}
      description={summaryOf(offer, view)}
      script="item.js"
      data={data}
      ownStyles={['gallery.css']}
    >
      <ItemArticle view={view} offer={offer} standing={standing} />
      <OtherSales view={view} offer={offer} others={others} />
    </Layout>
  );
}

type OfOffer = Pick<ItemProps, 'view' | 'offer'>;

interface ArticleProps extends Omit<ItemProps, 'others'> {
  /** A picture of the page at the view's time, without its script: nothing of it is used. */
  isStill?: boolean;
}

/** What the page shows of an item, and how it can be had. */
export function ItemArticle({ view, offer, standing, isStill = false }: ArticleProps) {
  const own = textsOf(view);
  const { item, promo } = offer;
  return (
    <article class="item">
      <Gallery view={view} item={item} />
      <div class="details">
        {promo !== undefined && <p class="eyebrow">{promo.name}</p>}
        <h1>{item.title}</h1>
        <Price view={view} offer={offer} />
        {promo !== undefined && (
          <Countdown view={view} promo={promo} still={isStill ? offer : null} />
        )}
        <Stock view={view} offer={offer} />
        <Returning view={view} offer={offer} standing={standing} />
        <p class="notice" data-other hidden>
          <a href={`/items/${item.id}`}>{scriptTexts[view.visitor.language].otherSale}</a>
        </p>
        <Purchase view={view} offer={offer} isStill={isStill} />
        <Tell view={view} offer={offer} />
        <DrawLink view={view} offer={offer} />
        <NormalPrice view={view} offer={offer} />
        {item.description !== '' && (
          <section class="about">
            <h2>{own.about}</h2>
            <p>{item.description}</p>
          </section>
        )}
      </div>
    </article>
  );
}

/** The longest description that search engines show. */
const summaryLengthMax = 155;

/** The beginning of what the merchant wrote, or else a sentence with the price. */
function summaryOf({ item, promo }: Offer, view: View): string {
  const told = item.description.trim().replace(/\s+/g, ' ');
  if (told === '') {
    return fill(textsOf(view).itemSummary, {
      title: item.title,
      price: money((promo ?? item).price, view),
    });
  }
  return told.length <= summaryLengthMax ? told : `${told.slice(0, summaryLengthMax).trimEnd()} …`;
}

/** Where the item can be had when its promo is over; the script shows it then. */
function NormalPrice({ view, offer }: OfOffer) {
  const { item, promo, row } = offer;
  if (promo === undefined || row.normalSale !== 1) return null;
  return (
    <p class="hint" data-normal hidden={offer.status !== 'ended'}>
      <a href={`/items/${item.id}?${atNormalPrice}`}>
        {fill(textsOf(view).atNormalPrice, { price: money(item.price, view) })}
      </a>
    </p>
  );
}

/** Before the sale; the script takes it away when that begins. */
function Tell({ view, offer }: OfOffer) {
  const { item, promo } = offer;
  if (promo === undefined || view.now >= promo.startAt || offer.status === 'ended') return null;
  const sale = { itemId: item.id, promoId: promo.id, title: item.title };
  return (
    <TellMe
      view={view}
      sale={sale}
      isClosedDraw={promo.queue === 'draw' && view.now < offer.row.queueOpenAt}
    />
  );
}
