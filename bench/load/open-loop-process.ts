/** One process of open-loop load; see `open-loop.ts`. */
import { readFileSync } from 'node:fs';
import { Arrivals } from './arrivals.ts';
import { type Connection, Connections } from './connections.ts';
import { Latencies } from './latencies.ts';
import { type OneProcess, openLine, type ProcessSettings } from './open-loop.ts';
import type { WholeAnswer } from './whole-answer.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as ProcessSettings; // The bench wrote it.
const { hostname, port } = new URL(settings.url);
const head = `POST /api/orders HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: `;
const requests = readFileSync(settings.file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((body) => `${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);

/** Requests written before answers are looked at again. */
const turnMax = 256;

const busy = new Set<Connection>();
/** New when the load begins. */
let latencies = new Latencies(0);
const result = {
  arrivals: 0,
  sent: 0,
  statuses: {} as Record<string, number>,
  withoutRetryAfter: 0,
  gaveUp: 0,
  broken: 0,
  acceptedPerTenth: [] as number[],
};
let startedAt = 0;
let arrivals: Arrivals | null = null;

const connections = new Connections({
  url: settings.url,
  count: settings.connections,
  answered(connection, answer) {
    const awaySeconds = count(connection, answer);
    connection.since = 0;
    busy.delete(connection);
    if (/^connection: close/im.test(answer.head)) connection.socket?.end();
    else if (awaySeconds === 0) idle.push(connection);
    else setTimeout(() => idle.push(connection), awaySeconds * 1000);
  },
  lost(connection) {
    if (busy.delete(connection)) result.broken++;
  },
  refused() {
    result.broken++;
  },
});
const { idle } = connections;

/** Returns the seconds for which the buyer was told to stay away. */
function count({ since }: Connection, { status, head }: WholeAnswer): number {
  const now = performance.now();
  result.statuses[status] = (result.statuses[status] ?? 0) + 1;
  if (status < 400) {
    latencies.accepted(since, now);
    const tenth = Math.floor((now - startedAt) / 100);
    result.acceptedPerTenth[tenth] = (result.acceptedPerTenth[tenth] ?? 0) + 1;
    return 0;
  }
  latencies.refused(since, now);
  const retryAfter = /^retry-after: (\d+)\r$/im.exec(head);
  if (retryAfter === null) result.withoutRetryAfter++;
  return Number(retryAfter?.[1] ?? 0);
}

/** Sends what has arrived since the last call, whether or not anything was answered. */
function send(now: number): void {
  const due = arrivals === null ? result.arrivals + idle.length : arrivals.by(now);
  const served = settings.allWait ? result.sent : result.arrivals;
  const most = Math.min(due - served, turnMax, requests.length - result.sent);
  for (let sent = 0; sent < most; ) {
    const connection = idle.pop();
    if (connection === undefined) break;
    if (connection.socket === null) continue;
    connection.since = now;
    if (settings.allWait && arrivals !== null) {
      connection.since = arrivals.at(result.sent);
      latencies.late(connection.since, now);
    }
    busy.add(connection);
    connection.socket.write(requests[result.sent++]!);
    sent++;
  }
  // Where every connection waits, these buyers did not get through, unless they wait for one.
  result.arrivals = due;
}

/** Buyers who have waited too long hang up. */
function giveUp(now: number): void {
  for (const connection of busy) {
    if (now - connection.since < settings.patienceMs) break;
    result.gaveUp++;
    // They have waited at least this long.
    if (settings.allWait) latencies.accepted(connection.since, now);
    busy.delete(connection);
    connection.socket?.terminate();
  }
}

/**
 * Until whoever came is answered, or has hung up: leaving out who still waits would leave out those who
 * wait longest.
 */
async function untilAnswered(): Promise<void> {
  const last = performance.now() + settings.patienceMs;
  while (busy.size > 0 || result.sent < result.arrivals) {
    const now = performance.now();
    if (now > last || exhausted()) break;
    connections.replaceLost();
    send(now);
    giveUp(now);
    await Bun.sleep(1);
  }
}

await connections.open();
await Bun.write(Bun.stdout, openLine);
const cpuBefore = process.cpuUsage();
startedAt = performance.now();
latencies = new Latencies(startedAt + settings.leadSeconds * 1000);
const end = startedAt + settings.seconds * 1000;
if (settings.ratePerSecond !== null) {
  arrivals = new Arrivals(startedAt, end, settings.ratePerSecond);
}
const exhausted = () => result.sent === requests.length;
for (let now = startedAt; now < end && !exhausted(); now = performance.now()) {
  connections.replaceLost();
  send(now);
  giveUp(now);
  await Bun.sleep(1);
}
const seconds = (performance.now() - startedAt) / 1000;
if (settings.allWait) await untilAnswered();
connections.leave();
const cpu = process.cpuUsage(cpuBefore);
const unanswered = busy.size;
for (const connection of [...idle, ...busy]) connection.socket?.terminate();
const output: OneProcess = {
  ...result,
  seconds,
  unanswered,
  exhausted: exhausted(),
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  latencies: latencies.printed(),
};
await Bun.write(Bun.stdout, JSON.stringify(output));
process.exit(0);
