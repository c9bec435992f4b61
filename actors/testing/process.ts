/**
 * Real processes for tests: started on a free port in a temporary folder, ended by their process id,
 * and none left behind, even when a test fails half-way.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How long a process may take to become ready, or to leave, before the test fails. */
const patienceMs = 60_000;

const running = new Set<TestProcess>();
process.on('exit', () => {
  for (const each of running) each.signal('SIGKILL');
});

/** With this prefix, the kernel ends a process when its starter ends, even one that was killed. */
const mortal = Bun.which('setpriv') === null ? [] : ['setpriv', '--pdeathsig', 'KILL', '--'];

export interface TestProcess {
  readonly pid: number;
  /** Everything it has written to standard output and standard error so far. */
  output(): string;
  /** What it has written to standard output only. */
  stdout(): string;
  /** Writes to its standard input. Needs `stdin: 'pipe'`. */
  input(text: string): void;
  /** True until it has ended. */
  alive(): boolean;
  /** Sends a signal to this process only; does nothing when it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code when it has ended; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to leave with SIGTERM, ends it with SIGKILL when it does not, and waits for its end. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would, and waits for its end. */
  kill(): Promise<void>;
}

/** A real server in a temporary folder, on a free port of 127.0.0.1, to inject faults into. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Where it keeps its data across restarts. */
  readonly folder: TemporaryFolder;
  /** Starts it again, on the same port, with what its folder holds. */
  start(): Promise<void>;
  /** Stops it cleanly. */
  stop(): Promise<void>;
  /** Stops it as a crash would. */
  kill(): Promise<void>;
  /** Stops it in the midst of what it does: it keeps its connections and answers nothing. */
  freeze(): Promise<void>;
  /** Lets it go on. */
  thaw(): void;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

/**
 * How long to read the output of a process that was ended. Now and then its pipe is held open by another
 * process, and has no end.
 */
const lastWordsMs = 1_000;

export interface ProcessOptions {
  command: string[];
  cwd?: string;
  /** Added to this process's environment. */
  env?: Record<string, string>;
  /** `ignore` when not given. */
  stdin?: 'pipe' | 'ignore';
}

/** Starts a process. Stop or kill it when done; it ends with the tests in any case. */
export function startProcess({ command, cwd, env, stdin = 'ignore' }: ProcessOptions): TestProcess {
  const child = Bun.spawn([...mortal, ...command], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdin,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  let output = '';
  let stdout = '';
  const collect = async (stream: ReadableStream<Uint8Array>, heard: (text: string) => void) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      const text = decoder.decode(chunk, { stream: true });
      output += text;
      heard(text);
    }
  };
  const collected = Promise.all([
    collect(child.stdout, (text) => {
      stdout += text;
    }),
    collect(child.stderr, () => undefined),
  ]);
  const alive = () => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals) => {
    if (alive()) process.kill(child.pid, name);
  };
  /** Who ended the process does not wait for a pipe that someone else holds open. */
  const gone = () => Promise.race([started.ended, child.exited.then(() => Bun.sleep(lastWordsMs))]);
  const kill = async () => {
    signal('SIGKILL');
    await gone();
  };
  const stop = async () => {
    signal('SIGTERM');
    signal('SIGCONT');
    const late = setTimeout(() => signal('SIGKILL'), patienceMs / 3);
    await gone();
    clearTimeout(late);
  };
  const ended = child.exited.then(async () => {
    running.delete(started);
    await collected;
    return child.exitCode;
  });
  const started: TestProcess = {
    pid: child.pid,
    output: () => output,
    stdout: () => stdout,
    input: (text) => {
      if (child.stdin === undefined) throw new Error('the process has no standard input');
      child.stdin.write(text);
      child.stdin.flush();
    },
    alive,
    signal,
    ended,
    stop,
    kill,
  };
  running.add(started);
  return started;
}

/**
 * Sends SIGSTOP to processes, and resolves when all their threads have stopped: the signal alone does
 * not wait for those that run on another core, which may still answer.
 */
export async function freeze(pids: readonly number[]): Promise<void> {
  signalEach(pids, 'SIGSTOP');
  await waitUntil('every thread has stopped', () => pids.every(hasStopped));
}

/** Sends a signal to those of some processes that have not ended meanwhile. */
export function signalEach(pids: readonly number[], signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // `kill` throws system errors.
    }
  }
}

function hasStopped(pid: number): boolean {
  if (!existsSync('/proc/self/task')) throw new Error('without /proc no one tells who has stopped');
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return true;
  return readdirSync(tasks).every((task) =>
    // A zombie does no more either.
    /^State:\s*[TZ]/m.test(readFileSync(`${tasks}/${task}/status`, 'utf8')),
  );
}

/** Resolves once `check` gives true; a check that throws counts as false. @throws after `withinMs`. */
export async function waitUntil(
  what: string,
  check: () => boolean | Promise<boolean>,
  withinMs = patienceMs,
): Promise<void> {
  let reason: unknown;
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    try {
      if (await check()) return;
      reason = undefined;
    } catch (error) {
      reason = error;
    }
    await Bun.sleep(10);
  }
  throw new Error(`waited ${withinMs} ms in vain: ${what}`, { cause: reason });
}

/** Waits until a server process is ready. @throws with its output when it ends before. */
export async function waitUntilReady(
  server: TestProcess,
  check: () => boolean | Promise<boolean>,
): Promise<void> {
  const name = `process ${server.pid} is ready`;
  try {
    await waitUntil(name, () => {
      if (!server.alive()) return true;
      return check();
    });
  } catch (cause) {
    throw new Error(`${name}: never, its output:\n${server.output()}`, { cause });
  }
  if (!server.alive()) {
    await server.ended;
    throw new Error(`${name}: it ended, its output:\n${server.output()}`);
  }
}

/**
 * Where ports are taken from: below those that Linux gives to connections by itself, so that none of these is
 * given away before its server has it, or while that is down. Each process takes them from a block of its own.
 */
const portMin = 16_000;
const portMax = 32_000;
const blockPorts = 200;
const blocks = (portMax - portMin) / blockPorts;

/** The first port of this process's block. */
let block: Promise<number> | null = null;
let drawn = 0;

/** A TCP port of 127.0.0.1 that is free, and that no other process is given. */
export async function freePort(): Promise<number> {
  block ??= claimBlock();
  const first = await block;
  for (let tries = 1; tries < blockPorts; tries++) {
    const port = first + 1 + (drawn++ % (blockPorts - 1));
    if (await canListen(port)) return port;
  }
  throw new Error(`none of the ${blockPorts} ports from ${first} on is free`);
}

/** A block is this process's for as long as that listens on the block's first port: until it ends. */
async function claimBlock(): Promise<number> {
  const from = Math.floor(Math.random() * blocks);
  for (let each = 0; each < blocks; each++) {
    const first = portMin + ((from + each) % blocks) * blockPorts;
    const claim = await listenOn(first);
    if (claim === null) continue;
    claim.unref();
    return first;
  }
  throw new Error(`all ${blocks} blocks of ports are taken`);
}

async function canListen(port: number): Promise<boolean> {
  const server = await listenOn(port);
  if (server === null) return false;
  return new Promise((resolve) => server.close(() => resolve(true)));
}

/** Null where the port is taken. */
function listenOn(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** True when something accepts connections on a port of 127.0.0.1. */
export async function accepts(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data: ignore } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

function ignore(): void {
  // What a server sends unasked is of no interest here.
}

export interface TemporaryFolder {
  readonly path: string;
  /** A path inside the folder. */
  file(name: string): string;
  remove(): void;
}

/** Makes an empty folder of its own; remove it when done. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'stampede-'));
  return {
    path,
    file: (name) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** True where tests may mount file systems: Linux, as root. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** Mounts a memory file system of `bytes` on a new folder; `remove` unmounts it. Needs `canMount`. */
export function smallFolder(bytes: number): TemporaryFolder {
  const folder = temporaryFolder();
  run('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder.path);
  return {
    ...folder,
    remove: () => {
      run('umount', folder.path);
      folder.remove();
    },
  };
}

function run(...command: string[]): void {
  const { success, stderr } = Bun.spawnSync(command);
  if (!success) throw new Error(`${command.join(' ')}: ${stderr.toString()}`);
}
