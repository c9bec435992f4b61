/**
 * Sells one unit to a user who has logged in at your shop: mints a purchase token, keeps it, and places the order
 * with it until there is an answer. A token has one order at most, so whatever breaks, run it again for the same
 * checkout, and it goes on where it was.
 *
 *   STAMPEDE_KEY=stampede_… node buy.mjs http://127.0.0.1:3000 CHECKOUT USER ITEM PROMO
 *
 * The key needs the scope `mint`. CHECKOUT is your own number of the purchase; its token is kept in a file
 * `checkouts/<CHECKOUT>`, where a shop has a row. Prints the order; exit 1 where it is refused, and 3 where it is not
 * known what became of it.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const [url, checkout, userId, itemId, promoId] = process.argv.slice(2);
const key = process.env.STAMPEDE_KEY;
if (promoId === undefined || key === undefined || !/^\w+$/.test(checkout)) {
  console.error('usage: STAMPEDE_KEY=stampede_… node buy.mjs URL CHECKOUT USER ITEM PROMO');
  process.exit(2);
}

const patienceMs = 30_000;

/** The answer's `data`, success or refusal; null where nobody answers for long. */
async function ask(path, body) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const end = Date.now() + patienceMs;
  for (let backoffMs = 200; ; backoffMs = Math.min(2 * backoffMs, 5_000)) {
    let afterMs = backoffMs;
    try {
      const signal = AbortSignal.timeout(10_000);
      const init = { method: 'POST', headers, body: JSON.stringify(body), signal };
      const response = await fetch(url + path, init);
      const { data } = await response.json();
      // Nothing was done, or it is not known what: the same again, after a while.
      if (![429, 502, 503, 504].includes(response.status)) return data;
      afterMs = Math.max(afterMs, 1_000 * Number(response.headers.get('retry-after')) || 0);
    } catch (error) {
      console.error(`no answer: ${error.cause ?? error}`);
    }
    if (Date.now() + afterMs > end) return null;
    await pause(afterMs);
  }
}

/** The token of the checkout: the one that was kept, or a new one, kept before it is used. */
async function tokenOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const body = { userId: Number(userId), itemId: Number(itemId), promoId: Number(promoId) };
  const { token } = answered(await ask('/api/admin/tokens', body));
  mkdirSync('checkouts', { recursive: true });
  const made = openSync(`${file}.new`, 'w', 0o600);
  writeSync(made, token);
  fsyncSync(made);
  closeSync(made);
  renameSync(`${file}.new`, file);
  return token;
}

function answered(data) {
  if (data === null) {
    console.error('not known: run it again');
    process.exit(3);
  }
  if (data.errCode !== undefined) {
    console.error(`refused: ${data.errCode} ${data.errMsg}`);
    process.exit(1);
  }
  return data;
}

const token = await tokenOf(`checkouts/${checkout}`);
console.log(JSON.stringify(answered(await ask('/api/orders', { token, amount: 1 }))));
