// Forms of accounts. The server does all of it, without a script too; this spares people the reload:
// what they have typed stays, also where there is no connection, and a wait for a code counts down.
import { fill, find, noAnswerText, page, say } from './site.js';

const patienceMs = 15_000;

/** When each number that was sent a code may be sent another. */
const waits = new Map();
const numberOf = (text) => text.normalize('NFKC').replace(/\D/g, '');

async function send(form, body) {
  const signal = AbortSignal.timeout(patienceMs);
  const response = await fetch(form.action, { method: 'POST', body, signal });
  if (response.redirected) return location.assign(response.url);
  show(new DOMParser().parseFromString(await response.text(), 'text/html'));
}

/** Shows what the server has made of the form; a password, which it does not send back, stays. */
function show(answer) {
  const form = find('form[data-account]');
  const next = find('form[data-account]', answer);
  if (next === null) throw new TypeError('the answer has no form');
  const password = find('[name=password]', form)?.value;
  form.replaceWith(next);
  const field = find('[name=password]', next);
  if (field !== null && password !== undefined) field.value = password;
  start(next);
  (find('[autofocus]', next) ?? find('#otp', next) ?? find('[name=password]', next))?.focus();
  // What is there from the beginning is not read out.
  const message = find('#message', next);
  const text = message.textContent;
  message.textContent = '';
  requestAnimationFrame(() => {
    message.textContent = text;
  });
}

function start(form) {
  const message = find('#message', form);
  const buttons = form.querySelectorAll('button');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (form.dataset.sent === 'true') return;
    form.dataset.sent = 'true';
    // Before the buttons are disabled: a disabled one is not sent, and it says what is wanted.
    const body = new URLSearchParams(new FormData(form, event.submitter));
    for (const button of buttons) button.disabled = true;
    say(message, '');
    try {
      await send(form, body);
    } catch (error) {
      const isOffline = !navigator.onLine || error instanceof TypeError;
      say(message, noAnswerText({ isOffline }), true);
    }
    // Where the form was replaced or left, this changes nothing that is seen.
    delete form.dataset.sent;
    for (const button of buttons) button.disabled = false;
    countDown(form);
  });
  const ask = find('#send-code', form);
  if (ask === null) return;
  const waitMs = Number(ask.dataset.waitMs ?? 0);
  const number = numberOf(find('#telephone', form).value);
  if (waitMs > 0) waits.set(number, performance.now() + waitMs);
  find('#telephone', form).addEventListener('input', () => countDown(form));
  countDown(form);
}

/** The wait is for the number in the form: another one may be sent a code at once. */
function countDown(form) {
  const ask = find('#send-code', form);
  if (ask === null || form.dataset.sent === 'true') return;
  ask.dataset.label ??= ask.textContent;
  const until = waits.get(numberOf(find('#telephone', form).value)) ?? 0;
  const seconds = Math.ceil((until - performance.now()) / 1_000);
  ask.disabled = seconds > 0;
  ask.textContent = seconds > 0 ? fill(page.waitText, { n: seconds }) : ask.dataset.label;
}

start(find('form[data-account]'));
setInterval(() => countDown(find('form[data-account]')), 1_000);
