// The steps of a new sale: how far its price is from the normal one, and an end that moves with its start. Everything
// works without it.
import { fill, find, page } from './site.js';

// What every page of the administrator's does.
export { texts } from './admin.js';

const price = find('#sale-price');
if (price !== null) {
  const { normal, beside, off, above } = price.dataset;
  const note = find('#sale-price-note');
  price.addEventListener('input', () => {
    const percent = percentBelow(minorOf(price.value), Number(normal));
    const text = percent > 0 ? off : above;
    note.textContent =
      percent === 0 ? beside : `${beside} · ${fill(text, { n: Math.abs(percent) })}`;
  });
}

/** What was typed as an amount, in minor units; null where it is none. */
function minorOf(text) {
  const { digits } = page.currency;
  const [, whole, fraction = ''] = /^\s*(\d{1,13})(?:\.(\d+))?\s*$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > digits) return null;
  return Number(whole + fraction.padEnd(digits, '0'));
}

/** As the server has it, see `draft/words.ts`. */
function percentBelow(minor, normal) {
  if (minor === null || minor === normal) return 0;
  if (normal === 0) return -100;
  const percent = Math.round((1 - minor / normal) * 100);
  if (minor > normal) return Math.min(percent, -1);
  return minor === 0 ? 100 : Math.min(Math.max(percent, 1), 99);
}

const [start, end] = [find('#sale-startAt'), find('#sale-endAt')];
if (start !== null) {
  // Local times, one as far from the other as before; which zone they are in does not matter.
  const msOf = ({ value }) => Date.parse(`${value}Z`);
  let lastsMs = msOf(end) - msOf(start);
  end.addEventListener('input', () => {
    lastsMs = msOf(end) - msOf(start);
  });
  start.addEventListener('change', () => {
    const at = msOf(start) + lastsMs;
    if (!(lastsMs > 0) || Number.isNaN(at)) return;
    end.value = new Date(at).toISOString().slice(0, 19);
    end.dispatchEvent(new Event('input'));
  });
}
