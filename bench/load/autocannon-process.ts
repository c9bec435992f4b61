/** One process of autocannon; see `autocannon.ts`. */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { type AutocannonResult, type AutocannonSettings, spanMs } from './autocannon.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as AutocannonSettings; // The bench wrote it.
const { bodiesFile } = settings;
const bodies =
  bodiesFile === null
    ? null
    : readFileSync(bodiesFile, 'utf8')
        .trimEnd()
        .split('\n')
        .filter((_, line) => line % settings.processes === settings.number);
const latencies = build({ useWebAssembly: false });
const overTime: Histogram[] = [];
const statuses: Record<string, number> = {};
let taken = 0;
let lastAt = 0;

function giveBody(client: autocannon.Client): void {
  if (bodies !== null) client.setBody(bodies[taken++ % bodies.length]!);
}

function record(milliseconds: number): void {
  const micros = Math.max(1, Math.round(milliseconds * 1000));
  latencies.recordValue(micros);
  lastAt = performance.now();
  if (!settings.all) return;
  const span = Math.floor((lastAt - startedAt) / spanMs);
  while (overTime.length <= span) overTime.push(build({ useWebAssembly: false }));
  overTime[span]!.recordValue(micros);
}

const startedAt = performance.now();
const { errors, timeouts } = await autocannon({
  url: settings.url,
  ...(bodies === null ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } }),
  connections: settings.connections,
  pipelining: 1,
  ...(settings.all && bodies !== null ? { amount: bodies.length } : { duration: settings.seconds }),
  setupClient(client) {
    giveBody(client);
    client.on('response', (status, _bytes, milliseconds) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      record(milliseconds);
      giveBody(client);
    });
  },
});
const result: AutocannonResult = {
  seconds: (lastAt - startedAt) / 1000,
  statuses,
  unanswered: errors + timeouts,
  exhausted: !settings.all && bodies !== null && taken > bodies.length,
  latencies: encodeIntoCompressedBase64(latencies),
  overTime: overTime.map((each) => encodeIntoCompressedBase64(each)),
};
console.log(JSON.stringify(result));
