import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../actors/journal/open.ts';
import { logAt } from '../actors/testing/log.ts';
import { freePort, startProcess, temporaryFolder, waitUntil } from '../actors/testing/process.ts';
import { readConfig } from './config.ts';
import { runCommand } from './testing/command.ts';
import { readCompose, settingsOf } from './testing/compose-file.ts';
import { JournalMaker } from './testing/journal-maker.ts';

const root = join(import.meta.dir, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const folder = temporaryFolder();
afterAll(() => folder.remove());

const compose = readCompose();

test('the compose file gives the engines settings that they accept, the same to each', () => {
  const engines = ['stampede-1', 'stampede-2', 'stampede-3'];
  const servers = ['nats-1', 'nats-2', 'nats-3'];
  const all = [...engines, ...servers, 'balancer', 'postgres', 'redis'];
  expect(Object.keys(compose.services).sort()).toEqual(all.sort());
  const [first, ...others] = engines.map((name) => readConfig(settingsOf(compose.services[name]!)));
  expect(first!.natsUrl).toBe(
    'nats://stampede:n4tspassword@nats-1:4222,nats://nats-2:4222,nats://nats-3:4222',
  );
  expect(first!.journalReplicas).toBe(3);
  expect(first!.redisUrl).toBe('redis://redis:6379');
  expect(first!.databaseUrl).toBe('postgres://stampede:pg4ssword@postgres:5432/stampede');
  expect(first!.trustedProxies).toBe(compose.networks.default.ipam.config[0]!.subnet);
  for (const other of others) expect(other).toEqual(first!);
});

test('the compose file opens nothing but the balancer, to this machine alone', () => {
  const opened = Object.entries(compose.services).map(([name, { ports = [] }]) => [name, ...ports]);
  expect(opened.filter(([, ...ports]) => ports.length > 0)).toEqual([
    ['balancer', '127.0.0.1:3000:8080'],
  ]);
});

test('the image copies only what exists, and builds with the pinned Bun', () => {
  const dockerfile = read('Dockerfile');
  const pinned = (JSON.parse(read('package.json')) as { devDependencies: Record<string, string> })
    .devDependencies.bun; // npm's own shape.
  expect(dockerfile).toContain(`FROM oven/bun:${pinned} `);
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
    paths!.split(' '),
  );
  expect(sources.length).toBeGreaterThan(5);
  const tracked = Bun.spawnSync(['git', 'ls-files', ...sources], { cwd: root }).stdout.toString();
  for (const source of sources) expect(tracked).toContain(source);
});

test('the NATS configurations are ones that nats-server reads, except for what needs 2.10', () => {
  const alone = read('.deploy/nats.conf').replace(/^\s*sync_interval: always$/m, '');
  writeFileSync(folder.file('nats.conf'), alone);
  writeFileSync(folder.file('nats-cluster.conf'), read('.deploy/nats-cluster.conf'));
  const env = { ...process.env, NATS_PASSWORD: 'p4ssword', NATS_NAME: 'nats-1' };
  for (const name of ['nats.conf', 'nats-cluster.conf']) {
    const command = ['nats-server', '-t', '-c', folder.file(name)];
    const { exitCode, stderr } = Bun.spawnSync(command, { env });
    expect({ exitCode, stderr: stderr.toString() }).toMatchObject({ exitCode: 0 });
  }
  expect(read('.deploy/nats.conf')).toMatch(/^\s*sync_interval: always$/m);
});

test('the unit and the image start the engine by its command', () => {
  expect(read('.deploy/stampede.service')).toMatch(/^ExecStart=\/\S+\/stampede start$/m);
  expect(read('Dockerfile')).toMatch(/^ENTRYPOINT \["\/\S+\/stampede"\]\nCMD \["start"\]$/m);
});

describe('the executable', () => {
  const file = folder.file('stampede');
  const env = { DATA_DIR: folder.file('data'), TOKEN_SECRET: '' };
  const run = (...args: string[]) => runCommand(args, env, [file]);

  beforeAll(() => {
    const built = Bun.spawnSync([process.execPath, 'src/build.ts', file], { cwd: root });
    const { exitCode, stderr } = built;
    expect({ exitCode, stderr: stderr.toString() }).toMatchObject({ exitCode: 0 });
  }, 240_000);

  test('runs on its own: it sells, signs, audits, rebuilds and drains', async () => {
    const port = await freePort();
    const engine = startProcess({
      command: [file, 'start', '--demo'],
      cwd: folder.path,
      env: { PORT: String(port), ...env },
    });
    try {
      await waitUntil('the demo has printed how to buy', () => engine.output().includes('curl -i'));
      const body = /-d '(.*)'/.exec(engine.output())![1]!;
      const headers = { 'content-type': 'application/json' };
      const url = `http://127.0.0.1:${port}/api/orders`;
      const place = async (body: string) =>
        (await fetch(url, { method: 'POST', headers, body })).status;
      expect([await place(body), await place(body)]).toEqual([201, 200]);
      const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      const style = /\/assets\/[^"]*css/.exec(page)![0];
      expect((await fetch(`http://127.0.0.1:${port}${style}`)).status).toBe(200);
      const sale = '--item 1 --promo 1 --count 1 --format jsonl'.split(' ');
      expect(await place((await run('tokens', ...sale)).output)).toBe(201);
      expect(await run('rebuild', '--yes')).toMatchObject({ code: 0, errors: '' });
      const report = folder.file('report.html');
      expect(await run('replay', '--html', report)).toMatchObject({ code: 0, errors: '' });
      expect(readFileSync(report, 'utf8')).toStartWith('<!doctype html>');
    } finally {
      await engine.stop();
    }
    expect(await engine.ended).toBe(0);
    expect(await run('replay')).toMatchObject({ code: 0, errors: '' });
  }, 240_000);

  test('audits a long journal, with the thread that reads ahead', async () => {
    const data = folder.file('long');
    mkdirSync(data);
    const partitions = 1;
    const journal = await openJournal(logAt(join(data, 'journal')), partitions);
    await new JournalMaker({ journal, seed: 5, partitions, items: 3, users: 40 }).write(1_100);
    await journal.close();
    const settings = { ...env, DATA_DIR: data, PARTITIONS: String(partitions) };
    const { code, output } = await runCommand(['replay', '--json'], settings, [file]);
    expect({ code, ...JSON.parse(output) }).toMatchObject({ code: 0, journal: { entries: 1_100 } });
  }, 240_000);

  test('has the commands for operators, and neither benches nor simulation', async () => {
    const { code, output } = await run('--help');
    expect(code).toBe(0);
    const commands = [...output.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    expect(commands).toEqual(['start', 'replay', 'rebuild', 'tokens', 'version', 'help']);
    for (const name of ['bench', 'simulate', 'sell']) {
      for (const args of [[name], [name, '--help'], ['help', name]]) {
        const { code, output, errors } = await run(...args);
        expect({ code, output }).toEqual({ code: 2, output: '' });
        expect(errors).toMatch(new RegExp(`^stampede: unknown command '${name}'.*\n$`));
      }
    }
    const carried = readFileSync(file);
    expect(carried.includes('audit the journal')).toBe(true);
    for (const text of ['every invariant held', 'run the load tests']) {
      expect([text, carried.includes(text)]).toEqual([text, false]);
    }
  });

  test('knows its version, and refuses what it does not know', async () => {
    const { version } = JSON.parse(read('package.json')) as { version: string }; // npm's own shape.
    for (const asked of ['--version', 'version']) {
      expect(await run(asked)).toEqual({ code: 0, output: `${version}\n`, errors: '' });
    }
    const { code, errors } = await run('start', '--everything');
    expect(code).toBe(2);
    expect(errors).toMatch(/^stampede start: unknown option '--everything'.*\n$/);
    expect((await run()).code).toBe(2);
  });
});
