/** In place of the form of a sale that is published: why it cannot be edited, and what can be done. */
import type { PromoRow } from '../../../../db/sql.ts';
import type { PromoState } from '../../../../shop/promo-state.ts';
import type { View } from '../../layout.tsx';
import { Frame } from '../frame.tsx';
import { draftPath } from './parts.tsx';
import { textsOfDrafts } from './words.ts';

interface FixedProps {
  view: View;
  promo: PromoRow;
  state: PromoState;
}

export function FixedPage({ view, promo, state }: FixedProps) {
  const own = textsOfDrafts(view).fixed;
  const { status } = state;
  const isOver = status === 'ended' || status === 'withdrawn';
  const atStart = view.now < promo.startAt ? own.withdraw : own.end;
  return (
    <Frame view={view} title={promo.name} styles={['admin-draft.css']}>
      <p class="eyebrow">{promo.name}</p>
      <h1>{own.title}</h1>
      <p class="lead">{own.lead}</p>
      <section class="panel fixed">
        {isOver ? (
          <p>{status === 'ended' ? own.ended : own.withdrawn}</p>
        ) : (
          <>
            <h2>{own.can}</h2>
            <ul class="means">
              {[own.pause, own.extend, atStart].map((text) => (
                <li>{text}</li>
              ))}
            </ul>
          </>
        )}
        <p class="onward">
          <a class="primary" href={draftPath(promo.id)}>
            {own.toSale}
          </a>
          <a class="secondary" href={`/admin/sales/new?item=${promo.itemId}`}>
            {own.newSale}
          </a>
        </p>
      </section>
    </Frame>
  );
}
