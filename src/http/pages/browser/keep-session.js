// Keeps the session of whoever waits on a page: it ends an hour after its last use, and watching a
// countdown sends nothing that would use it.
import { call, jitterMs } from './api.js';

/** Often enough for an hour, also where a phone skips some; seldom enough for a hundred thousand pages. */
const pauseMs = 10 * 60_000;
const notLoggedIn = 20003;

let usedAt = performance.now();

async function use() {
  usedAt = performance.now();
  const { errCode } = await call('GET', '/api/sessions');
  // Better to learn it now than at the opening: the page asks to log in again.
  if (errCode === notLoggedIn) location.reload();
}

export function keepSession() {
  setInterval(use, pauseMs + jitterMs(60_000));
  // Timers rest in a tab that is hidden for long.
  document.addEventListener('visibilitychange', () => {
    const isLate = performance.now() - usedAt > pauseMs;
    if (document.visibilityState === 'visible' && isLate) use();
  });
}
