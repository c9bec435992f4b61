/**
 * The CPU time that a process has used, by kind of thread. Linux names threads in
 * `/proc/<pid>/task/<id>/comm`; engine and floor name theirs after what they do.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface CpuTimes {
  /** Nanoseconds on a core, by kind. */
  http: number;
  actor: number;
  projector: number;
  /** The rest of the process, to a hundredth of a second: main, compiler, collector, pool. */
  rest: number;
  /** Nanoseconds of each HTTP thread, by its name. */
  httpThreads: Map<string, number>;
}

/** Reads the CPU times of a process, to the nanosecond where the kernel records them so. */
export function cpuTimes(pid: number): CpuTimes {
  const times: CpuTimes = { http: 0, actor: 0, projector: 0, rest: 0, httpThreads: new Map() };
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${task}`;
    try {
      const name = readFileSync(`${folder}/comm`, 'utf8').trim();
      const nanos = Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]);
      const kind = kindOf(name);
      if (kind !== null) times[kind] += nanos;
      if (kind === 'http') times.httpThreads.set(name, nanos);
    } catch (error) {
      if (!gone(error)) throw error;
    }
  }
  times.rest = processNanos(pid) - times.http - times.actor - times.projector;
  return times;
}

/** What the whole process has used, including threads that have ended, in ticks of 10 ms. */
function processNanos(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [fields[11], fields[12]];
  return (Number(user) + Number(system)) * 10_000_000;
}

/** What all threads that a process has now have used, in nanoseconds: for servers whose threads stay. */
export function threadNanos(pid: number): number {
  let nanos = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanos += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch (error) {
      if (!gone(error)) throw error;
    }
  }
  return nanos;
}

/** What the main thread of this process has used, in nanoseconds. */
export function mainThreadNanos(): number {
  const { pid } = process;
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]);
}

/** What was used between two readings. */
export function cpuBetween(before: CpuTimes, after: CpuTimes): CpuTimes {
  return {
    http: after.http - before.http,
    actor: after.actor - before.actor,
    projector: after.projector - before.projector,
    rest: after.rest - before.rest,
    httpThreads: new Map(
      [...after.httpThreads].map(([name, nanos]) => [
        name,
        nanos - (before.httpThreads.get(name) ?? 0),
      ]),
    ),
  };
}

function kindOf(name: string): 'http' | 'actor' | 'projector' | null {
  if (name.startsWith('http-')) return 'http';
  if (name.startsWith('actor-')) return 'actor';
  return name === 'projector' ? 'projector' : null;
}

/** The runtime's threads come and go; one that ended between listing and reading has no file left. */
function gone(error: unknown): boolean {
  const known = error as { code?: string } | null; // Errors of the file system have a code.
  return known?.code === 'ENOENT' || known?.code === 'ESRCH';
}
