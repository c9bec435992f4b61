// An item's page: live countdown and stock, and the button, enabled when they allow it.
import { call } from './api.js';
import { AskingAgain } from './ask-again.js';
import { everySecond, saleStatus, serverNow, unitsOf } from './clock.js';
import { stayInformed } from './live.js';
import { tickOrder } from './order.js';
import { isUnderWay, resumePurchase, startPurchase } from './purchase.js';
import { fill, find, page, say, showTime, texts } from './site.js';
import { showStock } from './stock.js';

const { offer } = page;
const { promo } = offer;
/** For who is logged in. */
const button = find('#buy');
/** For others: one of these. */
const logIn = find('#log-in-to-buy');
const closed = find('#closed');
const message = find('#message');
let shown = '';

/** `none`, `pending`, `running`, `ended` or `sold-out`. */
function state() {
  const status = saleStatus(promo);
  return offer.left === 0 && (status === 'running' || status === 'none') ? 'sold-out' : status;
}

function showCountdown() {
  const countdown = find('#countdown');
  if (countdown === null) return;
  const status = saleStatus(promo);
  const until = status === 'pending' ? promo.startAt : promo.endAt;
  const label = { pending: texts.opensIn, running: texts.endsIn, ended: texts.ended }[status];
  find('[data-label]', countdown).textContent = label;
  countdown.dataset.state = status;
  const units = unitsOf(until - serverNow());
  for (const [unit, value] of Object.entries(units)) {
    const text = unit === 'days' ? String(value) : String(value).padStart(2, '0');
    find(`[data-unit=${unit}]`, countdown).textContent = text;
  }
  find('.days', countdown).hidden = units.days === 0;
}

function show() {
  showCountdown();
  showStock(document, offer);
  const now = state();
  const returning = find('[data-returning]');
  returning.hidden = now !== 'sold-out' || offer.held === 0;
  returning.textContent = fill(texts.mayReturn, { held: offer.held });
  document.body.dataset.state = now;
  if (shown === 'pending' && now === 'running') say(message, texts.nowOpen);
  shown = now;
  const labels = { pending: texts.notOpen, ended: texts.over, 'sold-out': texts.soldOut };
  const label = labels[now] ?? texts.buy;
  if (button === null) {
    // Before the sale is the time to log in.
    const isWorthIt = now !== 'ended' && now !== 'sold-out';
    logIn.hidden = !isWorthIt;
    closed.hidden = isWorthIt;
    closed.textContent = label;
    return;
  }
  tickOrder();
  // A purchase without an answer yet can go on, whatever the state of the sale: it may have been made.
  const isOpen = now === 'running' || now === 'none' || isUnderWay();
  const busy = button.dataset.busy === 'true';
  button.disabled = !isOpen || busy;
  if (!busy) button.textContent = isUnderWay() ? texts.again : label;
}

function showUnits({ left, held, sold }) {
  Object.assign(offer, { left, held, loaded: left + held + sold });
  show();
}

/** In place of a stream that was refused. */
const asking = new AskingAgain(async () => {
  const { errCode, data } = await call('GET', `/api/items/${offer.itemId}`);
  if (errCode === null) showUnits({ left: data.stock, held: data.held, sold: data.sales });
});

function listen() {
  stayInformed({
    path: '/live',
    item: offer.itemId,
    event: 'stock',
    itemOf: ({ itemId }) => itemId,
    take(units) {
      asking.end();
      showUnits(units);
    },
    lost: (isRefused) => {
      if (isRefused) asking.begin();
    },
  });
}

/** Wakes at the exact moment of the opening, not at the next full second. */
function wakeAtOpening() {
  if (promo === null) return;
  const leftMs = promo.startAt - serverNow();
  if (leftMs <= 0) show();
  else setTimeout(wakeAtOpening, Math.min(leftMs, 30_000));
}

/** The purchase is over: with an order, or with a refusal that has been shown. */
function finished() {
  button.dataset.busy = 'false';
  show();
}

function begin(purchase) {
  button.dataset.busy = 'true';
  button.disabled = true;
  purchase().then(finished);
}

const opens = find('[data-opens] time');
if (opens !== null) showTime(opens, promo.startAt);
everySecond(show);
wakeAtOpening();
listen();
if (button !== null) {
  button.addEventListener('click', () => begin(startPurchase));
  // What became of an order that was under way is asked as soon as there is a connection.
  addEventListener('online', () => {
    if (isUnderWay() && button.dataset.busy !== 'true') begin(resumePurchase);
  });
  begin(resumePurchase);
}
