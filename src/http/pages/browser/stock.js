// The bar and the line that show what is left of an item.
import { fill, find, texts } from './site.js';

const count = (units) => new Intl.NumberFormat(document.documentElement.lang).format(units);

/** Shows an offer's stock within an element. */
export function showStock(element, { left, loaded }) {
  const bar = find('progress', element);
  bar.max = Math.max(loaded, 1);
  bar.value = left;
  bar.classList.toggle('scarce', left > 0 && left * 5 <= loaded);
  const text = left === 0 ? texts.noneLeft : texts.left;
  find('[data-stock]', element).textContent = fill(text, {
    left: count(left),
    loaded: count(loaded),
  });
}
