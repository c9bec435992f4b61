// Buying: captcha, purchase token, order. The token is kept until there is an answer, even over a
// reload: whatever goes wrong, sending it again cannot order twice.
import { call, insist, isPassing, jitterMs, sleep } from './api.js';
import { durationText, serverNow } from './clock.js';
import { askToLogIn, fill, find, page, say, texts } from './site.js';

/** The first requests of a crowd are spread over this time. */
const firstJitterMs = 300;
const saleNotStarted = 30004;
const captchaWrong = 30009;
const notLoggedIn = 20003;

const { offer, userId } = page;
const keptAs = `purchase:${userId}:${offer.itemId}`;
const message = find('#message');
const form = find('#captcha');
const answerField = find('#answer');

/** Buys, and resolves when the outcome is known or the purchase must be started again. */
export async function startPurchase() {
  say(message, texts.asking);
  find('#result').hidden = true;
  const amount = Number(find('#amount')?.value ?? 1) || 1;
  const kept = keptPurchase();
  if (kept !== null) return place(kept);
  await sleep(jitterMs(firstJitterMs));
  const token = await admission();
  if (token === null) return;
  const purchase = { token, amount };
  sessionStorage.setItem(keptAs, JSON.stringify(purchase));
  return place(purchase);
}

/** Continues a purchase whose answer was lost in a reload. */
export async function resumePurchase() {
  const kept = keptPurchase();
  if (kept !== null) await place(kept);
}

/** Whether a purchase was sent and has no answer yet. */
export const isUnderWay = () => keptPurchase() !== null;

function keptPurchase() {
  return JSON.parse(sessionStorage.getItem(keptAs) ?? 'null');
}

/** A purchase token, or null where it was refused and the user was told. */
async function admission() {
  const path = `/api/items/${offer.itemId}/tokens`;
  const promoId = offer.promo?.id ?? 0;
  const guarded = offer.promo?.captcha === true;
  for (let isFirst = true; ; isFirst = false) {
    const solution = guarded ? await captchaSolution(promoId, isFirst) : {};
    if (solution === null) return null;
    say(message, texts.asking);
    const answer = await insist('POST', path, { promoId, ...solution }, tellRetry, [
      saleNotStarted,
    ]);
    if (answer.errCode === null) return answer.data.token;
    if (answer.errCode !== captchaWrong) return refuse(answer);
  }
}

/** What a person reads in a captcha; null where none was given out. */
async function captchaSolution(promoId, isFirst) {
  const drawn = await drawCaptcha(promoId);
  if (drawn === null) return null;
  say(message, isFirst ? '' : texts.captchaWrong, !isFirst);
  const submitted = Promise.withResolvers();
  const other = find('#captcha-other');
  const drawOther = async () => {
    other.disabled = true;
    const next = await drawCaptcha(promoId);
    other.disabled = false;
    if (next === null) submitted.resolve(null);
    else drawn.captchaId = next.captchaId;
    answerField.focus();
  };
  const submit = (event) => {
    event.preventDefault();
    submitted.resolve({ captchaId: drawn.captchaId, answer: answerField.value });
  };
  form.addEventListener('submit', submit);
  other.addEventListener('click', drawOther);
  const solution = await submitted.promise;
  form.removeEventListener('submit', submit);
  other.removeEventListener('click', drawOther);
  form.hidden = true;
  return solution;
}

async function drawCaptcha(promoId) {
  const answer = await insist('POST', '/api/captchas', { promoId }, tellRetry, [saleNotStarted]);
  if (answer.errCode !== null) {
    form.hidden = true;
    return refuse(answer);
  }
  find('img', form).src = answer.data.image;
  form.hidden = false;
  answerField.value = '';
  answerField.focus();
  return answer.data;
}

async function place(purchase) {
  say(message, texts.placing);
  const answer = await insist('POST', '/api/orders', purchase, tellRetry, [saleNotStarted]);
  if (isPassing(answer)) {
    say(message, texts.gaveUp, true);
    return;
  }
  sessionStorage.removeItem(keptAs);
  if (answer.errCode !== null) {
    refuse(answer);
    return;
  }
  say(message, '');
  await showOrder(answer.data);
}

/** Shows an order; it may be an earlier one, paid or closed since. */
async function showOrder({ orderId, payBy }) {
  const known = await call('GET', `/api/orders/${orderId}`);
  const status = known.errCode === null ? known.data.status : 'placed';
  const result = find('#result');
  const isOpen = status === 'placed';
  const titles = { placed: texts.bought, paid: texts.boughtBefore };
  find('[data-title]', result).textContent = titles[status] ?? texts.boughtAndClosed;
  const time = durationText(Date.parse(payBy) - serverNow());
  find('[data-text]', result).textContent = isOpen
    ? fill(texts.payBy, { order: orderId, time })
    : fill(texts.orderIs, { order: orderId, status: texts[status] });
  const link = find('[data-link]', result);
  link.href = `/orders?order=${encodeURIComponent(orderId)}`;
  link.textContent = isOpen ? texts.toOrders : texts.seeOrders;
  result.dataset.order = orderId;
  result.dataset.state = status;
  result.hidden = false;
  result.focus();
}

function tellRetry({ errCode }) {
  if (errCode !== saleNotStarted) say(message, texts.retrying);
}

/** Tells the user why not. */
function refuse(answer) {
  if (answer.errCode === notLoggedIn) askToLogIn();
  else say(message, answer.errCode === 0 ? texts.offline : answer.errMsg, true);
  return null;
}
