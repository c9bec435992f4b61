// The list: how each sale stands, second by second.
import { everySecond, saleStatus, saleText } from './clock.js';
import { find } from './site.js';
import { showStock } from './stock.js';

const cards = [...document.querySelectorAll('[data-offer]')].map((element) => {
  const offer = JSON.parse(element.dataset.offer);
  showStock(element, offer);
  return { element, offer };
});

everySecond(() => {
  for (const { element, offer } of cards) {
    const status = saleStatus(offer.promo);
    find('[data-status]', element).textContent = saleText(offer);
    element.dataset.state = offer.left === 0 && status !== 'pending' ? 'sold-out' : status;
  }
});
