// A sale's page goes on by itself: when its books have changed, the server makes its parts again, and they take the
// place of the old ones. Countdowns run between.
import { follow, lost } from './admin-stream.js';
import { durationText, everySecond, serverNow } from './clock.js';
import { fill } from './site.js';

/** New parts are asked for no more often than this, nor than a twentieth of the time that they take. */
const pauseMsMin = 1_000;
const share = 20;
/** Charts go on with time, also while nothing happens. */
const restMs = 10_000;
/** Rows of SQL, of which charts are made, come a little after the books. */
const settleMs = 1_500;

let shown = '';
let changedAt = Number.NEGATIVE_INFINITY;
let madeAt = performance.now();
let pauseMs = pauseMsMin;
let asking = false;

/** What the page shows of the books. */
const nameOf = ({ journalSeq, status, waiting, outstanding, left, held, sold, refused }) =>
  JSON.stringify([journalSeq, status, waiting, outstanding, left, held, sold, refused]);

follow((_, [item]) => {
  if (item === undefined) return;
  const name = nameOf(item);
  const now = performance.now();
  if (name !== shown) changedAt = now;
  shown = name;
  const isDue = now - changedAt < settleMs || now - madeAt > restMs;
  if (isDue && now - madeAt >= pauseMs) makeAgain();
});

async function makeAgain() {
  if (asking) return;
  asking = true;
  const askedAt = performance.now();
  try {
    const answer = await fetch(`${location.pathname.replace(/\/$/, '')}/live`);
    const isIt = answer.ok && !answer.redirected;
    if (isIt) replaceParts(await answer.text());
    else if (answer.redirected) await lost(true);
  } catch {
    // The stream tells when nobody can be reached, and the next event asks again.
  }
  madeAt = performance.now();
  pauseMs = Math.max(pauseMsMin, (madeAt - askedAt) * share);
  asking = false;
}

function replaceParts(text) {
  const made = new DOMParser().parseFromString(text, 'text/html');
  for (const part of made.querySelectorAll('[data-part]')) {
    const old = document.querySelector(`main [data-part="${part.dataset.part}"]`);
    if (old === null || old.innerHTML === part.innerHTML) continue;
    const opened = [...old.querySelectorAll('details')].map(({ open }) => open);
    const focusable = 'a, summary, button';
    const focused = [...old.querySelectorAll(focusable)].indexOf(document.activeElement);
    old.replaceChildren(...part.childNodes);
    for (const [index, details] of old.querySelectorAll('details').entries()) {
      details.open = opened[index] ?? false;
    }
    if (focused >= 0) old.querySelectorAll(focusable)[focused]?.focus();
  }
  tick();
}

function tick() {
  for (const element of document.querySelectorAll('[data-until]')) {
    const { until, text } = element.dataset;
    const t = durationText(Number(until) - serverNow());
    const now = fill(text, { t });
    if (element.textContent !== now) element.textContent = now;
  }
}

everySecond(tick);
