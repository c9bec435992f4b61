/** Runs commands of the command line as processes of their own, for tests. */
import { commandLine, root } from './engine-process.ts';

export interface Ended {
  code: number;
  output: string;
  errors: string;
}

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
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const peakBytes = child.resourceUsage()!.maxRSS; // It has ended.
  return { code, output, errors, peakBytes };
}
