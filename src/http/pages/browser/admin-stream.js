// The stream of an operator's page: it says whether it is live, and leads to the log-in when the session is over.
import { texts } from './admin.js';
import { stayInformed } from './live.js';
import { find, page, say } from './site.js';

const state = find('[data-live]');

/** A refused stream may mean that the session is over. */
export async function lost(isRefused) {
  if (state.dataset.state === 'ended') return;
  say(state, texts.lost, true);
  state.dataset.state = 'lost';
  if (!isRefused) return;
  const answer = await fetch('/admin/items', { redirect: 'follow' }).catch(() => null);
  if (answer === null || new URL(answer.url).pathname !== '/admin/login') return;
  state.dataset.state = 'ended';
  const link = document.createElement('a');
  link.href = `/admin/login?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = texts.ended;
  state.replaceChildren(link);
}

/** Hears of the books of what the page shows, some times a second. `take` gets their time and the items. */
export function follow(take) {
  stayInformed({
    path: '/admin/live',
    item: page.selection,
    event: 'board',
    itemOf: ({ item }) => item,
    take({ at, items }) {
      take(at, items);
      if (state.dataset.state !== 'live') say(state, texts.connected);
      state.dataset.state = 'live';
    },
    lost,
  });
}
