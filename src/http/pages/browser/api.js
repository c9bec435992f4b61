// Requests to the API, and requests that are sent again until there is an answer.

const patienceMs = 10_000;
/** After this the user is asked whether to go on. */
const insistMs = 120_000;
/** No answer; too many requests; outcome unknown; journal unavailable; too busy. */
const passing = new Set([0, 10003, 10004, 30002, 30003]);

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sleeps until the device is back on a network, if that is earlier. */
function sleepOrReconnect(ms) {
  const reconnected = new AbortController();
  const { signal } = reconnected;
  const online = new Promise((resolve) => addEventListener('online', resolve, { signal }));
  return Promise.race([sleep(ms), online]).finally(() => reconnected.abort());
}

/** A random wait in each browser, so that a crowd does not ask all at once. */
export const jitterMs = (most) => Math.random() * most;

/**
 * Sends a request. Returns `{ errCode, data, errMsg, fields, retryAfterMs }`; `errCode` is null on
 * success, which may say as well when to ask again, and 0 where there was no answer; then `isOffline`
 * says whether the shop could not be reached, or has not answered in time.
 */
export async function call(method, path, body) {
  const request = {
    method,
    headers: { 'accept-language': document.documentElement.lang },
    signal: AbortSignal.timeout(patienceMs),
  };
  if (body !== undefined) {
    request.headers['content-type'] = 'application/json';
    request.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(path, request);
    const { status, data } = await response.json();
    const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1_000;
    if (status === 'success') return { errCode: null, data, retryAfterMs };
    return { ...data, retryAfterMs };
  } catch (error) {
    // `fetch` fails with a TypeError where there is no connection; time-outs and odd answers fail otherwise.
    const isOffline = !navigator.onLine || error instanceof TypeError;
    return { errCode: 0, errMsg: '', retryAfterMs: 0, isOffline };
  }
}

/** Sends a request that may safely be repeated until its outcome is known. */
export async function insist(method, path, body, retrying = () => undefined, also = []) {
  const end = performance.now() + insistMs;
  for (let attempt = 0; ; attempt++) {
    const answer = await call(method, path, body);
    const passes = passing.has(answer.errCode) || also.includes(answer.errCode);
    if (!passes || performance.now() > end) return answer;
    retrying(answer);
    const pauseMs = Math.min(250 * 2 ** attempt, 4_000);
    await sleepOrReconnect(Math.max(answer.retryAfterMs, pauseMs));
    await sleep(jitterMs(300));
  }
}

export const isPassing = ({ errCode }) => passing.has(errCode);
