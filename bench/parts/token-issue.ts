/**
 * Purchase tokens, as buyers get them: each draws a captcha, answers it, passes the gate, and is given
 * a token. The captcha is the default one, a proof of work; in a rehearsal engine it takes next to no
 * work, which buyers' devices do, and there are no limits per address.
 */

import { temporaryFolder } from '../../actors/testing/process.ts';
import type { DrawnProof } from '../../src/admission/captcha.ts';
import { ProofCaptchas } from '../../src/admission/proof-captcha.ts';
import { purchaseTokens, randomNonce } from '../../src/admission/purchase-token.ts';
import { openStore } from '../../src/store/open.ts';
import type { KeyValueStore } from '../../src/store/store.ts';
import { solveProof } from '../../src/testing/proof-solver.ts';
import { emptyReport, type Part, reported, type Target, WrongAnswer } from '../report/report.ts';
import { type EngineServer, startEngineServer, tokenSecret } from '../servers/servers.ts';
import { openSale, type Sale } from '../servers/shop.ts';
import { openSessions, type Phase, phase, rehearsalScript } from './buyers.ts';

export const tokens: Part = {
  name: 'tokens',
  async run({ quick, progress }) {
    // Fewer than the bucket of one item holds: its limit is not what is measured.
    const buyers = quick ? 250 : 4_000;
    progress(`tokens: ${buyers} buyers draw and answer captchas`);
    const engine = await startEngineServer({ script: rehearsalScript });
    try {
      await issue(engine, 200, 1); // Compilers are warm after this.
      const { drawing, giving } = await issue(engine, buyers, 10_001);
      return { ...emptyReport(), targets: await targetsOf(drawing, giving) };
    } finally {
      await engine.stop();
    }
  },
};

/** All buyers draw a captcha first, and then they all ask for a token. */
async function issue(engine: EngineServer, buyers: number, firstUser: number) {
  const sale = await openSale(engine, 100_000, { captcha: true });
  const opened = await openSessions(engine, buyers, firstUser);
  const drawn: DrawnProof[] = [];
  const drawing = await phase(engine, buyers, async (buyer) => {
    const { promoId } = sale;
    const url = `${engine.url}/api/captchas`;
    drawn[buyer] = await post<DrawnProof>(url, opened[buyer]!, { promoId });
  });
  const solved: Solved[] = [];
  for (const { captchaId, challenge } of drawn) {
    solved.push({ captchaId, answer: await solveProof(challenge) });
  }
  const giving = await phase(engine, buyers, (buyer) =>
    askForToken(engine, sale, opened[buyer]!, solved[buyer]!),
  );
  return { drawing, giving };
}

interface Solved {
  captchaId: string;
  answer: string;
}

async function askForToken(
  engine: EngineServer,
  { itemId, promoId }: Sale,
  session: string,
  solved: Solved,
): Promise<void> {
  const url = `${engine.url}/api/items/${itemId}/tokens`;
  const body = { promoId, ...solved };
  const { token } = await post<{ token: string }>(url, session, body);
  if (purchaseTokens(tokenSecret).verify(token) === null) {
    throw new WrongAnswer(`tokens: not a token: ${token}`);
  }
}

async function post<T>(url: string, session: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== 201) throw new WrongAnswer(`tokens: ${response.status} ${text}`);
  return (JSON.parse(text) as { data: T }).data; // The envelope of the API.
}

async function targetsOf(drawing: Phase, giving: Phase): Promise<Target[]> {
  const parts = await partCosts();
  const name = 'token issue, captcha answered';
  const rest = giving.http - parts.store - parts.signing - parts.verifying;
  const givingNote =
    `HTTP ${giving.http.toFixed(0)} (store ${parts.store.toFixed(0)}, captcha ` +
    `${parts.verifying.toFixed(0)}, signing ${parts.signing.toFixed(1)}, the rest ${rest.toFixed(0)}), gate and actor ` +
    `${giving.actor.toFixed(0)}, runtime ${giving.rest.toFixed(0)}`;
  const drawingNote =
    `HTTP ${drawing.http.toFixed(0)} (drawing ${parts.drawing.toFixed(0)}), runtime ` +
    drawing.rest.toFixed(0);
  const cpu = ({ http, actor, rest: other }: Phase) => http + actor + other;
  const client = 'the client shares the machine';
  return [
    reported(`${name}: requests`, giving.perSecond, '/s', client),
    reported(`${name}: CPU`, cpu(giving), ' µs', givingNote),
    reported('captcha drawn: requests', drawing.perSecond, '/s', client),
    reported('captcha drawn: CPU', cpu(drawing), ' µs', drawingNote),
  ];
}

/** What the parts of both requests cost separately, in microseconds on this thread. */
async function partCosts() {
  const signer = purchaseTokens(tokenSecret);
  const expiresAt = Math.ceil(Date.now() / 1000) + 900;
  const claims = { userId: 1, itemId: 1, promoId: 1, expiresAt };
  const signing = await cost(5_000, () => signer.sign({ ...claims, nonce: randomNonce() }));
  const folder = temporaryFolder();
  const store = await openStore({ redisUrl: null, dataDir: folder.path });
  const rate = { burst: 1_000_000, perSecond: 1_000_000 };
  const captchas = new ProofCaptchas(withoutKeeping(store), tokenSecret, 1);
  const drawing = await cost(1_000, () => captchas.draw(1, 1));
  const { captchaId, challenge } = await captchas.draw(1, 1);
  const answer = await solveProof(challenge);
  const verifying = await cost(1_000, () => captchas.solve(captchaId, 1, 1, answer));
  // What one token takes: the session, three limits, and the captcha.
  const storing = await cost(1_000, async (number) => {
    await store.get(`session:${number}`);
    await store.spend(`rate:user:${number}`, rate);
    await store.spend('rate:address', rate);
    await store.spend('rate:item', rate);
    await store.take(`proof:${number}`);
  });
  await store.close();
  folder.remove();
  return { drawing, verifying, store: storing, signing };
}

/** A store that is told of captchas and keeps none, so that its own cost is not counted with theirs. */
function withoutKeeping(store: KeyValueStore): KeyValueStore {
  return Object.assign(Object.create(store), { set: async () => undefined, take: async () => '' });
}

async function cost(times: number, work: (number: number) => unknown): Promise<number> {
  for (let number = 0; number < times / 10; number++) await work(number);
  const before = process.threadCpuUsage();
  for (let number = 0; number < times; number++) await work(number);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / times;
}
