import { afterAll, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startProcess, temporaryFolder, waitUntil } from '../actors/testing/process.ts';
import { readConfig } from './config.ts';

const root = join(import.meta.dir, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const folder = temporaryFolder();
afterAll(() => folder.remove());

interface Compose {
  services: Record<string, { environment?: Record<string, string>; volumes?: string[] }>;
}

test('the compose file gives the engine settings that it takes', () => {
  const { services } = Bun.YAML.parse(read('compose.yaml')) as Compose; // The shape asserted below.
  expect(Object.keys(services).sort()).toEqual(['nats', 'postgres', 'redis', 'stampede']);
  const secrets = {
    TOKEN_SECRET: 't'.repeat(32),
    ADMIN_TOKEN: 'a'.repeat(16),
    POSTGRES_PASSWORD: 'p',
  };
  const environment = Object.fromEntries(
    Object.entries(services.stampede!.environment!).map(([name, value]) => [
      name,
      value.replaceAll(
        /\$\{(\w+):\?[^}]*\}/g,
        (_, secret: keyof typeof secrets) => secrets[secret],
      ),
    ]),
  );
  const config = readConfig(environment);
  expect(config.natsUrl).toBe('nats://nats:4222');
  expect(config.redisUrl).toBe('redis://redis:6379');
  expect(config.databaseUrl).toBe('postgres://stampede:p@postgres:5432/stampede');
});

test('the image copies only what is there, and builds with the pinned Bun', () => {
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

test('the NATS configuration is one that nats-server reads, but for what needs 2.10', () => {
  const config = folder.file('nats.conf');
  writeFileSync(config, read('.deploy/nats.conf').replace(/^\s*sync_interval: always$/m, ''));
  const { exitCode, stderr } = Bun.spawnSync(['nats-server', '-t', '-c', config]);
  expect({ exitCode, stderr: stderr.toString() }).toMatchObject({ exitCode: 0 });
  expect(read('.deploy/nats.conf')).toMatch(/^\s*sync_interval: always$/m);
});

test('the executable runs by itself: it sells, and drains', async () => {
  const file = folder.file('stampede');
  const built = Bun.spawnSync([process.execPath, 'src/build.ts', file], { cwd: root });
  expect({ exitCode: built.exitCode, stderr: built.stderr.toString() }).toMatchObject({
    exitCode: 0,
  });
  const port = await freePort();
  const engine = startProcess({
    command: [file, '--demo'],
    cwd: folder.path,
    env: { PORT: String(port), DATA_DIR: folder.file('data') },
  });
  try {
    await waitUntil('the demo has told how to buy', () => engine.output().includes('curl -i'));
    const body = /-d '(.*)'/.exec(engine.output())![1]!;
    const headers = { 'content-type': 'application/json' };
    const url = `http://127.0.0.1:${port}/api/orders`;
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(201);
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    const style = /\/assets\/[^"]*css/.exec(page)![0];
    expect((await fetch(`http://127.0.0.1:${port}${style}`)).status).toBe(200);
  } finally {
    await engine.stop();
  }
  expect(await engine.ended).toBe(0);
});
