/** What an item's page says where nothing is left, and what else there is. */
import type { View } from '../layout.tsx';
import { fill, scriptTexts } from '../texts.ts';
import { Card } from './card.tsx';
import { homeTexts } from './home-texts.ts';
import { type Offer, supplyOf } from './offer.tsx';

interface ReturningProps {
  view: View;
  offer: Offer;
  standing: unknown;
}

/** Whether units may come back; the script says it anew when that changes. Who stands in line knows already. */
export function Returning({ view, offer, standing }: ReturningProps) {
  const text = standing === null ? returningText(view, offer) : '';
  return (
    <p class="hint" data-returning hidden={text === ''}>
      {text}
    </p>
  );
}

function returningText(view: View, offer: Offer): string {
  const own = scriptTexts[view.visitor.language];
  const { status, row } = offer;
  const supply = supplyOf(offer);
  if (status === 'paused') return own.pausedNow;
  if (supply === 'left' || (status !== 'running' && status !== 'none')) return '';
  const text = { inLine: own.heldUnpaid, anybody: own.mayReturn, gone: own.noneReturns }[supply];
  return fill(text, { held: row.held });
}

/** Whether whoever comes now comes too late. */
export function isTooLate(offer: Offer): boolean {
  const { status } = offer;
  if (status === 'ended') return true;
  return supplyOf(offer) === 'gone' && (status === 'running' || status === 'none');
}

interface OthersProps {
  view: View;
  offer: Offer;
  others: readonly Offer[];
}

/** Other sales to who comes too late. Where that happens before their eyes, the script shows the way to the list. */
export function OtherSales({ view, offer, others }: OthersProps) {
  const own = homeTexts[view.visitor.language];
  if (others.length === 0) {
    return (
      <p class="aside" data-others hidden={!isTooLate(offer)}>
        <a href="/">{own.seeOthers}</a>
      </p>
    );
  }
  return (
    <section class="group others" aria-labelledby="others-title">
      <h2 id="others-title">{own.others}</h2>
      <ul class="offers">
        {others.map((each) => (
          <Card view={view} offer={each} />
        ))}
      </ul>
      <p class="aside">
        <a href="/">{own.seeOthers}</a>
      </p>
    </section>
  );
}
