// A report that is being made: the page asks how far it is until it is done.
import { find } from './site.js';

// Its forms are those of every administrator's page.
export { texts } from './admin.js';

const askEveryMs = 1_000;

async function ask() {
  const old = find('[data-part="report"]');
  const answer = await fetch(location.pathname).catch(() => null);
  if (answer?.ok && !answer.redirected) {
    const made = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const part = find('[data-part="report"]', made);
    old.dataset.making = part.dataset.making;
    old.replaceChildren(...part.childNodes);
  }
  watch();
}

function watch() {
  if (find('[data-part="report"]').dataset.making === 'true') setTimeout(ask, askEveryMs);
}

watch();
