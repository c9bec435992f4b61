import { afterEach, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { startNats } from '../../../actors/testing/nats.ts';
import { natsOperator } from '../../../actors/testing/nats-operator.ts';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { startRedis } from '../../../actors/testing/redis.ts';
import { runCommand } from '../command.ts';
import { spawnEngine } from '../engine-process.ts';
import { FaultRig } from '../fault-rig.ts';
import { startPostgres } from '../postgres.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A password as an operator may choose it, and every form in which it could be shown. */
const secret = 'hunter2:@/%ü';
const written = encodeURIComponent(secret);
const forms = [secret, written, 'hunter2', Buffer.from(secret).toString('base64').slice(0, -4)];

function expectHidden(what: string, text: string): void {
  for (const form of forms) expect([what, text.includes(form)]).toEqual([what, false]);
}

test('the secrets of NATS, Redis and PostgreSQL are shown nowhere: not in the log, not by any page, not to other processes', async () => {
  const nats = await startNats({ lines: [`authorization { user: me, password: "${secret}" }`] });
  cleanUps.push(() => nats.remove());
  const redis = await startRedis();
  cleanUps.push(() => redis.remove());
  const postgres = await startPostgres();
  cleanUps.push(() => postgres.remove());
  await redis.command('CONFIG', 'SET', 'requirepass', secret);
  const database = await postgres.createDatabase();
  const rig = new FaultRig({
    NATS_URL: nats.url.replace('//', `//me:${written}@`),
    REDIS_URL: redis.url.replace('//', `//:${written}@`),
    DATABASE_URL: database.replace('stampede@', `stampede:${written}@`),
    LOG_LEVEL: 'trace',
  });
  cleanUps.push(() => rig.remove());
  await rig.sell();
  const { engine } = rig;
  await rig.untilReady();
  const served = async (when: string) => {
    for (const path of ['/readyz', '/healthz', '/metrics', '/openapi.json', '/api/admin/engines']) {
      const response = await fetch(engine.url + path);
      expectHidden(`${path} ${when}`, await response.text());
    }
  };
  await served('while all is well');
  expectHidden('the command line', readFileSync(`/proc/${engine.process.pid}/cmdline`, 'utf8'));
  await rig.buyers.stop();
  // Each of them now refuses what it took before, or is away.
  await Promise.all([nats.kill(), redis.kill(), postgres.stop()]);
  const other = await startNats({ lines: ['authorization { token: other }'], port: nats.port });
  cleanUps.push(() => other.remove());
  await waitUntil('the refusal is in the log', () => engine.process.output().includes('let us in'));
  await served('in trouble');
  await engine.stop();
  const log = engine.process.output();
  expect(log).toContain(nats.url);
  expectHidden('the log', log);
  const replayed = await runCommand(['replay'], { ...rig.env, DATA_DIR: rig.folder.path });
  expect(replayed.code).toBe(2);
  expectHidden('replay', replayed.output + replayed.errors);
}, 240_000);

test('credentials that are refused, and a server without JetStream, end the start with one line and exit 2', async () => {
  const folder = temporaryFolder();
  cleanUps.push(() => folder.remove());
  const servers = [
    await startNats({ lines: ['authorization { user: me, password: other }'] }),
    await startNats({ lines: natsOperator().lines }),
    await startNats({ jetStream: false }),
  ];
  cleanUps.push(...servers.map((server) => () => server.remove()));
  await Bun.write(folder.file('user.creds'), natsOperator().credentials());
  const [refusing, operated, plain] = servers.map(({ url }) => url);
  const starts: [Record<string, string>, string][] = [
    [
      { NATS_URL: refusing!.replace('//', `//me:${written}@`) },
      'check the credentials in NATS_URL',
    ],
    [
      { NATS_URL: operated!, NATS_CREDS: folder.file('user.creds') },
      'check the credentials in NATS_CREDS',
    ],
    [{ NATS_URL: plain!.replace('//', `//me:${written}@`) }, 'has no JetStream: start it with -js'],
    [{ NATS_URL: plain!.replace('nats://', `tls://me:${written}@`) }, 'offers no TLS'],
    [{ NATS_URL: `nats://me:${secret}@host` }, 'NATS_URL must be nats://host:port'],
  ];
  for (const [env, why] of starts) {
    const engine = spawnEngine({ dataDir: folder.file('data'), env });
    expect([why, await engine.ended]).toEqual([why, 2]);
    const lines = engine.output().trim().split('\n');
    expect(lines).toEqual([expect.stringMatching(/^stampede: cannot start: /)]);
    expect(lines[0]).toContain(why);
    expectHidden(why, engine.output());
  }
}, 240_000);
