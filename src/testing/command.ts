/** Runs commands of the command line as processes of their own, for tests. */
import { readFileSync } from 'node:fs';
import { commandLine, root } from './engine-process.ts';

export interface Ended {
  code: number;
  output: string;
  errors: string;
}

/** How often a process is asked how much memory it has had. */
const lookMs = 20;

/** What a process has ended with, and how much memory was resident at its peak. */
export interface Measured extends Ended {
  peakBytes: number;
}

type CommandArguments = Parameters<typeof measureCommand>;

/** Runs a command to its end. `env` is added to this process's environment. */
export async function runCommand(...asked: CommandArguments): Promise<Ended> {
  const { code, output, errors } = await measureCommand(...asked);
  return { code, output, errors };
}

/** The same, with what it took. */
export async function measureCommand(
  args: readonly string[],
  env: Record<string, string> = {},
  command: readonly string[] = [process.execPath, commandLine],
): Promise<Measured> {
  const child = Bun.spawn([...command, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  let peakBytes = 0;
  const looks = setInterval(() => {
    peakBytes = peakBytesOf(child.pid) ?? peakBytes;
  }, lookMs);
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  clearInterval(looks);
  return { code, output, errors, peakBytes };
}

/** Of this process's own memory: what `wait4` says of a child counts its parent's as well. Null once it has ended. */
function peakBytesOf(pid: number): number | null {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? null : Number(found[1]) * 1024;
  } catch {
    return null;
  }
}
