// What every page does: it knows its texts and the server's time, and it keeps the session of who waits.
import { keepSession } from './keep-session.js';

export const page = JSON.parse(document.body.dataset.page);
export const texts = page.texts;

/** Fills in the names in braces. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const find = (selector, within = document) => within.querySelector(selector);

/** An amount of minor units, as the server writes it. */
export function money(minor) {
  const { code: currency, digits } = page.currency;
  const unit = 10 ** digits;
  const fraction = minor % unit === 0 ? 0 : digits;
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    ...{ style: 'currency', currency, currencyDisplay: 'narrowSymbol' },
    ...{ minimumFractionDigits: fraction, maximumFractionDigits: fraction },
  });
  return format.format(minor / unit);
}

const local = new Intl.DateTimeFormat(document.documentElement.lang, {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZoneName: 'short',
});

/** A time in the reader's zone, which it names, and in the page's language. */
export const timeText = (at) => local.format(at);

export function showTime(element, at) {
  element.dateTime = new Date(at).toISOString();
  element.textContent = timeText(at);
}

/** Shows a message to people and screen readers. */
export function say(element, text, isError = false) {
  element.textContent = text;
  element.classList.toggle('error', isError);
}

/** What to say where there was no answer: nobody was reached, or they have not answered in time. */
export const noAnswerText = ({ isOffline }) => (isOffline ? texts.offline : texts.noAnswer);

/** Leads to the log-in, and back here. */
export function askToLogIn() {
  const here = location.pathname + location.search;
  location.assign(`/login?next=${encodeURIComponent(here)}`);
}

if (page.loggedIn) keepSession();
