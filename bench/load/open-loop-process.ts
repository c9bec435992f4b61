/** One process of open-loop load; see `open-loop.ts`. */
import { readFileSync } from 'node:fs';
import type { Socket } from 'bun';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { type OneProcess, openingMsMax, openLine, type ProcessSettings } from './open-loop.ts';
import { type WholeAnswer, wholeAnswer } from './whole-answer.ts';

interface Connection {
  socket: Socket<Connection> | null;
  /** 0 while no request is in flight. */
  sentAt: number;
  /** The part of an incomplete answer that has arrived. */
  part: string;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as ProcessSettings; // The bench wrote it.
const { hostname, port } = new URL(settings.url);
const head = `POST /api/orders HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: `;
const requests = readFileSync(settings.file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((body) => `${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);

/** Requests written before answers are looked at again. */
const turnMax = 256;
/**
 * Connections that are opened at a time: the next one once one is open, however quick the server is.
 */
const openingMax = 128;
/**
 * Connections that replace lost ones, opened in a turn. Were each replaced where its end is heard of, a server
 * that closes them as fast as they come would keep this process from everything else.
 */
const replacedMax = 32;

const idle: Connection[] = [];
const busy = new Set<Connection>();
const accepted = build({ useWebAssembly: false });
const refused = build({ useWebAssembly: false });
const result = {
  arrivals: 0,
  sent: 0,
  statuses: {} as Record<string, number>,
  withoutRetryAfter: 0,
  gaveUp: 0,
  broken: 0,
  acceptedPerTenth: [] as number[],
};
let begun = 0;
/** Connections that ended, or were not accepted, and are to be replaced. */
let missing = 0;
let startedAt = 0;
let leaving = false;

const handlers = {
  open(socket: Socket<Connection>) {
    socket.data.socket = socket;
    idle.push(socket.data);
    connectNext();
  },
  data({ data: connection }: Socket<Connection>, chunk: Buffer) {
    const answer = wholeAnswer(connection, chunk);
    if (answer === null) return;
    const awaySeconds = count(connection, answer);
    connection.sentAt = 0;
    busy.delete(connection);
    if (/^connection: close/im.test(answer.head)) connection.socket?.end();
    else if (awaySeconds === 0) idle.push(connection);
    else setTimeout(() => idle.push(connection), awaySeconds * 1000);
  },
  close({ data: connection }: Socket<Connection>) {
    lost(connection);
  },
  error({ data: connection }: Socket<Connection>) {
    lost(connection);
  },
  connectError() {
    result.broken++;
    setTimeout(() => missing++, 50);
  },
};

/** Returns the seconds for which the buyer was told to stay away. */
function count({ sentAt }: Connection, { status, head }: WholeAnswer): number {
  const now = performance.now();
  result.statuses[status] = (result.statuses[status] ?? 0) + 1;
  const micros = Math.max(1, Math.round((now - sentAt) * 1000));
  if (status < 400) {
    accepted.recordValue(micros);
    const tenth = Math.floor((now - startedAt) / 100);
    result.acceptedPerTenth[tenth] = (result.acceptedPerTenth[tenth] ?? 0) + 1;
    return 0;
  }
  refused.recordValue(micros);
  const retryAfter = /^retry-after: (\d+)\r$/im.exec(head);
  if (retryAfter === null) result.withoutRetryAfter++;
  return Number(retryAfter?.[1] ?? 0);
}

/** A connection that ended is replaced: another buyer comes. */
function lost(connection: Connection): void {
  if (connection.socket === null || leaving) return;
  connection.socket = null;
  if (busy.delete(connection)) result.broken++;
  missing++;
}

function replaceLost(): void {
  const replaced = Math.min(missing, replacedMax);
  missing -= replaced;
  for (let each = 0; each < replaced; each++) connect();
}

function connect(): void {
  const connection: Connection = { socket: null, sentAt: 0, part: '' };
  // Failures go to `connectError`, which counts them.
  Bun.connect({ hostname, port: Number(port), socket: handlers, data: connection }).catch(
    () => undefined,
  );
}

function connectNext(): void {
  if (begun === settings.connections) return;
  begun++;
  connect();
}

/** Opens all connections, as fast as the server accepts them. */
async function open(): Promise<void> {
  const openingAt = performance.now();
  for (let each = 0; each < openingMax; each++) connectNext();
  while (idle.length < settings.connections) {
    if (performance.now() - openingAt > openingMsMax) return;
    replaceLost();
    await Bun.sleep(1);
  }
}

/** Sends what has arrived since the last call, whether or not anything was answered. */
function send(now: number): void {
  const { ratePerSecond } = settings;
  const due =
    ratePerSecond === null
      ? result.arrivals + idle.length
      : Math.floor(((now - startedAt) / 1000) * ratePerSecond);
  const most = Math.min(due - result.arrivals, turnMax, requests.length - result.sent);
  for (let sent = 0; sent < most; ) {
    const connection = idle.pop();
    if (connection === undefined) break;
    if (connection.socket === null) continue;
    connection.sentAt = now;
    busy.add(connection);
    connection.socket.write(requests[result.sent++]!);
    sent++;
  }
  // Where every connection waits, these buyers did not get through.
  result.arrivals = due;
}

/** Buyers who have waited too long hang up. */
function giveUp(now: number): void {
  for (const connection of busy) {
    if (now - connection.sentAt < settings.patienceMs) break;
    result.gaveUp++;
    busy.delete(connection);
    connection.socket?.terminate();
  }
}

await open();
await Bun.write(Bun.stdout, openLine);
const cpuBefore = process.cpuUsage();
startedAt = performance.now();
const end = startedAt + settings.seconds * 1000;
const exhausted = () => result.sent === requests.length;
for (let now = startedAt; now < end && !exhausted(); now = performance.now()) {
  replaceLost();
  send(now);
  giveUp(now);
  await Bun.sleep(1);
}
leaving = true;
const cpu = process.cpuUsage(cpuBefore);
const seconds = (performance.now() - startedAt) / 1000;
const unanswered = busy.size;
for (const connection of [...idle, ...busy]) connection.socket?.terminate();
const output: OneProcess = {
  ...result,
  seconds,
  unanswered,
  exhausted: exhausted(),
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  acceptedLatencies: encodeIntoCompressedBase64(accepted),
  refusedLatencies: encodeIntoCompressedBase64(refused),
};
await Bun.write(Bun.stdout, JSON.stringify(output));
process.exit(0);
