// What every administrator's page does: a form is sent once, and the server is told the browser's time
// zone, in which it writes the next page. Everything works without it.
import { fill, find, page, timeText } from './site.js';

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

// Which moment a date and time field means, once something is typed: clocks may skip it, or have it twice.
// Browsers read local times as the server does, but in their own zone alone.
for (const input of document.querySelectorAll('input[data-zone]')) {
  const { zone, zoneName } = input.dataset;
  if (zone !== timeZone) continue;
  const note = find(`#${input.id}-note`);
  const empty = note.textContent;
  input.addEventListener('input', () => {
    const at = Date.parse(input.value);
    note.textContent = Number.isNaN(at)
      ? empty
      : fill(texts.moment, { time: timeText(at), zone: zoneName });
  });
}

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = navigator.clipboard === undefined;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(find(`#${button.dataset.copy}`).value);
    button.textContent = button.dataset.copied;
  });
}
