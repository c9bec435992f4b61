// Items in a list: how each sale stands.
import { saleStatus, saleText, serverNow } from './clock.js';
import { find, showTime } from './site.js';
import { showStock } from './stock.js';

const cards = [...document.querySelectorAll('[data-offer]')].map((element) => {
  const offer = JSON.parse(element.dataset.offer);
  if (element.dataset.section !== 'ended') showStock(element, offer);
  return { element, offer };
});

for (const time of document.querySelectorAll('.card [data-time]')) {
  showTime(time, Number(time.dataset.time));
}

/** Whether a sale has begun or ended, so that its card stands in a section that is no longer its own. */
function hasMoved({ element, offer: { promo } }, status) {
  const { section } = element.dataset;
  if (section === 'coming') return serverNow() >= promo.startAt;
  return section === 'running' && status === 'ended';
}

/** Shows how each stands now; whether any stands in the wrong section. */
export function tickCards() {
  let isAnyElsewhere = false;
  for (const card of cards) {
    const { element, offer } = card;
    const status = saleStatus(offer.promo);
    find('[data-status]', element).textContent = saleText(offer);
    element.dataset.state = offer.left === 0 && status !== 'pending' ? 'sold-out' : status;
    isAnyElsewhere ||= hasMoved(card, status);
  }
  return isAnyElsewhere;
}
