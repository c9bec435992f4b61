// Long work in slices, between which the page lives on.

/** Less than a frame, so that the page goes on counting, scrolling and answering keys. */
export const sliceMs = 8;

/** Lets the page do what waits. Unlike a timer's, this turn comes soon in a hidden tab as well. */
export function nextTurn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
