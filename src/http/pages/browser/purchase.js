// Buying: captcha, purchase token or a place in line, order. The token is kept until there is an answer, even over a
// reload: whatever goes wrong, sending it again cannot order twice. Then the order is kept in its place.
import { call, insist, isPassing, jitterMs, sleep } from './api.js';
import { deadText, isDead, keepOrder, showKeptOrder, showOrder } from './order.js';
import { proofOf } from './proof.js';
import { enter, spent, stands } from './room.js';
import { askToLogIn, fill, find, noAnswerText, page, say, texts } from './site.js';

/** The first requests of a crowd are spread over this time. */
const firstJitterMs = 300;
const saleNotStarted = 30004;
const captchaWrong = 30009;
const tokenExpired = 30008;
/** A misread picture is followed by another, and a proof that came too late too, but not for ever. */
const captchasMax = 5;
/** Too many requests; too busy. */
const crowded = new Set([10003, 30003]);
const notLoggedIn = 20003;

const { offer, userId } = page;
const keptAs = `purchase:${userId}:${offer.itemId}`;
const message = find('#message');
const form = find('#captcha');
const answerField = find('#answer');
const amountField = find('#amount');

/**
 * Buys, and resolves when the outcome is known, there is a place in line, or the purchase must be started
 * again. With the wish to 'join' alone it buys nothing, also where the buyer is let in at once.
 */
export async function startPurchase(wish) {
  const kept = keptPurchase();
  if (kept !== null) return place(kept);
  const amount = wish === 'buy' ? chosenAmount() : 0;
  if (amount === null) return;
  say(message, texts.asking);
  await sleep(jitterMs(firstJitterMs));
  const token = await admission(wish);
  if (token === null) return;
  const purchase = { token, amount };
  sessionStorage.setItem(keptAs, JSON.stringify(purchase));
  return place(purchase);
}

/** Continues a purchase whose answer was lost in a reload; else shows the order that was made before. */
export async function resumePurchase() {
  const kept = keptPurchase();
  if (kept !== null) await place(kept);
  else showKeptOrder();
}

/** The units that were asked for; null where the field does not say, and the user was told. */
function chosenAmount() {
  if (amountField === null) return 1;
  // What is not a number at all is NaN here.
  const amount = amountField.valueAsNumber;
  const limit = Number(amountField.max);
  const isRight = Number.isInteger(amount) && amount >= 1 && amount <= limit;
  showAmountError(isRight ? '' : fill(texts.amountError, { limit }));
  if (isRight) return amount;
  say(message, '');
  amountField.focus();
  return null;
}

function showAmountError(text) {
  find('#amount-error').textContent = text;
  amountField.setAttribute('aria-invalid', String(text !== ''));
}

amountField?.addEventListener('input', () => showAmountError(''));

/** Whether a purchase was sent and has no answer yet. */
export const isUnderWay = () => keptPurchase() !== null;

function keptPurchase() {
  return JSON.parse(sessionStorage.getItem(keptAs) ?? 'null');
}

/** A purchase token, or null where there is none yet, or it was refused and the user was told. */
async function admission(wish) {
  const path = `/api/items/${offer.itemId}/tokens`;
  const promoId = offer.promo?.id ?? 0;
  let guarded = offer.promo?.captcha === true && stands() === 'none';
  for (let attempt = 1; ; attempt++) {
    const solution = guarded ? await captchaSolution(promoId, attempt === 1) : {};
    if (solution === null) return null;
    say(message, texts.asking);
    const answer = await insist('POST', path, { promoId, ...solution }, tellRetry, [
      saleNotStarted,
    ]);
    if (answer.errCode === null) return tokenOf(answer, wish);
    if (answer.errCode !== captchaWrong || attempt === captchasMax) return refuse(answer);
    // Somebody who was let in, and came too late, joins as everybody does.
    guarded = true;
  }
}

/** What an answer has brought: a token to buy with, or else the room shows where the buyer stands. */
function tokenOf({ data, retryAfterMs }, wish) {
  if (data.state === 'admitted' && wish === 'buy') return data.token;
  say(message, '');
  enter(data, retryAfterMs);
  find('#room').focus();
  return null;
}

/** What a person reads in a captcha, or what the device finds; null where none was given out. */
async function captchaSolution(promoId, isFirst) {
  const drawn = await drawCaptcha(promoId);
  if (drawn === null) return null;
  if (drawn.challenge !== undefined) {
    say(message, texts.proving);
    return { captchaId: drawn.captchaId, answer: await proofOf(drawn.challenge) };
  }
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
  if (answer.data.image === undefined) return answer.data;
  find('img', form).src = answer.data.image;
  form.hidden = false;
  answerField.value = '';
  answerField.focus();
  return answer.data;
}

async function place(purchase) {
  say(message, texts.placing);
  const answer = await insist('POST', '/api/orders', purchase, tellUnknown, [saleNotStarted]);
  if (isPassing(answer)) {
    say(message, texts.gaveUp, true);
    return;
  }
  sessionStorage.removeItem(keptAs);
  if (answer.errCode === null) return told(answer.data);
  if (answer.errCode === tokenExpired) spent();
  refuse(answer);
}

/** An order was made with this token: now, or earlier, and then it may be over. */
async function told(placed) {
  const known = await call('GET', `/api/orders/${placed.orderId}`);
  const order = known.errCode === null ? known.data : { status: 'placed', ...placed };
  spent();
  if (isDead(order)) {
    say(message, deadText(order), true);
    return;
  }
  keepOrder(order.orderId);
  say(message, '');
  showOrder(order);
  find('#result').focus();
}

/** Nothing was done yet: a captcha or a purchase token is asked for again. */
function tellRetry({ errCode, isOffline }) {
  if (errCode === saleNotStarted) return;
  say(message, isOffline ? texts.offlineRetrying : texts.retrying);
}

/** The order may have been placed, or not: the same token will tell. */
function tellUnknown({ errCode, isOffline }) {
  if (errCode === saleNotStarted) return;
  if (isOffline) say(message, texts.offlinePlacing);
  else say(message, crowded.has(errCode) ? texts.retrying : texts.noAnswerPlacing);
}

/** Tells the user why not. */
function refuse(answer) {
  if (answer.errCode === notLoggedIn) askToLogIn();
  else say(message, answer.errMsg || noAnswerText(answer), true);
  return null;
}
