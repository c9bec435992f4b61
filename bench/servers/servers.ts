/** The servers under load, as real processes on free ports of 127.0.0.1: the engine and the floor. */
import { fileURLToPath } from 'node:url';
import type { JournalSettings } from '../../actors/journal/open.ts';
import {
  freePort,
  startProcess,
  type TemporaryFolder,
  type TestProcess,
  temporaryFolder,
  waitUntilReady,
} from '../../actors/testing/process.ts';
import { readConfig } from '../../src/config.ts';
import { journalSettings } from '../../src/parts-settings.ts';
import type { FloorSettings } from './floor.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const adminToken = 'bench-admin-token-of-one-run';
export const tokenSecret = 'bench-token-secret-of-at-least-32-characters';

export const paymentWebhookSecret = `whsec_${Buffer.from('bench-webhook-secret-of-32-bytes').toString('base64')}`;

/** What a unit costs in a sale, in minor units. */
export const promoPrice = 5_000;

export interface Server {
  /** What the report calls it. */
  name: string;
  url: string;
  process: TestProcess;
  /** Processes that work for it alone: their CPU is its own. */
  helperPids?: readonly number[];
  stop(): Promise<void>;
}

export interface EngineServer extends Server {
  folder: TemporaryFolder;
}

export function isEngine(server: Server): server is EngineServer {
  return 'folder' in server;
}

export interface EngineOptions {
  /** `engine` when not given. */
  name?: string;
  /** A data folder to keep; without it, a new one is made, and removed at the end. */
  folder?: TemporaryFolder;
  /** Settings that differ from the defaults. */
  env?: Record<string, string>;
  /** Another way to start it, from the root of the project, and its arguments. */
  script?: string;
  words?: readonly string[];
}

/** As `bun start` sets it, for whatever is measured: freed memory is kept for later use. */
export const allocator = { MIMALLOC_PURGE_DELAY: '-1' };

/** Starts the engine, with its defaults unless told otherwise. */
export async function startEngineServer(options: EngineOptions = {}): Promise<EngineServer> {
  const folder = options.folder ?? temporaryFolder();
  const engine = startProcess({
    command: [
      process.execPath,
      ...(options.script === undefined
        ? ['src/main.ts', 'start']
        : [options.script, ...(options.words ?? [])]),
    ],
    cwd: root,
    env: {
      PORT: '0',
      DATA_DIR: folder.path,
      TOKEN_SECRET: tokenSecret,
      ADMIN_TOKEN: adminToken,
      PAYMENT_WEBHOOK_SECRET: paymentWebhookSecret,
      PAYMENTS: 'webhook',
      LOG_LEVEL: 'warning',
      ...allocator,
      ...options.env,
    },
  });
  const url = await listening(engine);
  return {
    name: options.name ?? 'engine',
    url,
    process: engine,
    folder,
    async stop() {
      await engine.stop();
      if (options.folder === undefined) folder.remove();
    },
  };
}

/** The journal of an engine without servers, for who reads it. */
export function journalOf({ folder }: EngineServer): JournalSettings {
  return journalSettings(readConfig({ DATA_DIR: folder.path }));
}

/** The constant answer of the floor. */
export interface Sample {
  status: number;
  text: string;
}

/** Starts the floor, with a constant answer. */
export function startFloorServer({ status, text }: Sample): Promise<Server> {
  const settings: Omit<FloorSettings, 'port' | 'threads'> = { status, body: text };
  return startBeside('floor', 'floor.ts', settings);
}

/** Starts a server of this folder with as many HTTP threads as the engine has. */
export async function startBeside(name: string, script: string, settings: object): Promise<Server> {
  const { httpThreads } = readConfig({});
  const port = await freePort();
  const all = { port, threads: httpThreads, ...settings };
  const server = startProcess({
    command: [process.execPath, `bench/servers/${script}`, JSON.stringify(all)],
    cwd: root,
    env: allocator,
  });
  const url = await listening(server);
  return { name, url, process: server, stop: () => server.stop() };
}

/**
 * Starts the engine, has it answer once, starts a floor that always answers the same, and ends both
 * when the measurement is done.
 */
export async function withServers<T>(
  sampleOf: (engine: EngineServer) => Promise<Sample>,
  measure: (engine: EngineServer, floor: Server) => Promise<T>,
  options: EngineOptions = {},
): Promise<T> {
  const engine = await startEngineServer(options);
  try {
    const floor = await startFloorServer(await sampleOf(engine));
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
