/**
 * `bun start`: the composition root. It reads the settings, starts the engine, and drains it when it
 * is asked to leave.
 *
 * The way of an order, for readers: `http/orders.ts` → `dispatch.ts` → `actors/worker.ts` →
 * `actors/item/item.ts` → `actors/partition/partition.ts` → `actors/journal/` → back through `dispatch.ts`; later,
 * `projector/`. `engine.ts` starts the threads that do this.
 */

import { configureLog, getLogger } from '../actors/log.ts';
import { makePrivateFolder } from '../actors/private-files.ts';
import { runDemo } from './commands/demo.ts';
import { ConfigError, readConfig } from './config.ts';
import { type Engine, startEngine } from './engine.ts';
import { keptSecret } from './secrets.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  configureLog(config.logLevel, 'main');
  makePrivateFolder(config.dataDir);
  const tokenSecret = config.tokenSecret ?? keptSecret(config.dataDir, 'token-secret').value;
  const kept = config.adminToken === null ? keptSecret(config.dataDir, 'admin-token') : null;
  const adminToken = config.adminToken ?? kept!.value;
  const engine = await startEngine({ ...config, tokenSecret, adminToken });
  leaveOnSignal(engine);
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${engine.port}`;
  console.log(`listening on ${url}`);
  if (kept?.fresh)
    console.log(`admin token (kept in ${config.dataDir}/admin-token): ${kept.value}`);
  if (process.argv.includes('--demo')) await runDemo({ url, adminToken });
}

function leaveOnSignal(engine: Engine): void {
  let leaving = false;
  const leave = async (signal: string) => {
    if (leaving) return;
    leaving = true;
    const log = getLogger(['stampede', 'main']);
    log.info('draining', { signal });
    await engine.drain();
    log.info('drained', {});
    process.exit(0);
  };
  process.on('SIGTERM', () => leave('SIGTERM'));
  process.on('SIGINT', () => leave('SIGINT'));
}

main().catch((error) => {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`stampede: cannot start: ${message}`);
  process.exit(error instanceof ConfigError ? 2 : 1);
});
