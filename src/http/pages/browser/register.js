// Registration: a code by text message, then the account, then the log-in.
import { call } from './api.js';
import { onSubmit, showErrors, showRefusal } from './form.js';
import { fill, find, page, say, texts } from './site.js';

/** The same as the server's own pause between two messages. */
const pauseSeconds = 60;

const form = find('#register');
const sendCode = find('#send-code');
const label = sendCode.textContent;
const own = {
  telephone: texts.telephoneError,
  otp: texts.otpError,
  name: texts.nameError,
  gender: texts.genderError,
  age: texts.ageError,
  password: texts.passwordError,
};

sendCode.addEventListener('click', async () => {
  sendCode.disabled = true;
  const answer = await call('POST', '/api/otp', { telephone: find('#telephone').value });
  if (answer.errCode !== null) {
    showRefusal(form, answer, own, { 10003: 'telephone' });
    const seconds = Math.round((answer.retryAfterMs ?? 0) / 1_000);
    countDown(answer.errCode === 10003 ? Math.min(seconds, pauseSeconds) : 0);
    return;
  }
  showErrors(form, {});
  say(find('#message'), texts.codeSent);
  find('#otp').focus();
  countDown(pauseSeconds);
});

function countDown(seconds) {
  sendCode.disabled = seconds > 0;
  sendCode.textContent = seconds > 0 ? fill(texts.wait, { n: seconds }) : label;
  if (seconds > 0) setTimeout(() => countDown(seconds - 1), 1_000);
}

onSubmit(form, async ({ telephone, otp, name, gender, age, password }) => {
  const person = { telephone, otp, name, gender, password, age: age === '' ? null : Number(age) };
  const answer = await call('POST', '/api/users', person);
  if (answer.errCode !== null) {
    showRefusal(form, answer, own, { 20004: 'telephone', 20005: 'otp' });
    return;
  }
  const session = await call('POST', '/api/sessions', { telephone, password });
  const logIn = `/login?next=${encodeURIComponent(page.next)}`;
  location.assign(session.errCode === null ? page.next : logIn);
});
