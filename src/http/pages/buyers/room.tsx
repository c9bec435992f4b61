/** The waiting room of an item's page: where the visitor stands. Its script fills it in. */

import { textsOf, type View } from '../layout.tsx';
import type { Offer } from './offer.tsx';
import { roomTexts } from './room-texts.ts';

const figures = ['place', 'ahead', 'entrants', 'eta', 'held'] as const;

export function Room({ view }: { view: View }) {
  const own = roomTexts[view.visitor.language];
  return (
    <section class="room" id="room" aria-labelledby="room-title" tabindex={-1} hidden>
      <h2 id="room-title" data-room="title">
        {own.queueTitle}
      </h2>
      <p class="within" data-room="within" hidden></p>
      <dl>
        {figures.map((figure) => (
          <div data-figure={figure} hidden>
            <dt>{own[figure]}</dt>
            <dd></dd>
          </div>
        ))}
      </dl>
      <p class="hint" data-room="hint"></p>
      <p class="visually-hidden" role="status" aria-live="polite" data-room="said"></p>
      <label class="sound" hidden>
        <input type="checkbox" id="sound" checked />
        {own.sound}
      </label>
      <button type="button" class="secondary" id="leave"></button>
    </section>
  );
}

/** Where a draw is explained, and each place can be checked. */
export function DrawLink({ view, offer }: { view: View; offer: Offer }) {
  const { item, promo } = offer;
  if (promo?.queue !== 'draw') return null;
  return (
    <p class="hint">
      <a href={`/items/${item.id}/draw/${promo.id}`} id="about-draw">
        {textsOf(view).aboutDraw}
      </a>
    </p>
  );
}
