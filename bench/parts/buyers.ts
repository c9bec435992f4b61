/** Buyers who are logged in, and what their requests cost the engine. */
import { Sessions } from '../../src/accounts/sessions.ts';
import { openStore } from '../../src/store/open.ts';
import { inParallel } from '../../src/testing/crowd.ts';
import { type CpuTimes, cpuBetween, cpuTimes } from '../servers/cpu.ts';
import type { EngineServer } from '../servers/servers.ts';

const connections = 64;
/** An engine whose captchas take next to no work, and that limits no address and no user. */
export const rehearsalScript = 'src/testing/rehearsal-engine.ts';

/** Logs users in, behind the engine's back: registration is not what is measured. Returns session tokens. */
export async function openSessions(
  engine: EngineServer,
  users: number,
  firstUser: number,
): Promise<string[]> {
  const store = await openStore({ redisUrl: null, dataDir: engine.folder.path });
  const sessions = new Sessions(store);
  const opened: string[] = [];
  for (let userId = firstUser; userId < firstUser + users; userId++) {
    const { token } = await sessions.open(userId, await sessions.generation(userId));
    opened.push(token);
  }
  await store.close();
  return opened;
}

export interface Phase {
  perSecond: number;
  /** Microseconds per request. */
  http: number;
  actor: number;
  rest: number;
}

/** What the engine does in a second, and spends on each of these requests. */
export async function phase(
  engine: EngineServer,
  requests: number,
  request: (number: number) => Promise<void>,
): Promise<Phase> {
  const before = cpuTimes(engine.process.pid);
  const startedAt = performance.now();
  await inParallel(requests, connections, request);
  const seconds = (performance.now() - startedAt) / 1000;
  const used = cpuBetween(before, cpuTimes(engine.process.pid));
  const micros = (kind: keyof Omit<CpuTimes, 'httpThreads'>) => used[kind] / 1000 / requests;
  const [http, actor, rest] = [micros('http'), micros('actor'), micros('rest')];
  return { perSecond: requests / seconds, http, actor, rest };
}
