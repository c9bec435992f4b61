/** One process of autocannon; see `autocannon.ts`. */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { AutocannonResult, AutocannonSettings } from './autocannon.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as AutocannonSettings; // The bench wrote it.
const bodies = readFileSync(settings.bodiesFile, 'utf8')
  .trimEnd()
  .split('\n')
  .filter((_, line) => line % settings.processes === settings.number);
const latencies = build({ useWebAssembly: false });
const statuses: Record<string, number> = {};
let taken = 0;
let lastAt = 0;

function takeBody(): string {
  return bodies[taken++ % bodies.length]!;
}

const startedAt = performance.now();
const { errors, timeouts } = await autocannon({
  url: settings.url,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  connections: settings.connections,
  pipelining: 1,
  ...(settings.all ? { amount: bodies.length } : { duration: settings.seconds }),
  setupClient(client) {
    client.setBody(takeBody());
    client.on('response', (status, _bytes, milliseconds) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      latencies.recordValue(Math.max(1, Math.round(milliseconds * 1000)));
      lastAt = performance.now();
      client.setBody(takeBody());
    });
  },
});
const result: AutocannonResult = {
  seconds: (lastAt - startedAt) / 1000,
  statuses,
  unanswered: errors + timeouts,
  exhausted: !settings.all && taken > bodies.length,
  latencies: encodeIntoCompressedBase64(latencies),
};
console.log(JSON.stringify(result));
