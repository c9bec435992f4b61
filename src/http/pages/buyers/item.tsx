/** `/items/:id`: the countdown, the live stock, and the button. */
import { orderUnitsMax } from '../../../../actors/limits.ts';
import type { CatalogPromo } from '../../../catalog/item.ts';
import { Layout, textsOf, type View } from '../layout.tsx';
import { namedMinuteText } from '../minute-text.ts';
import { money } from '../money.ts';
import { fill, scriptTexts } from '../texts.ts';
import { BuyButton } from './buy-button.tsx';
import { Gallery } from './gallery.tsx';
import { atNormalPrice, type Offer, offerData, Price, Stock } from './offer.tsx';
import { DrawLink, Room } from './room.tsx';
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
  const own = textsOf(view);
  const { item, promo } = offer;
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
      <article class="item">
        <Gallery view={view} item={item} />
        <div class="details">
          {promo !== undefined && <p class="eyebrow">{promo.name}</p>}
          <h1>{item.title}</h1>
          <Price view={view} offer={offer} />
          {promo !== undefined && <Countdown view={view} promo={promo} />}
          <Stock view={view} offer={offer} />
          <Returning view={view} offer={offer} standing={standing} />
          <p class="notice" data-other hidden>
            <a href={`/items/${item.id}`}>{scriptTexts[language].otherSale}</a>
          </p>
          <Purchase view={view} offer={offer} />
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
      <OtherSales view={view} offer={offer} others={others} />
    </Layout>
  );
}

type PurchaseProps = Pick<ItemProps, 'view' | 'offer'>;

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

function Countdown({ view, promo }: { view: View; promo: CatalogPromo }) {
  const own = textsOf(view);
  const { startAt, queue } = promo;
  const units = ['days', 'hours', 'minutes', 'seconds'] as const;
  return (
    <section class="countdown" id="countdown">
      <p class="label" data-label></p>
      <div role="timer" class="digits">
        {units.map((unit) => (
          <div class={unit}>
            <span data-unit={unit}>–</span>
            <small>{own[unit]}</small>
          </div>
        ))}
      </div>
      <p class="hint" data-opens>
        {queue === 'draw' ? own.drawAt : own.opensAt}{' '}
        <time datetime={new Date(startAt).toISOString()}>{namedMinuteText(startAt, view)}</time>
      </p>
    </section>
  );
}

/** Where the item can be had when its promo is over; the script shows it then. */
function NormalPrice({ view, offer }: PurchaseProps) {
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
function Tell({ view, offer }: PurchaseProps) {
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

function Purchase({ view, offer }: PurchaseProps) {
  const own = textsOf(view);
  const limit = Math.min((offer.promo ?? offer.item).limitPerUser, orderUnitsMax);
  const loggedIn = view.visitor.userId !== null;
  return (
    <section class="purchase" id="purchase">
      {limit > 1 && loggedIn && (
        <p class="quantity">
          <label for="amount">{own.quantity}</label>
          <input
            type="number"
            id="amount"
            value="1"
            min="1"
            max={limit}
            step="1"
            inputmode="numeric"
            aria-describedby="amount-error"
          />
        </p>
      )}
      {limit > 1 && loggedIn && <p class="error" id="amount-error" role="alert"></p>}
      {offer.promo !== undefined && loggedIn && <Room view={view} />}
      <BuyButton view={view} offer={offer} />
      {limit < orderUnitsMax && (
        <p class="hint" data-limit>
          {fill(own.limit, { n: limit })}
        </p>
      )}
      <p class="message" id="message" role="status" aria-live="polite"></p>
      <form id="captcha" method="post" class="captcha" hidden>
        <p id="captcha-lead">{own.captchaLead}</p>
        <div class="challenge">
          <img width="200" height="72" alt={own.captchaAlt} />
          <button type="button" class="plain" id="captcha-other">
            {own.captchaOther}
          </button>
        </div>
        <label for="answer">{own.captchaLabel}</label>
        <div class="joined">
          <input
            id="answer"
            name="answer"
            required
            maxlength={8}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            lang="en"
            aria-describedby="captcha-lead"
          />
          <button type="submit" class="primary">
            {own.captchaSubmit}
          </button>
        </div>
      </form>
      <div class="result" id="result" tabindex={-1} hidden>
        <p class="title" data-title></p>
        <p data-text></p>
        <p>
          <a class="primary" href="/orders" data-link>
            {own.myOrders}
          </a>
        </p>
        {(offer.promo === undefined || limit > 1) && (
          <p>
            <button type="button" class="plain" id="another">
              {own.another}
            </button>
          </p>
        )}
      </div>
    </section>
  );
}
