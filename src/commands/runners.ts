/**
 * Watches what started the engine. `npx bun start` makes four processes, npm → sh → bun → engine, and
 * npm passes a signal on only to its shell. SIGTERM kills the shell, and would leave bun and the engine
 * behind, with the port; SIGINT it puts off until bun ends, and no one tells bun. So an engine started
 * that way watches the processes between it and npm: whether each still has its parent, and whether the
 * shell was woken.
 *
 * Nothing above npm is watched: an engine in the background outlives the shell it was started from. Nor
 * is anything for an engine taken out of the chain: by `nohup`, or into a process group of its own by
 * `setsid`, a process manager or a shell's job control. Without /proc nothing is watched; on such
 * systems sh replaces itself with the one command it runs, and signals arrive.
 */
import { readFileSync } from 'node:fs';

/** How often the watch looks. */
const lookMs = 250;

/** A process as the watch sees it. */
export interface Seen {
  parent: number;
  group: number;
  ignoresHangUp: boolean;
  /** The script that a runner started it for: `npx`, or a name in package.json; null without one. */
  script: string | null;
}

/** A process, and the parent that it must keep. */
export interface Link {
  child: number;
  parent: number;
}

/** The parent of a process that has lost its own. */
export const gone = -1;

/** The links from a process up to the outermost runner that started it; none without a runner. */
export function linksAbove(pid: number, see: (pid: number) => Seen | null): Link[] {
  const climb = (child: number, seen: Seen, scripts: readonly string[]): Link[] => {
    const { parent, group, script } = seen;
    if (script === null || !scripts.includes(script)) return [];
    const above = see(parent);
    if (above === null || child === group) return [];
    if (above.group !== group) return [{ child, parent: gone }];
    return [{ child, parent }, ...climb(parent, above, ['npx'])];
  };
  const self = see(pid);
  // The runner of the script `start` is itself watched; what is above it, only where npx started it.
  return self === null || self.ignoresHangUp ? [] : climb(pid, self, ['start', 'npx']);
}

/**
 * Tells when a shell that waits for its command got a signal which it puts off: it was woken, and its
 * command was not. A pause of the machine, or of the whole group, wakes both, if not by the same look:
 * so the second look in a row decides.
 */
export class WokenShell {
  readonly #link: Link;
  readonly #wakes: (pid: number) => number;
  #shell: number;
  #command: number;
  #suspected = false;

  /** @param wakes - how often a process was woken. */
  constructor(link: Link, wakes: (pid: number) => number) {
    this.#link = link;
    this.#wakes = wakes;
    this.#shell = wakes(link.parent);
    this.#command = wakes(link.child);
  }

  look(): boolean {
    const shell = this.#wakes(this.#link.parent);
    const command = this.#wakes(this.#link.child);
    if (command === this.#command && shell > this.#shell) {
      if (this.#suspected) return true;
      this.#suspected = true;
      return false;
    }
    this.#suspected = false;
    this.#shell = shell;
    this.#command = command;
    return false;
  }
}

/** The shell of `npx bun …`, which does nothing else. */
const waitsForBun = /^sh\0-c\0(['"])bun\1 /;

/** Calls back, once, when what started this process has ended, or was told to. */
export function watchRunners(over: (why: string) => void): void {
  const links = linksAbove(process.pid, seeProcess);
  if (links.length === 0) return;
  const link = links.at(-2);
  const waits = link !== undefined && waitsForBun.test(read(link.parent, 'cmdline') ?? '');
  const shell = waits ? new WokenShell(link, wakesOf) : null;
  const timer = setInterval(() => {
    const kept = links.every(({ child, parent }) => placeOf(child)?.parent === parent);
    if (kept && shell?.look() !== true) return;
    clearInterval(timer);
    over(kept ? 'what started the engine got a signal' : 'what started the engine is gone');
  }, lookMs);
  timer.unref();
}

/** The signal's bit in the masks that Linux shows. */
const hangUp = 1n;
const mark = 'npm_lifecycle_event=';

function seeProcess(pid: number): Seen | null {
  const place = placeOf(pid);
  if (place === null) return null;
  const ignored = /^SigIgn:\s*([\da-f]+)$/m.exec(read(pid, 'status') ?? '')?.[1] ?? '0';
  const environment = read(pid, 'environ') ?? '';
  const script = environment.split('\0').find((each) => each.startsWith(mark));
  return {
    ...place,
    ignoresHangUp: (BigInt(`0x${ignored}`) & hangUp) !== 0n,
    script: script?.slice(mark.length) ?? null,
  };
}

/** A process's place among the others; null where it has ended. */
function placeOf(pid: number): Pick<Seen, 'parent' | 'group'> | null {
  // After the name, which is in parentheses and may be anything: state, parent, group.
  const stat = read(pid, 'stat');
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? null : { parent: Number(fields[1]), group: Number(fields[2]) };
}

/** How often a process has slept and was woken; 0 where the system does not count. */
function wakesOf(pid: number): number {
  const status = read(pid, 'status') ?? '';
  return Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1] ?? 0);
}

/** Null where the process has ended, is another user's, or there is no /proc. */
function read(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
