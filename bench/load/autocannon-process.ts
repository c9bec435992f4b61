/** One process of autocannon; see `autocannon.ts`. */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { type AutocannonResult, type AutocannonSettings, spanMs } from './autocannon.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as AutocannonSettings; // The bench wrote it.
const { file, again, all, connections } = settings;
const bodies = file === null ? null : readFileSync(file, 'utf8').trimEnd().split('\n');
const latencies = build({ useWebAssembly: false });
const overTime: Histogram[] = [];
const statuses: Record<string, number> = {};
let clients = 0;
let taken = 0;
let exhausted = false;
let lastAt = 0;

/** What gives a client its next body, as autocannon calls it. */
function giver(client: autocannon.Client): () => void {
  if (bodies === null) return () => undefined;
  if (all) {
    // autocannon has every connection post equally many: so each has bodies of its own, none left over
    // or repeated.
    let at = clients++;
    return () => {
      client.setBody(bodies[at % bodies.length]!);
      at += connections;
    };
  }
  return () => {
    if (taken === bodies.length) {
      exhausted = !again;
      taken = 0;
    }
    client.setBody(bodies[taken++]!);
  };
}

function record(status: number, milliseconds: number): void {
  // How fast the bodies went is known; anything that comes from here on is ignored.
  if (exhausted) return;
  statuses[status] = (statuses[status] ?? 0) + 1;
  const micros = Math.max(1, Math.round(milliseconds * 1000));
  latencies.recordValue(micros);
  lastAt = performance.now();
  if (!all) return;
  const span = Math.floor((lastAt - startedAt) / spanMs);
  while (overTime.length <= span) overTime.push(build({ useWebAssembly: false }));
  overTime[span]!.recordValue(micros);
}

const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
const { errors, timeouts } = await autocannon({
  url: settings.url,
  ...(bodies === null ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } }),
  connections,
  pipelining: 1,
  ...(all && bodies !== null ? { amount: bodies.length } : { duration: settings.seconds }),
  setupClient(client) {
    const giveBody = giver(client);
    giveBody();
    client.on('response', (status, _bytes, milliseconds) => {
      record(status, milliseconds);
      giveBody();
    });
  },
});
const cpu = process.cpuUsage(cpuBefore);
const result: AutocannonResult = {
  seconds: (lastAt - startedAt) / 1000,
  statuses,
  unanswered: errors + timeouts,
  exhausted,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  latencies: encodeIntoCompressedBase64(latencies),
  overTime: overTime.map((each) => encodeIntoCompressedBase64(each)),
};
console.log(JSON.stringify(result));
