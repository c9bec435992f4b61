import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import {
  freePort,
  type TemporaryFolder,
  type TestProcess,
  temporaryFolder,
  waitUntil,
} from '../actors/testing/process.ts';
import { runCommand } from './testing/command.ts';
import { engineEnvironment, spawnEngine, startTestEngine } from './testing/engine-process.ts';

setDefaultTimeout(240_000);

const engines: TestProcess[] = [];
const folders: TemporaryFolder[] = [];

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.kill()));
  for (const folder of folders.splice(0)) folder.remove();
});

function newFolder(): TemporaryFolder {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder;
}

function spawn(dataDir: string, env: Record<string, string>): TestProcess {
  const engine = spawnEngine({ dataDir, env });
  engines.push(engine);
  return engine;
}

const listens = (engine: TestProcess) => engine.stdout().startsWith('listening on ');
const settled = (engine: TestProcess) => listens(engine) || !engine.alive();

/** Waits until each engine listens or has given up; tells which of them listen. */
async function settle(started: readonly TestProcess[]) {
  await waitUntil('each listens or has given up', () => started.every(settled));
  const [up, down] = [started.filter(listens), started.filter((engine) => !listens(engine))];
  await Promise.all(down.map((engine) => engine.ended));
  return { up, down };
}

describe('engines told the same port at the same moment', () => {
  test.each([
    ['of one address', ['127.0.0.1', '127.0.0.1', '127.0.0.1']],
    ['of one address under several names', ['127.0.0.1', 'localhost', '0.0.0.0']],
  ])('%s: exactly one listens, and the others say so', async (_, hosts) => {
    for (let round = 0; round < 2; round++) {
      const port = String(await freePort());
      const started = hosts.map((HOST) => spawn(newFolder().path, { HOST, PORT: port }));
      const { up, down } = await settle(started);
      expect(up).toHaveLength(1);
      for (const engine of down) {
        expect(await engine.ended).toBe(1);
        expect(engine.output()).toMatch(/^stampede: cannot start: .*the port is taken.*\n$/m);
      }
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
      await up[0]!.stop();
    }
  });
});

test('a port that an engine may choose is none that the system gives to connections meanwhile', async () => {
  const range = await Bun.file('/proc/sys/net/ipv4/ip_local_port_range').text();
  const [lowest = 0, highest = 0] = range.split(/\s+/).map(Number);
  const engine = await startTestEngine({ dataDir: newFolder().path, env: { PORT: '0' } });
  engines.push(engine.process);
  const port = Number(new URL(engine.url).port);
  expect(port < lowest || port > highest).toBe(true);
});

test('a program that shares its port with whoever asks is not joined', async () => {
  const other = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    reusePort: true,
    fetch: () => new Response('another program'),
  });
  const engine = spawn(newFolder().path, { PORT: String(other.port) });
  expect(await engine.ended).toBe(1);
  expect(engine.output()).toMatch(/the port is taken/);
  await other.stop(true);
});

describe('engines on one DATA_DIR', () => {
  test('started at the same moment: one listens, and the others say so in one line', async () => {
    for (let round = 0; round < 2; round++) {
      const { path } = newFolder();
      const secrets = { TOKEN_SECRET: '', ADMIN_TOKEN: '' };
      const { up, down } = await settle(Array.from({ length: 3 }, () => spawn(path, secrets)));
      expect(up).toHaveLength(1);
      for (const engine of down) {
        expect(await engine.ended).toBe(2);
        expect(engine.output()).toMatch(/^stampede: cannot start: DATA_DIR .*another engine.*\n$/m);
        expect(engine.output()).toContain(path);
      }
      // The secrets in the folder are those of the engine that runs.
      const told = () => /^admin token .*: (\S+)$/m.exec(up[0]!.stdout());
      await waitUntil('it says its token, which comes after the address', () => told() !== null);
      const [, token] = told()!;
      expect((await Bun.file(`${path}/admin-token`).text()).trim()).toBe(token!);
      await up[0]!.stop();
    }
  });

  test('may follow one another, also after one was killed, and commands work beside a running one', async () => {
    const { path } = newFolder();
    const killed = await startTestEngine({ dataDir: path });
    await killed.item(5);
    await killed.kill();
    const engine = await startTestEngine({ dataDir: path });
    engines.push(engine.process);
    const commands = [['replay'], ['rebuild', '--yes'], ['tokens', '--item', '1', '--count', '1']];
    for (const command of commands) {
      const { code, errors } = await runCommand(command, engineEnvironment(path));
      expect([command, code, errors]).toEqual([command, 0, '']);
    }
    await engine.stop();
    const next = await startTestEngine({ dataDir: path });
    expect(await next.stop()).toBe(0);
  });

  test('that holds something else where the lock should be ends with one line that names it', async () => {
    const { path, file } = newFolder();
    await Bun.write(file('engine.lock'), 'not a lock, but long enough to be read'.repeat(99));
    const engine = spawn(path, {});
    expect(await engine.ended).toBe(1);
    expect(engine.output()).toMatch(/^stampede: cannot start: .*engine\.lock.*\n$/m);
  });
});
