/** The servers under load, as real processes on free ports of 127.0.0.1: the engine and the floor. */
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config.ts';
import {
  freePort,
  startProcess,
  type TemporaryFolder,
  type TestProcess,
  temporaryFolder,
  waitUntilReady,
} from '../src/testing/process.ts';
import type { FloorSettings } from './floor.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
export const adminToken = 'bench-admin-token-of-one-run';
export const tokenSecret = 'bench-token-secret-of-at-least-32-characters';

export interface Server {
  kind: 'engine' | 'floor';
  url: string;
  process: TestProcess;
  stop(): Promise<void>;
}

export interface EngineServer extends Server {
  kind: 'engine';
  folder: TemporaryFolder;
}

/** Starts the engine with its defaults on a new data folder, or on one that is kept. */
export async function startEngineServer(kept?: TemporaryFolder): Promise<EngineServer> {
  const folder = kept ?? temporaryFolder();
  const engine = startProcess({
    command: [process.execPath, 'src/main.ts'],
    cwd: root,
    env: {
      PORT: '0',
      DATA_DIR: folder.path,
      TOKEN_SECRET: tokenSecret,
      ADMIN_TOKEN: adminToken,
      LOG_LEVEL: 'warning',
    },
  });
  const url = await listening(engine);
  return {
    kind: 'engine',
    url,
    process: engine,
    folder,
    async stop() {
      await engine.stop();
      if (kept === undefined) folder.remove();
    },
  };
}

/** Starts the floor with as many HTTP threads as the engine has, and a constant answer. */
export async function startFloorServer(status: number, body: string): Promise<Server> {
  const { httpThreads } = readConfig({});
  const settings: FloorSettings = { port: await freePort(), threads: httpThreads, status, body };
  const floor = startProcess({
    command: [process.execPath, 'bench/floor.ts', JSON.stringify(settings)],
    cwd: root,
  });
  const url = await listening(floor);
  return { kind: 'floor', url, process: floor, stop: () => floor.stop() };
}

/**
 * Starts the engine, has it answer once, starts a floor that always answers so, and ends both when
 * the measurement is done.
 */
export async function withServers<T>(
  sampleOf: (engine: EngineServer) => Promise<{ status: number; text: string }>,
  measure: (engine: EngineServer, floor: Server) => Promise<T>,
): Promise<T> {
  const engine = await startEngineServer();
  try {
    const { status, text } = await sampleOf(engine);
    const floor = await startFloorServer(status, text);
    try {
      return await measure(engine, floor);
    } finally {
      await floor.stop();
    }
  } finally {
    await engine.stop();
  }
}

async function listening(server: TestProcess): Promise<string> {
  const said = () => /listening on (http:\S+)/.exec(server.output());
  await waitUntilReady(server, () => said() !== null);
  return said()![1]!;
}
