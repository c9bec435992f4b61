import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import {
  accepts,
  freePort,
  startProcess,
  type TemporaryFolder,
  type TestProcess,
  temporaryFolder,
  waitUntil,
} from '../../actors/testing/process.ts';
import { commandLine, engineEnvironment, root, spawnEngine } from '../testing/engine-process.ts';

setDefaultTimeout(240_000);

let folder: TemporaryFolder;
let port: number;

beforeEach(async () => {
  folder = temporaryFolder();
  port = await freePort();
});

afterEach(() => folder.remove());

const bun = process.execPath;

/** Starts an engine with a command, and resolves when it listens. */
async function startBy(command: string[], env: Record<string, string> = {}): Promise<TestProcess> {
  const settings = { ...engineEnvironment(folder.path), PORT: `${port}`, LOG_LEVEL: 'info' };
  // Bun takes the name of the script it runs in for its own.
  const started = startProcess({
    command,
    cwd: root,
    env: { ...settings, npm_lifecycle_event: '', ...env },
    stdin: 'pipe',
  });
  await waitUntil('the engine listens', () => /^listening on /m.test(started.output()));
  return started;
}

/** How often the engine said that it drains, and that it has. */
function drains(output: string): [number, number] {
  return [output.split('"draining"').length - 1, output.split('"drained"').length - 1];
}

const ways: [string, string[]][] = [
  ['bun src/main.ts start', [bun, commandLine, 'start']],
  ['bun start', [bun, 'start']],
  ['bun run start', [bun, 'run', 'start']],
  ['npm start', ['npm', 'start']],
  ['npx bun start', ['npx', 'bun', 'start']],
  ['npx bun start --demo', ['npx', 'bun', 'start', '--demo']],
  ['a shell that waits for npx bun start', ['sh', '-c', 'exec npx bun start']],
];

describe.each(ways)('%s', (_, command) => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'that gets %s drains the engine and leaves nothing behind',
    async (signal) => {
      const started = await startBy(command);
      started.signal(signal);
      await started.ended;
      // Everything that holds the output's pipe has ended by now.
      expect(await accepts(port)).toBe(false);
      expect(drains(started.output())).toEqual([1, 1]);
    },
  );
});

test.each([
  ['bun start', [bun, 'start']],
  ['npx bun start', ['npx', 'bun', 'start']],
])('%s that is killed takes the engine with it', async (_, command) => {
  const started = await startBy(command);
  started.signal('SIGKILL');
  await started.ended;
  expect(await accepts(port)).toBe(false);
  expect(drains(started.output())).toEqual([1, 1]);
});

test.each([
  ['bun start', [bun, 'start']],
  ['bun src/main.ts start', [bun, commandLine, 'start']],
])('%s exits 0 when it has drained', async (_, command) => {
  const started = await startBy(command);
  started.signal('SIGINT');
  expect(await started.ended).toBe(0);
});

/** The status with which a shell ends: its command's, or that of the signal which both got. */
const afterCtrlC = [0, 130];

describe.each(['/bin/sh', '/bin/bash'])('Ctrl-C in a terminal with %s', (shell) => {
  test.each([
    ['npx bun start', 'npx bun start'],
    ['bun start', `${bun} start`],
  ])('that runs %s drains the engine once', async (_, command) => {
    const terminal = ['script', '--quiet', '--return', '--command', command, '/dev/null'];
    const started = await startBy(terminal, { SHELL: shell });
    started.input('\x03');
    expect(afterCtrlC).toContain((await started.ended)!);
    expect(await accepts(port)).toBe(false);
    expect(started.output().match(/\bdraining\b/g)).toHaveLength(1);
    expect(started.output().match(/\bdrained\b/g)).toHaveLength(1);
  });
});

describe('an engine in the background', () => {
  /** A shell that starts something in the background, and ends when it reads a line. */
  const shell = (command: string) => ['sh', '-c', `${command} & echo pid $!; read line`];
  const underNpx = { npm_lifecycle_event: 'npx' };

  /** Ends the shell, and returns whether the engine goes on; then ends the engine too. */
  async function outlives(started: TestProcess): Promise<boolean> {
    const pid = Number(/^pid (\d+)$/m.exec(started.output())![1]);
    started.input('\n');
    await waitUntil('the shell ends', () => !started.alive());
    // Several looks of the watch. An engine that leaves later would count as one that goes on.
    await Bun.sleep(2_000);
    const goesOn = await accepts(port);
    if (goesOn) process.kill(pid, 'SIGTERM');
    await started.ended;
    expect(await accepts(port)).toBe(false);
    return goesOn;
  }

  test('is ended with the shell under npx that started it', async () => {
    const started = await startBy(shell(`${bun} ${commandLine} start`), underNpx);
    expect(await outlives(started)).toBe(false);
  });

  test.each(['nohup', 'setsid'])('goes on when it was started with %s', async (how) => {
    const started = await startBy(shell(`${how} ${bun} ${commandLine} start`), underNpx);
    expect(await outlives(started)).toBe(true);
  });

  test.each([
    ['npx bun start', 'npx bun start'],
    ['bun start', `${bun} start`],
  ])('goes on when the shell that started %s ends', async (_, command) => {
    expect(await outlives(await startBy(shell(command)))).toBe(true);
  });
});

test('an engine told to leave while it starts leaves silently, and exits 0', async () => {
  const env = { NATS_URL: `nats://127.0.0.1:${port}`, LOG_LEVEL: 'info' };
  const engine = spawnEngine({ dataDir: folder.path, env });
  await waitUntil('it waits for the journal', () => engine.output().includes('journal: '));
  engine.signal('SIGTERM');
  expect(await engine.ended).toBe(0);
  expect(engine.stdout()).toBe('');
});
