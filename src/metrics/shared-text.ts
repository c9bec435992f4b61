/**
 * A text that takes long to make, such as the metrics of a thousand items, for any number of readers. Those
 * who come while it is made share it. And making it takes no more than a bounded share of the thread, which
 * takes orders too: whoever asks beyond that gets the last one.
 */

/** The share of its time that a thread makes the text in, when it is asked for without end. */
const shareMax = 0.1;
/** What it may take beside: readers who come now and then always get a new one. */
const creditMsMax = 500;

/** @param clock - monotonic, in milliseconds. */
export function sharedText(
  make: () => Promise<string>,
  clock = () => performance.now(),
): () => Promise<string> {
  let text: Promise<string> | null = null;
  let isMaking = false;
  /** Time that may be taken: as it was at `creditAt`. */
  let creditMs = creditMsMax;
  let creditAt = clock();
  const makeAnew = async () => {
    const startedAt = clock();
    isMaking = true;
    try {
      return await make();
    } finally {
      isMaking = false;
      creditMs -= clock() - startedAt;
    }
  };
  return () => {
    const now = clock();
    creditMs = Math.min(creditMsMax, creditMs + (now - creditAt) * shareMax);
    creditAt = now;
    if (text === null || (!isMaking && creditMs > 0)) text = makeAnew();
    return text;
  };
}
