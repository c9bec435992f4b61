// The list: how each sale stands, second by second.
import { tickCards } from './cards.js';
import { durationText, everySecond, serverNow } from './clock.js';
import { find, showTime } from './site.js';

const next = find('#next');
const changed = find('#changed');

if (next !== null) showTime(find('time', next), Number(next.dataset.next));

everySecond(() => {
  const hasMoved = tickCards();
  const leftMs = next === null ? 1 : Number(next.dataset.next) - serverNow();
  if (next !== null) find('[data-left]', next).textContent = durationText(leftMs);
  changed.hidden = !hasMoved && leftMs > 0;
});
