// My orders: newest first, with the time that is left to pay.
import { call, insist } from './api.js';
import { durationText, everySecond, saleStatus, saleText, serverNow, timeToPay } from './clock.js';
import { askToLogIn, fill, find, money, noAnswerText, page, say, showTime, texts } from './site.js';

/** How long a button waits for its second press. */
const sureMs = 4_000;

const list = find('#orders');
const more = find('#more');
const template = find('#order');
const shown = new Map();
const titles = new Map();

/** The title of an order's item; asked for once. */
function titleOf(itemId) {
  if (!titles.has(itemId)) {
    const asked = call('GET', `/api/items/${itemId}`);
    titles.set(
      itemId,
      asked.then(({ data }) => data?.title ?? `#${itemId}`),
    );
  }
  return titles.get(itemId);
}

async function load(cursor) {
  more.disabled = true;
  const query = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  const answer = await insist('GET', `/api/orders${query}`);
  more.disabled = false;
  find('#loading').hidden = true;
  if (answer.errCode === 20003) return askToLogIn();
  if (answer.errCode !== null)
    return say(find('#message'), answer.errMsg || noAnswerText(answer), true);
  const { orders, next } = answer.data;
  for (const order of orders) add(order);
  more.hidden = next === null;
  more.onclick = () => load(next);
  find('#none').hidden = shown.size > 0;
}

/** An order that was placed a moment ago may not be in the list yet, but has its own address. */
async function loadNew() {
  const orderId = new URLSearchParams(location.search).get('order');
  if (orderId === null || shown.has(orderId)) return;
  const { errCode, data } = await call('GET', `/api/orders/${encodeURIComponent(orderId)}`);
  if (errCode !== null) return;
  add(data);
  list.prepend(shown.get(orderId).element);
  find('#none').hidden = true;
}

/** `element`: a card that the server has made. */
function add(order, element = template.content.cloneNode(true).firstElementChild) {
  if (shown.has(order.orderId)) return;
  const entry = { order, element };
  shown.set(order.orderId, entry);
  const title = find('[data-title]', element);
  title.href = `/items/${order.itemId}`;
  titleOf(order.itemId).then((text) => {
    title.textContent = text;
  });
  find('[data-amount]', element).textContent = `${order.amount} × ${money(order.unitPrice)}`;
  find('[data-total]', element).textContent = money(order.total);
  const link = find('[data-id]', element);
  link.textContent = order.orderId;
  link.href = `/orders/${order.orderId}`;
  showTime(find('[data-time]', element), Date.parse(order.createdAt));
  const pay = find('[data-pay]', element);
  if (pay !== null) pay.href = `/demo/pay/${order.orderId}`;
  const cancel = find('[data-cancel]', element);
  cancel.hidden = false;
  const label = cancel.textContent;
  cancel.addEventListener('click', () => {
    if (cancel.dataset.sure === 'true') return cancelOrder(entry);
    cancel.dataset.sure = 'true';
    cancel.textContent = texts.cancelSure;
    setTimeout(() => {
      cancel.dataset.sure = 'false';
      cancel.textContent = label;
    }, sureMs);
  });
  if (!element.isConnected) list.append(element);
  show(entry);
}

async function cancelOrder(entry) {
  const { element, order } = entry;
  const message = find('[data-message]', element);
  const cancel = find('[data-cancel]', element);
  cancel.disabled = true;
  say(message, texts.cancelling);
  const path = `/api/orders/${order.orderId}`;
  const answer = await insist('POST', `${path}/cancel`, {}, ({ isOffline }) =>
    say(message, isOffline ? texts.offlineRetrying : texts.retrying),
  );
  cancel.disabled = false;
  if (answer.errCode === 20003) return askToLogIn();
  say(message, answer.errCode === null ? '' : answer.errMsg || noAnswerText(answer), true);
  // A refusal means that the order's state is not the one shown here.
  if (answer.errCode !== null) return look(entry);
  entry.order = answer.data;
  show(entry);
}

/** Shows an order as it stands now. */
async function look(entry) {
  const { errCode, data } = await call('GET', `/api/orders/${entry.order.orderId}`);
  if (errCode !== null) return;
  entry.order = data;
  show(entry);
}

function show({ element, order }) {
  const { status } = order;
  const leftMs = timeToPay(order);
  const isOpen = status === 'placed' && leftMs > 0;
  const seen = status === 'placed' && !isOpen ? 'expired' : status;
  element.dataset.state = seen;
  find('[data-status]', element).textContent = texts[seen];
  find('[data-actions]', element).hidden = !isOpen;
  const refund = find('[data-refund]', element);
  refund.hidden = order.toRefund === 0;
  refund.textContent = fill(texts.toRefund, { amount: money(order.toRefund) });
  find('[data-left]', element).textContent = fill(texts.timeLeft, { time: durationText(leftMs) });
}

/** The page of a single order, which the server has made. */
async function loadOne(orderId) {
  const answer = await insist('GET', `/api/orders/${orderId}`);
  if (answer.errCode === 20003) return askToLogIn();
  if (answer.errCode === null) add(answer.data, find('.order', list));
  else say(find('#message'), answer.errMsg || noAnswerText(answer), true);
}

/** The sales that the visitor waits for: what the page says of each, second by second. */
const awaited = [...document.querySelectorAll('[data-awaited]')].map((element) => {
  return { element, promo: JSON.parse(element.dataset.awaited) };
});
everySecond(() => {
  for (const { element, promo } of awaited) {
    const status = saleStatus(promo);
    element.dataset.state = status;
    const canJoin = status === 'pending' && serverNow() >= promo.opensAt;
    find('[data-go]', element).hidden = status !== 'running' && !canJoin;
    find('[data-left]', element).textContent = saleText({ promo });
  }
});
for (const time of document.querySelectorAll(':is(.awaited, .own-order) [data-time]')) {
  showTime(time, Number(time.dataset.time));
}

if (page.orderId === null) {
  await load(null);
  await loadNew();
} else await loadOne(page.orderId);
everySecond(() => {
  for (const entry of shown.values()) if (entry.order.status === 'placed') show(entry);
});
// Who comes back from a checkout in another tab finds here what has become of it.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  for (const entry of shown.values()) if (entry.order.status === 'placed') look(entry);
});
