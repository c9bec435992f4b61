/** HAProxy for tests, with the configuration that `.deploy/haproxy.cfg` gives users. */
import { freePort, startProcess, waitUntilReady } from '../../actors/testing/process.ts';
import { root } from './engine-process.ts';

export interface Haproxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it before engines on these ports, and resolves when one of them is ready. Stop it when done. */
export async function startHaproxy(enginePorts: readonly number[]): Promise<Haproxy> {
  const port = await freePort();
  const engines = enginePorts.map((each, index) => [`ENGINE_${index + 1}`, `127.0.0.1:${each}`]);
  const server = startProcess({
    command: ['/usr/sbin/haproxy', '-f', '.deploy/haproxy.cfg'],
    cwd: root,
    env: { LISTEN: `127.0.0.1:${port}`, ...Object.fromEntries(engines) },
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(server, async () => (await fetch(`${url}/readyz`)).ok);
  return { url, stop: () => server.stop() };
}
