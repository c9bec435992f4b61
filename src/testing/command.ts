/** Runs commands of the command line as processes of their own, for tests. */
import { commandLine, root } from './engine-process.ts';

export interface Ended {
  code: number;
  output: string;
  errors: string;
}

/** Runs a command to its end. `env` is added to this process's environment. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string> = {},
  command: readonly string[] = [process.execPath, commandLine],
): Promise<Ended> {
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
  return { code, output, errors };
}
