// What every administrator's page does: a form is sent once, and the server is told the browser's time
// zone, in which it writes the next page. Everything works without it.
import { fill, page, timeText } from './site.js';

export const texts = page.admin;

const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const yearSeconds = 365 * 24 * 3_600;
// biome-ignore lint/suspicious/noDocumentCookie: not every browser has another way.
document.cookie = `tz=${timeZone}; path=/admin; max-age=${yearSeconds}; samesite=lax`;

for (const form of document.querySelectorAll('form[data-once]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent === 'true') event.preventDefault();
    form.dataset.sent = 'true';
  });
}
// A form may be sent again when the browser restores its page from memory.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-once]')) delete form.dataset.sent;
});

// What was done is told once, not again after a reload.
const shown = new URL(location.href);
if (shown.searchParams.has('done')) {
  shown.searchParams.delete('done');
  history.replaceState(null, '', shown);
}

for (const input of document.querySelectorAll('input[data-utc]')) {
  const told = document.createElement('p');
  told.className = 'hint';
  input.after(told);
  const tell = () => {
    const at = Date.parse(`${input.value}Z`);
    told.textContent = Number.isNaN(at) ? '' : fill(texts.local, { time: timeText(at) });
  };
  input.addEventListener('input', tell);
  tell();
}
