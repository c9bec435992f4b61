/** Log-ins at full rate beside orders: what hashing passwords does to the order path's p99. */
import { Passwords } from '../../src/accounts/passwords.ts';
import { openSql } from '../../src/db/open.ts';
import { startCrowd } from '../../src/testing/crowd.ts';
import { runOrders } from '../load/order-load.ts';
import { Pace } from '../load/pace.ts';
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

const connections = 64;
/** As many as get their turns within the time for which a thread lets anyone wait, on a slow machine too. */
const atOnce = 16;
const mostP99 = 2;
const password = 'a long and winding road';

export const logIns: Part = {
  name: 'log-ins',
  async run(settings) {
    const engine = await startEngineServer({ script: 'src/testing/rehearsal-engine.ts' });
    try {
      const telephones = await register(engine);
      return await measure(settings, engine, telephones);
    } finally {
      await engine.stop();
    }
  },
};

async function measure(settings: BenchSettings, engine: EngineServer, telephones: string[]) {
  const { quick, progress } = settings;
  const rounds = quick ? 1 : 3;
  const load = { engine, pace: new Pace(), connections, seconds: quick ? 1 : 2 };
  await runOrders({ ...load, seconds: 1 }); // Compilers are warm after this.
  const usual: number[] = [];
  const beside: number[] = [];
  const ratios: number[] = [];
  const perSecond: number[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`log-ins beside orders: round ${round + 1} of ${rounds}`);
    const without = await runOrders(load);
    let done = 0;
    const crowd = startCrowd(atOnce, async (number) => {
      await logIn(engine, telephones[number % telephones.length]!);
      done++;
    });
    const startedAt = performance.now();
    const withLogIns = await runOrders(load);
    perSecond.push(done / ((performance.now() - startedAt) / 1000));
    await crowd.stop();
    usual.push(without.p99Ms);
    beside.push(withLogIns.p99Ms);
    ratios.push(withLogIns.p99Ms / without.p99Ms);
  }
  const note = `p99 ${median(usual).toFixed(1)} ms without, ${median(beside).toFixed(1)} ms with`;
  return {
    ...emptyReport(),
    targets: [
      atMost('order p99 beside log-ins, of the usual', median(ratios), mostP99, ' ×', note),
      reported('log-ins beside orders', median(perSecond), '/s', 'argon2id, by one thread'),
    ],
  };
}

/** Inserts users straight into SQL: registration is not what is measured. */
async function register(engine: EngineServer): Promise<string[]> {
  const sql = await openSql({ databaseUrl: null, dataDir: engine.folder.path });
  const hash = await new Passwords().hash(password, 'bench');
  const telephones = Array.from({ length: 4 * atOnce }, (_, n) => `+86138000${10_000 + n}`);
  for (const telephone of telephones) {
    const user = { telephone, name: 'Ada', gender: 'x', age: 36, createdAt: Date.now() } as const;
    await sql.users.create(user, hash, `of ${telephone}`);
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
