// Waking a page later, also where nobody sees it.
import { page } from './site.js';

let worker = null;
let last = 0;
const waiting = new Map();

/** Calls `then` in `ms`, once; returns what takes it back. */
export function wakeIn(ms, then) {
  const id = ++last;
  waiting.set(id, then);
  worker ??= started();
  if (worker === undefined) setTimeout(() => wake(id), ms);
  else worker.postMessage({ id, ms });
  return () => waiting.delete(id);
}

function wake(id) {
  const then = waiting.get(id);
  waiting.delete(id);
  then?.();
}

/** Undefined where the browser has no workers: then the page's own timers must do. */
function started() {
  if (!('Worker' in window)) return undefined;
  const made = new Worker(page.waker);
  made.addEventListener('message', ({ data }) => wake(data));
  return made;
}
