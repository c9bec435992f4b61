/**
 * What buyers will see of a draft: the item's page itself, as of a moment of the sale. It is `inert`: neither a
 * pointer nor a key nor a screen reader gets into it.
 */
import { queueModes } from '../../../../../actors/events.ts';
import type { BoardRow } from '../../../../../actors/memory/board.ts';
import { catalogPromo } from '../../../../catalog/item.ts';
import type { PromoRow } from '../../../../db/sql.ts';
import { queueOpensAt } from '../../../../shop/draft-promo.ts';
import { ItemArticle } from '../../buyers/item.tsx';
import type { Offer } from '../../buyers/offer.tsx';
import type { View } from '../../layout.tsx';
import { type ChosenItem, draftPath } from './parts.tsx';
import { textsOfDrafts } from './words.ts';

export const saleMoments = ['before', 'joining', 'running', 'soldOut'] as const;
export type SaleMoment = (typeof saleMoments)[number];

interface BuyersViewProps {
  view: View;
  promo: PromoRow;
  chosen: ChosenItem;
  moment: SaleMoment;
}

/** The moments that a sale has. */
function momentsOf({ queue }: PromoRow): readonly SaleMoment[] {
  return saleMoments.filter((moment) => moment !== 'joining' || queue === 'draw');
}

export function BuyersView(props: BuyersViewProps) {
  const { view, promo, moment } = props;
  const own = textsOfDrafts(view).preview;
  const shown = momentsOf(promo).includes(moment) ? moment : 'before';
  const isWaitlist = shown === 'soldOut' && promo.queue !== 'off';
  return (
    <section class="buyers-view" id="buyers" aria-labelledby="buyers-title">
      <h2 id="buyers-title">{own.buyers}</h2>
      <p class="hint">{own.buyersLead}</p>
      <nav class="tabs" aria-labelledby="buyers-title">
        {momentsOf(promo).map((each) => (
          <a
            href={`${draftPath(promo.id)}/preview?as=${each}#buyers`}
            aria-current={each === shown ? 'true' : undefined}
          >
            {own.states[each]}
          </a>
        ))}
      </nav>
      <div class="still" inert>
        <Still {...props} moment={shown} />
      </div>
      <p class="hint">
        {own.notes[shown]} {isWaitlist && own.notes.soldOutWaiting}
      </p>
    </section>
  );
}

function Still({ view, promo, chosen, moment }: BuyersViewProps) {
  const now = timeOf(moment, promo, view.now);
  const row = rowOf(moment, promo, chosen.row);
  const status = now < promo.startAt ? 'pending' : 'running';
  const item = { ...chosen.item, price: row.price };
  const offer: Offer = { item, row, promo: catalogPromo(promo), status };
  // As one who is logged in sees it.
  const visitor = { ...view.visitor, userId: 0, path: `/items/${item.id}` };
  return <ItemArticle view={{ ...view, now, visitor }} offer={offer} standing={null} isStill />;
}

const minuteMs = 60_000;

/** A time in the moment of the sale: now, as far as that is one. */
function timeOf(moment: SaleMoment, promo: PromoRow, now: number): number {
  const { startAt, endAt, queue } = promo;
  const opensAt = queueOpensAt(promo);
  switch (moment) {
    case 'before':
      return Math.min(now, (queue === 'draw' ? opensAt : startAt) - minuteMs);
    case 'joining':
      return Math.floor((opensAt + startAt) / 2);
    case 'running':
    case 'soldOut':
      return Math.floor(startAt + (endAt - startAt) / 4);
  }
}

/** The item's row as it would be while the promo is the one that is shown. */
function rowOf(moment: SaleMoment, promo: PromoRow, row: BoardRow): BoardRow {
  const { id, price: promoPrice, startAt, endAt, queue, gateFactor } = promo;
  const own = { promo: id, promoPrice, startAt, endAt, promosEndAt: endAt, gateFactor };
  const open = { queue: queueModes.indexOf(queue), queueOpenAt: queueOpensAt(promo), paused: 0 };
  const soldOut = { left: 0, held: 0, sold: row.loaded };
  return { ...row, ...own, ...open, ...(moment === 'soldOut' ? soldOut : {}) };
}
