/**
 * What an engine claims for the life of its process, so that no other can have it too: its data folder
 * and its port. Both claims are the kernel's to keep, and end with the process however it dies: there is
 * no file with a process id that a crash leaves behind, or that names another process in a container.
 */
import { join } from 'node:path';
import { ConfigError } from './config.ts';
import { lockFile } from './file-lock.ts';

/** Claims that last as long as the process: what nothing refers to would be closed. */
const kept: unknown[] = [];

/**
 * Claims a data folder, by an exclusive lock on a database in it that never holds anything.
 * @throws ConfigError where another engine has it.
 */
export function claimFolder(dataDir: string): void {
  if (lockFile(join(dataDir, 'engine.lock'))) return;
  throw new ConfigError(
    `DATA_DIR must be a folder of its own for each engine: another engine has ${dataDir}`,
  );
}

/** How long another engine may take between its look at a port and listening there. */
const turnMs = 30_000;
const turnPauseMs = 10;

/** A port that no other engine of this host was told, and that was free when it was claimed. */
export class ClaimedPort {
  private constructor(
    readonly hostname: string,
    readonly port: number,
  ) {}

  /** Claims a port; 0 asks for a free one. @throws when the port is taken. */
  static async claim(hostname: string, port: number): Promise<ClaimedPort> {
    const free = port === 0 ? drawnPort(hostname) : port;
    const claim = nameInKernel(`${free} at ${hostname.toLowerCase()}`);
    if (claim !== null) {
      kept.push(claim);
      const claimed = new ClaimedPort(hostname, free);
      // Said now, not after the journal was read.
      await claimed.#inTurn(async () => undefined);
      return claimed;
    }
    // Another engine has drawn the same.
    if (port === 0) return ClaimedPort.claim(hostname, port);
    throw taken(hostname, port, 'the port is taken by another engine');
  }

  /** Has `listen` start what listens on the port. @throws when the port was taken meanwhile. */
  listenOn<T>(listen: () => Promise<T>): Promise<T> {
    return this.#inTurn(listen);
  }

  /**
   * One engine looks at a port at a time, and listens before another looks: hosts of several names, or
   * all addresses and one of them, are claimed apart and may be the same address, and a look itself
   * takes the port for a moment.
   */
  async #inTurn<T>(listen: () => Promise<T>): Promise<T> {
    const { hostname, port } = this;
    const turn = await turnOn(port);
    try {
      mustBeFree(hostname, port);
      return await listen();
    } finally {
      turn.stop(true);
    }
  }
}

async function turnOn(port: number) {
  for (const end = performance.now() + turnMs; performance.now() < end; ) {
    const turn = nameInKernel(`turn on ${port}`);
    if (turn !== null) return turn;
    await Bun.sleep(turnPauseMs);
  }
  throw new Error(`cannot listen on port ${port}: another engine has been starting on it for long`);
}

/** A socket's name, in bytes, without the zero that begins it (unix(7)). */
const nameBytesMax = 107;

/**
 * Takes a name that only one process in this network namespace can have: on Linux, of a socket in the
 * abstract namespace, where there are no files. Null where another process has it. Elsewhere nothing
 * is taken, and the look at the port is all there is.
 */
function nameInKernel(name: string): { stop(force: boolean): void } | null {
  if (process.platform !== 'linux') return { stop: () => undefined };
  const whole = Buffer.from(`stampede ${name}`).subarray(0, nameBytesMax).toString('latin1');
  const socket = { data: () => undefined };
  try {
    const listener = Bun.listen({ unix: `\0${whole}`, socket });
    listener.unref();
    return listener;
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return null;
    throw error;
  }
}

/**
 * Where free ports are drawn from: below those that Linux gives to outgoing connections by itself
 * (`net.ipv4.ip_local_port_range` begins at 32,768), one of which would take the port now and then while
 * the journal is read.
 */
const drawnPortMin = 10_000;
const drawnPortMax = 15_999;
/** How many are drawn before a machine counts as having no free one. */
const drawsMax = 1_000;

/** A port that was free a moment ago. @throws as `mustBeFree` does. */
function drawnPort(hostname: string): number {
  for (let draws = 1; ; draws++) {
    const port = drawnPortMin + Math.floor(Math.random() * (drawnPortMax - drawnPortMin + 1));
    try {
      mustBeFree(hostname, port);
      return port;
    } catch (error) {
      const isTaken = error instanceof Error && codeOf(error.cause) === 'EADDRINUSE';
      if (!isTaken || draws === drawsMax) throw error;
    }
  }
}

/**
 * HTTP threads share their port, and so would a second engine by mistake: binding it alone first detects
 * that, and any other program that shares its port. @throws when the port is taken.
 */
function mustBeFree(hostname: string, port: number): void {
  try {
    const socket = { data: () => undefined };
    Bun.listen({ hostname, port, exclusive: true, socket }).stop(true);
  } catch (cause) {
    const reasons: Record<string, string> = {
      EADDRINUSE: 'the port is taken',
      EADDRNOTAVAIL: 'the host is not an address of this machine',
      EACCES: 'the port needs more rights',
    };
    throw taken(hostname, port, reasons[codeOf(cause)] ?? String(cause), cause);
  }
}

function taken(hostname: string, port: number, why: string, cause?: unknown): Error {
  return new Error(`cannot listen on ${hostname}:${port}: ${why}`, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
