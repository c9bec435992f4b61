/** Log-ins at full rate beside orders: what hashing passwords does to the order path's p99. */
import { writeFileSync } from 'node:fs';
import { Passwords } from '../../src/accounts/passwords.ts';
import { openSql } from '../../src/db/open.ts';
import { startCrowd } from '../../src/testing/load.ts';
import { generators } from '../load/generators.ts';
import {
  atMost,
  type BenchSettings,
  emptyReport,
  median,
  type Part,
  reported,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, startEngineServer } from '../servers/servers.ts';
import { caughtUp, openSale, orderBodies } from '../servers/shop.ts';

const connections = 64;
/** As many as one thread lets wait: more would only be told to come again. */
const atOnce = 16;
const password = 'a long and winding road';

export const logIns: Part = {
  name: 'log-ins',
  async run(settings) {
    const engine = await startEngineServer({ script: 'src/testing/rehearsal-engine.ts' });
    try {
      const telephones = await register(engine);
      await orders(engine, 1); // Compilers are warm after this.
      return await measure(settings, engine, telephones);
    } finally {
      await engine.stop();
    }
  },
};

async function measure(settings: BenchSettings, engine: EngineServer, telephones: string[]) {
  const { quick, progress } = settings;
  const rounds = quick ? 1 : 3;
  const seconds = quick ? 1 : 2;
  const usual: number[] = [];
  const beside: number[] = [];
  const ratios: number[] = [];
  const perSecond: number[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`log-ins beside orders: round ${round + 1} of ${rounds}`);
    const without = await orders(engine, seconds);
    let done = 0;
    const crowd = startCrowd(atOnce, async (number) => {
      await logIn(engine, telephones[number % telephones.length]!);
      done++;
    });
    const startedAt = performance.now();
    const withLogIns = await orders(engine, seconds);
    perSecond.push(done / ((performance.now() - startedAt) / 1000));
    await crowd.stop();
    usual.push(without);
    beside.push(withLogIns);
    ratios.push(withLogIns / without);
  }
  const note = `p99 ${median(usual).toFixed(1)} ms without, ${median(beside).toFixed(1)} ms with`;
  return {
    ...emptyReport(),
    targets: [
      atMost('order p99 beside log-ins, of the usual', median(ratios), 2, '', note),
      reported('log-ins beside orders', median(perSecond), '/s', 'argon2id, by one thread'),
    ],
  };
}

/** Puts users straight into SQL: it is not their registration that is measured. */
async function register(engine: EngineServer): Promise<string[]> {
  const sql = await openSql({ databaseUrl: null, dataDir: engine.folder.path });
  const hash = await new Passwords().hash(password);
  const telephones = Array.from({ length: 4 * atOnce }, (_, n) => `+86138000${10_000 + n}`);
  for (const telephone of telephones) {
    const user = { telephone, name: 'Ada', gender: 'x', age: 36, createdAt: Date.now() } as const;
    await sql.users.create(user, hash);
  }
  await sql.close();
  return telephones;
}

async function logIn(engine: EngineServer, telephone: string): Promise<void> {
  const response = await fetch(`${engine.url}/api/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ telephone, password }),
  });
  const text = await response.text();
  if (response.status !== 201) throw new WrongAnswer(`log-in: ${response.status} ${text}`);
}

/** The p99 of orders for so many seconds, in milliseconds. */
async function orders(engine: EngineServer, seconds: number): Promise<number> {
  const generator = generators()[0]!;
  const sale = await openSale(engine, 100_000_000);
  const bodiesFile = engine.folder.file('bodies');
  const bodies = orderBodies(sale, Math.ceil(generator.requestsPerSecondMax * seconds));
  writeFileSync(bodiesFile, bodies.join('\n'));
  const url = `${engine.url}/api/orders`;
  const result = await generator.run({ url, connections, seconds, bodiesFile });
  if (result.refused > 0 || result.unanswered > 0) {
    throw new WrongAnswer(`orders beside log-ins: ${JSON.stringify(result)}`);
  }
  await caughtUp(engine);
  return result.p99Ms;
}
