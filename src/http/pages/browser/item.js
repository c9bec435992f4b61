// An item's page: live countdown and stock, and the button, enabled when they allow it.
import { call, jitterMs } from './api.js';
import { AskingAgain } from './ask-again.js';
import { tickCards } from './cards.js';
import { everySecond, saleStatus, serverNow, unitsOf } from './clock.js';
import { keepCommitment } from './commitment.js';
import { followGallery } from './gallery.js';
import { stayInformed } from './live.js';
import { tickOrder } from './order.js';
import { isUnderWay, resumePurchase, startPurchase } from './purchase.js';
import { askSoon, begin as beginRoom, onStanding, stands, tickRoom } from './room.js';
import { fill, find, page, say, showTime, texts } from './site.js';
import { showStock } from './stock.js';

/** Where a page's clock and the board differ for so long, the merchant has moved the sale. */
const movedMs = 500;

const { offer } = page;
const { promo } = offer;
const isDraw = promo?.queue === 'draw';
/** For who is logged in. */
const button = find('#buy');
/** For others: one of these. */
const logIn = find('#log-in-to-buy');
const closed = find('#closed');
const message = find('#message');
let shown = '';

/** `none`, `pending`, `running`, `paused`, `ended` or `sold-out`. */
function state() {
  const status = saleStatus(promo);
  return offer.left === 0 && (status === 'running' || status === 'none') ? 'sold-out' : status;
}

/** Whether there is a draw that has not been held, and can be joined. */
const drawIsOpen = (now) => now === 'pending' && isDraw && serverNow() >= promo.opensAt;
/** Whether what is sold out may come back to those who wait for it. */
const mayComeBack = () => offer.held > 0 && promo !== null && promo.queue !== 'off';

/** Whether the visitor had bought all they may when the page was made. */
const isFull = () => page.standing === 'full';

/** What the button does, by the name of its label; null where it can do nothing. */
function action(now) {
  if (isUnderWay()) return 'again';
  if (isFull()) return null;
  if (now === 'none') return offer.normalSale ? 'buy' : null;
  if (now === 'running') return 'buy';
  if (now === 'sold-out') return mayComeBack() && stands() === 'none' ? 'joinWaitlist' : null;
  return drawIsOpen(now) ? 'joinDraw' : null;
}

const refusals = {
  none: texts.notSold,
  pending: texts.notOpen,
  paused: texts.paused,
  ended: texts.over,
  'sold-out': texts.soldOut,
};

const logInTo = { joinWaitlist: texts.logInToWait, joinDraw: texts.logInToDraw };

function showCountdown() {
  const countdown = find('#countdown');
  if (countdown === null) return;
  const status = saleStatus(promo);
  const isEarly = isDraw && serverNow() < promo.opensAt;
  const until = isEarly ? promo.opensAt : serverNow() < promo.startAt ? promo.startAt : promo.endAt;
  const pending = isEarly ? texts.drawOpensIn : isDraw ? texts.drawIn : texts.opensIn;
  const { endsIn: running, ended, paused } = texts;
  find('[data-label]', countdown).textContent = { pending, running, ended, paused }[status];
  countdown.dataset.state = status;
  const units = unitsOf(until - serverNow());
  for (const [unit, value] of Object.entries(units)) {
    const text = unit === 'days' ? String(value) : String(value).padStart(2, '0');
    find(`[data-unit=${unit}]`, countdown).textContent = text;
  }
  find('.days', countdown).hidden = units.days === 0;
}

/** What there is to know beside the button. */
function noteOf(now) {
  if (now === 'paused') return stands() === 'none' ? texts.pausedNow : '';
  if (now !== 'sold-out' || stands() === 'waiting' || isFull()) return '';
  if (offer.held === 0) return texts.noneReturns;
  return fill(mayComeBack() ? texts.heldUnpaid : texts.mayReturn, { held: offer.held });
}

function show() {
  showCountdown();
  showStock(document, offer);
  const now = state();
  const note = find('[data-returning]');
  note.textContent = noteOf(now);
  note.hidden = note.textContent === '';
  const normal = find('[data-normal]');
  if (normal !== null) normal.hidden = now !== 'ended';
  const others = find('[data-others]');
  if (others !== null) others.hidden = now !== 'ended' && !(now === 'sold-out' && offer.held === 0);
  const tell = find('.details [data-tell]');
  if (tell !== null) tell.hidden = serverNow() >= promo.startAt;
  document.body.dataset.state = now;
  document.body.dataset.stands = stands();
  if (shown === 'pending' && now === 'running' && stands() === 'none') say(message, texts.nowOpen);
  shown = now;
  const does = action(now);
  const isOpen = now === 'running' || now === 'sold-out';
  const refusal = isOpen && isFull() ? texts.hasAll : refusals[now];
  const label = does === null ? refusal : texts[does];
  if (button === null) {
    // Before the sale is the time to log in.
    const isWorthIt = does !== null || now === 'pending' || now === 'paused';
    logIn.hidden = !isWorthIt;
    logIn.textContent = logInTo[does] ?? texts.logInToBuy;
    closed.hidden = isWorthIt;
    closed.textContent = label;
    return;
  }
  tickOrder();
  tickRoom();
  const busy = button.dataset.busy === 'true';
  button.disabled = does === null || busy;
  if (busy) return;
  button.textContent = label;
  button.dataset.does = does;
}

function showUnits({ left, held, sold, status, endAt }) {
  Object.assign(offer, { left, held, loaded: left + held + sold });
  if (promo !== null && status !== undefined) noteSale({ status, endAt });
  show();
}

/** How the sale stands by the board: the merchant may have paused, moved or ended it. */
function noteSale({ status, endAt }) {
  const wasPaused = promo.paused;
  promo.paused = status === 'paused';
  // Whoever was let in has their whole time again.
  if (wasPaused && !promo.paused && stands() !== 'none') askSoon();
  const now = { status, endAt };
  if (hasMoved(now)) setTimeout(lookAgain, movedMs + jitterMs(movedMs), now);
}

function hasMoved({ status, endAt }) {
  return status !== saleStatus(promo) || (status !== 'ended' && Date.parse(endAt) !== promo.endAt);
}

let isLooking = false;
async function lookAgain(seen) {
  if (isLooking || !hasMoved(seen)) return;
  isLooking = true;
  const { errCode, data } = await call('GET', `/api/items/${offer.itemId}`);
  isLooking = false;
  if (errCode !== null || data.promo === null) return;
  const isSame = data.promo.id === promo.id;
  // What is told from now on is of another promo than this page's.
  isLooking = !isSame;
  if (isSame) {
    promo.startAt = Date.parse(data.promo.startAt);
    promo.endAt = Date.parse(data.promo.endAt);
  }
  if (!isSame || data.promo.status === 'ended') promo.endAt = Math.min(promo.endAt, serverNow());
  find('[data-other]').hidden = isSame;
  show();
}

/** In place of a stream that was refused. */
const asking = new AskingAgain(async () => {
  const { errCode, data } = await call('GET', `/api/items/${offer.itemId}`);
  if (errCode !== null) return;
  const { stock: left, held, sales: sold, promo: now } = data;
  showUnits({ left, held, sold, status: now?.status, endAt: now?.endAt });
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

/** The purchase is over: with an order, a place in line, or a refusal that has been shown. */
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
// Most of those who take part never look at the draw's own page before.
if (isDraw && promo.drawCommitment !== null && serverNow() < promo.startAt) {
  keepCommitment(promo.id, promo.drawCommitment);
}
beginRoom();
followGallery();
onStanding(show);
everySecond(show);
everySecond(tickCards);
wakeAtOpening();
listen();
if (button !== null) {
  button.addEventListener('click', () => {
    // What the button said when it was pressed, whatever the sale has come to since.
    const isJoining = button.dataset.does === 'joinDraw' || button.dataset.does === 'joinWaitlist';
    begin(() => startPurchase(isJoining ? 'join' : 'buy'));
  });
  // What became of an order that was under way is asked as soon as there is a connection.
  addEventListener('online', () => {
    if (isUnderWay() && button.dataset.busy !== 'true') begin(resumePurchase);
  });
  begin(resumePurchase);
}
