/** An item in a list of items, as it stands now. */
import { queueModes } from '../../../../actors/events.ts';
import { sectionOf } from '../../../shop/item-sections.ts';
import type { View } from '../layout.tsx';
import { fill, scriptTexts } from '../texts.ts';
import { homeTexts } from './home-texts.ts';
import { atNormalPrice, type Offer, offerData, Picture, Price, Stock, supplyOf } from './offer.tsx';
import { TellMe } from './tell/tell.tsx';
import { Timed, type TimedProps } from './timed.tsx';

/** Its script counts down, and marks it where its sale begins or ends meanwhile. */
export function Card({ view, offer }: { view: View; offer: Offer }) {
  const { item, promo } = offer;
  const section = sectionOf(offer.row, view.now);
  // What is left of a promo that is over is on the item's page under its own address.
  const query = promo === undefined && offer.row.promo !== 0 ? `?${atNormalPrice}` : '';
  return (
    <li
      class="card"
      data-offer={JSON.stringify(offerData(offer))}
      data-section={section}
      data-state={stateOf(offer)}
    >
      <Picture item={item} />
      <p class="status" data-status>
        {statusText(view, offer)}
      </p>
      <h3>
        <a href={`/items/${item.id}${query}`}>{item.title}</a>
      </h3>
      {promo !== undefined && <p class="eyebrow">{promo.name}</p>}
      <Price view={view} offer={offer} />
      <When view={view} offer={offer} />
      {section !== 'ended' && <Stock view={view} offer={offer} />}
      <MayReturn view={view} offer={offer} />
      {promo !== undefined && section === 'coming' && (
        <TellMe
          view={view}
          sale={{ itemId: item.id, promoId: promo.id, title: item.title }}
          isClosedDraw={promo.queue === 'draw' && view.now < offer.row.queueOpenAt}
          isShort
        />
      )}
    </li>
  );
}

function stateOf({ status, row }: Offer): string {
  return row.left === 0 && status !== 'pending' ? 'sold-out' : status;
}

/** What the script says in more words, with the time that is left. */
function statusText(view: View, { status, row }: Offer): string {
  const { language } = view.visitor;
  const own = scriptTexts[language];
  if (status === 'ended') return own.ended;
  if (status === 'paused') return own.paused;
  if (status === 'pending') return homeTexts[language].coming;
  if (status === 'none' && row.normalSale !== 1) return own.notSold;
  if (row.left === 0) return row.held > 0 ? own.soldOutNow : own.soldOut;
  return status === 'none' ? own.always : homeTexts[language].running;
}

/** When the sale begins or ends: of a draw, from when or until when it can be joined. */
function When({ view, offer: { status, row } }: { view: View; offer: Offer }) {
  const own = homeTexts[view.visitor.language];
  const { startAt, endAt, queueOpenAt } = row;
  if (status === 'running') return <Moment view={view} text={own.ends} at={endAt} />;
  if (status !== 'pending') return null;
  if (queueModes[row.queue] !== 'draw')
    return <Moment view={view} text={own.starts} at={startAt} />;
  const isOpen = view.now >= queueOpenAt;
  return isOpen ? (
    <Moment view={view} text={own.drawJoin} at={startAt} />
  ) : (
    <Moment view={view} text={own.drawOpens} at={queueOpenAt} />
  );
}

function Moment(props: TimedProps) {
  return (
    <p class="when">
      <Timed {...props} />
    </p>
  );
}

/** Whether a running sale that has nothing left may have again. */
function MayReturn({ view, offer }: { view: View; offer: Offer }) {
  const supply = supplyOf(offer);
  if (offer.status !== 'running' || supply === 'left') return null;
  const own = homeTexts[view.visitor.language];
  const text = { inLine: own.joinLine, anybody: own.mayReturn, gone: own.noneReturns }[supply];
  return <p class="hint">{fill(text, { held: offer.row.held })}</p>;
}
