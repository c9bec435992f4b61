// A timer that goes on in a hidden tab. Browsers let a page that nobody sees wake once a minute, and
// somebody who is let in has five: a worker's timers are left alone.
addEventListener('message', ({ data: { id, ms } }) => {
  setTimeout(() => postMessage(id), ms);
});
