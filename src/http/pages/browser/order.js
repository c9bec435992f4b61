// The order that was made on an item's page: shown with the time that is left to pay, and shown again
// after a reload or on the way back.
import { insist } from './api.js';
import { durationText, timeToPay } from './clock.js';
import { fill, find, page, texts } from './site.js';

const { offer, userId } = page;
const keptAs = `order:${userId}:${offer.itemId}:${offer.promo?.id ?? 0}`;
const result = find('#result');
let shown = null;

/** Remembers an order in this tab. */
export function keepOrder(orderId) {
  sessionStorage.setItem(keptAs, orderId);
}

/** Shows the order that was made here before, if it still is one. */
export async function showKeptOrder() {
  const orderId = sessionStorage.getItem(keptAs);
  if (orderId === null) return;
  const { errCode, data } = await insist('GET', `/api/orders/${orderId}`);
  if (errCode !== null) return;
  if (isDead(data)) forget();
  // One that has ended while it was shown is shown to the end.
  if (!isDead(data) || shown !== null) showOrder(data);
}

/** Whether an order came to nothing: its buyer may try again. */
export const isDead = (order) => order.status !== 'paid' && !isOpen(order);
export const deadText = ({ orderId: order, status }) =>
  fill(texts.orderIsDead, { order, status: texts[status === 'placed' ? 'expired' : status] });

const isOpen = (order) => order.status === 'placed' && timeToPay(order, offer.payWindowMs) > 0;

/** Shows an order; it may be an earlier one, paid or closed since. */
export function showOrder(order) {
  shown = order;
  const state = isOpen(order) || order.status !== 'placed' ? order.status : 'expired';
  const { bought: placed, notPaidInTime: expired } = texts;
  // What costs nothing is paid as soon as it is ordered.
  const paid = order.total === 0 ? texts.bought : texts.boughtBefore;
  if (result.dataset.state !== state) {
    const title =
      { placed, paid, expired }[state] ?? fill(texts.orderIsNow, { status: texts[state] });
    find('[data-title]', result).textContent = title;
  }
  tick();
  const link = find('[data-link]', result);
  link.href = `/orders?order=${encodeURIComponent(order.orderId)}`;
  link.textContent = state === 'placed' ? texts.toOrders : texts.seeOrders;
  result.dataset.order = order.orderId;
  result.dataset.state = state;
  result.hidden = false;
}

/** The time to pay runs. */
export function tickOrder() {
  if (shown === null || result.dataset.state !== 'placed') return;
  if (isOpen(shown)) tick();
  else {
    forget();
    showOrder(shown);
  }
}

function tick() {
  const { orderId, status } = shown;
  const text = isOpen(shown)
    ? fill(texts.payBy, { order: orderId, time: durationText(timeToPay(shown, offer.payWindowMs)) })
    : fill(texts.orderIs, { order: orderId, status: texts[status] });
  find('[data-text]', result).textContent = isDead(shown) ? deadText(shown) : text;
}

function forget() {
  sessionStorage.removeItem(keptAs);
}

// Where a buyer may have several, one purchase does not stand in the way of the next.
const another = find('#another');
another?.addEventListener('click', () => {
  forget();
  shown = null;
  delete result.dataset.state;
  result.hidden = true;
  find('#buy').focus();
});
// A page from the back/forward cache may show what has long been paid.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) showKeptOrder();
});
