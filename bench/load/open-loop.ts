/**
 * Open-loop load, from processes of its own: buyers arrive at a fixed rate, whether or not those before
 * them were answered. Each arrival takes an idle connection; where every connection waits for an
 * answer, the buyer does not get through. A buyer who has waited too long hangs up, and another comes;
 * one who is told to try again later stays away that long.
 *
 * With `allWait`, a buyer who finds no idle connection waits for one, and latencies count from when each came,
 * not from when the generator got round to them: a server that stops for a while delays all who come
 * meanwhile, and is not let off with those few who had sent.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type PrintedLatencies, percentilesMs } from './latencies.ts';

const script = fileURLToPath(new URL('./open-loop-process.ts', import.meta.url));

interface OpenLoopSettings {
  url: string;
  connections: number;
  /**
   * Null: a buyer arrives whenever a connection is idle, which is no longer an open loop, but the most
   * load.
   */
  ratePerSecond: number | null;
  seconds: number;
  /** How long a buyer waits for an answer before they hang up. */
  patienceMs: number;
  /** Bodies, as `writeBodies` deals them out. Each is sent once; the load ends when they run out. */
  files: readonly string[];
  /** Every buyer waits, and counts; false when not given. */
  allWait?: boolean;
  /** Latencies of what begins in this time are not counted: the generator's code is not yet compiled. */
  leadSeconds?: number;
  /** Called when all connections are open and the load begins. */
  onOpen?(): void;
}

/** What a process prints when its connections are open. */
export const openLine = 'open\n';
/** The load begins without the connections that are not open by then. */
export const openingMsMax = 10_000;
/** A process that has not ended so long after it should have by its own clock is killed: it never will. */
const overdueMsMax = 30_000;

export interface ProcessSettings extends Omit<Required<OpenLoopSettings>, 'files' | 'onOpen'> {
  file: string;
}

interface Counts {
  seconds: number;
  arrivals: number;
  sent: number;
  statuses: Record<string, number>;
  /** Refusals that did not say when to try again. */
  withoutRetryAfter: number;
  gaveUp: number;
  /** Connections that the server broke, or did not accept. */
  broken: number;
  /** Requests in flight when the load ended. */
  unanswered: number;
  /** There were fewer bodies than could have been sent. */
  exhausted: boolean;
  /** CPU seconds that the generator itself used, once all connections were open. */
  cpuSeconds: number;
}

/** What one process prints. */
export interface OneProcess extends Counts {
  /** Accepted orders in each tenth of a second; null for none. */
  acceptedPerTenth: (number | null)[];
  latencies: PrintedLatencies;
}

export interface OpenLoopResult extends Counts {
  accepted: number;
  refused: number;
  acceptedPerTenth: number[];
  acceptedP50Ms: number;
  acceptedP99Ms: number;
  acceptedP999Ms: number;
  refusedP99Ms: number;
  /** How late the generator sent buyers, where they all count: that is in the latencies. */
  lateP50Ms: number;
}

/** Sends open-loop load, and returns when it has ended. */
export async function openLoop(settings: OpenLoopSettings): Promise<OpenLoopResult> {
  const { files, onOpen, ...given } = settings;
  const whole = { allWait: false, leadSeconds: 0, ...given };
  const processes = files.length;
  const connections = Math.ceil(settings.connections / processes);
  const ratePerSecond = settings.ratePerSecond === null ? null : settings.ratePerSecond / processes;
  const share = { ...whole, connections, ratePerSecond };
  let opening = processes;
  const opened = () => {
    if (--opening === 0) onOpen?.();
  };
  const results = await Promise.all(files.map((file) => runProcess({ ...share, file }, opened)));
  const sum = (of: (result: OneProcess) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const statuses: Record<string, number> = {};
  let accepted = 0;
  let refused = 0;
  for (const [status, count] of results.flatMap((result) => Object.entries(result.statuses))) {
    statuses[status] = (statuses[status] ?? 0) + count;
    if (Number(status) < 400) accepted += count;
    else refused += count;
  }
  const ms = (kind: keyof PrintedLatencies, ...percentiles: number[]) =>
    percentilesMs(
      results.map(({ latencies }) => latencies[kind]),
      percentiles,
    );
  const [acceptedP50Ms, acceptedP99Ms, acceptedP999Ms] = ms('accepted', 50, 99, 99.9);
  const tenths = Math.max(...results.map(({ acceptedPerTenth }) => acceptedPerTenth.length));
  return {
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
    arrivals: sum(({ arrivals }) => arrivals),
    sent: sum(({ sent }) => sent),
    statuses,
    withoutRetryAfter: sum(({ withoutRetryAfter }) => withoutRetryAfter),
    gaveUp: sum(({ gaveUp }) => gaveUp),
    broken: sum(({ broken }) => broken),
    unanswered: sum(({ unanswered }) => unanswered),
    exhausted: results.some(({ exhausted }) => exhausted),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    accepted,
    refused,
    acceptedPerTenth: Array.from({ length: tenths }, (_, tenth) =>
      sum(({ acceptedPerTenth }) => acceptedPerTenth[tenth] ?? 0),
    ),
    acceptedP50Ms: acceptedP50Ms!,
    acceptedP99Ms: acceptedP99Ms!,
    acceptedP999Ms: acceptedP999Ms!,
    refusedP99Ms: ms('refused', 99)[0]!,
    lateP50Ms: ms('late', 50)[0]!,
  };
}

/**
 * Accepted orders per second, from `leadSeconds` after the start and for `seconds`: a crowd is first
 * let in, and the generator's own code is not yet compiled.
 */
export function steadyPerSecond(
  { acceptedPerTenth }: Pick<OpenLoopResult, 'acceptedPerTenth'>,
  leadSeconds: number,
  seconds: number,
): number {
  const lead = Math.round(leadSeconds * 10);
  const steady = acceptedPerTenth.slice(lead, lead + Math.round(seconds * 10));
  return steady.reduce((total, count) => total + count, 0) / seconds;
}

/** Files and sockets that the system lets a process open at a time. */
export function openFilesMax(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const most = /^Max open files +\S+ +(\d+)/m.exec(limits);
  return most === null ? Number.POSITIVE_INFINITY : Number(most[1]);
}

async function runProcess(settings: ProcessSettings, opened: () => void): Promise<OneProcess> {
  const child = Bun.spawn([process.execPath, script, JSON.stringify(settings)], {
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: openingMsMax + settings.seconds * 1000 + overdueMsMax,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let open = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (open || !output.startsWith(openLine)) continue;
    open = true;
    opened();
  }
  if ((await child.exited) !== 0) {
    const end = child.signalCode === null ? '' : `ended by ${child.signalCode}: `;
    throw new Error(`open-loop load failed: ${end}${await child.stderr.text()}`);
  }
  return JSON.parse(output.slice(openLine.length)) as OneProcess; // As the process writes it.
}
