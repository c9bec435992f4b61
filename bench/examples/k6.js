/**
 * Orders with k6: each purchase token of a file with one in each line is spent once, by 64 buyers at a
 * time. The file is named from the folder of this script, or by its whole path. Unlike the other
 * examples, this one was not run by the people who wrote it: they had no k6.
 *
 *   npx bun tokens --item 1 --promo 1 --count 20000 > tokens.txt
 *   k6 run -e TOKENS="$PWD/tokens.txt" bench/examples/k6.js
 */
import { check } from 'k6';
import { SharedArray } from 'k6/data';
import exec from 'k6/execution';
import http from 'k6/http';

const tokens = new SharedArray('tokens', () => open(__ENV.TOKENS).trim().split('\n'));
const url = __ENV.URL ?? 'http://127.0.0.1:3000/api/orders';
const params = { headers: { 'content-type': 'application/json' } };

export const options = {
  scenarios: {
    buyers: { executor: 'shared-iterations', vus: 64, iterations: tokens.length },
  },
};

export default function buy() {
  const token = tokens[exec.scenario.iterationInTest];
  const answer = http.post(url, JSON.stringify({ token, amount: 1 }), params);
  check(answer, { 'a new order': ({ status }) => status === 201 });
}
