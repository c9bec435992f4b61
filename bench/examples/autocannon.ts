/**
 * Orders with autocannon: each order body of a file is posted once, over 64 connections.
 *
 *   npx bun tokens --item 1 --promo 1 --count 50000 --format jsonl > orders.jsonl
 *   npx bun bench/examples/autocannon.ts http://127.0.0.1:3000/api/orders orders.jsonl
 */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

const [url, file] = process.argv.slice(2);
if (url === undefined || file === undefined) {
  console.error('usage: bun bench/examples/autocannon.ts URL ORDERS.jsonl');
  process.exit(2);
}
const bodies = readFileSync(file, 'utf8').trim().split('\n');
const connections = Math.min(64, bodies.length);
let clients = 0;

const result = await autocannon({
  url,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  connections,
  amount: bodies.length,
  setupClient(client) {
    // Each connection posts equally many: client i of n posts the lines i, i + n, …
    let line = clients++;
    const giveNext = () => {
      client.setBody(bodies[line % bodies.length]!);
      line += connections;
    };
    giveNext();
    client.on('response', giveNext);
  },
});
console.log(autocannon.printResult(result));
for (const [status, { count }] of Object.entries(result.statusCodeStats ?? {})) {
  console.log(status, count);
}
