/**
 * The composition root: settings from the environment, secrets, log, engine.
 *
 * The path of an order, for readers: `http/routes/orders.ts` → `dispatch/dispatch.ts` →
 * `actors/worker.ts` → `actors/item/item.ts` → `actors/partition/partition.ts` → `actors/journal/` →
 * back through `dispatch/dispatch.ts`; later, `projector/`. `engine.ts` starts the threads that do this.
 */
import { configureLog, getLogger } from '../actors/log.ts';
import { makePrivateFolder } from '../actors/private-files.ts';
import { claimFolder } from './claims.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { type Engine, startEngine } from './engine.ts';
import { journalFolder } from './parts-settings.ts';
import { newWebhookSecret, webhookSecretFault } from './payments/webhook-secret.ts';
import { keptSecret } from './secrets.ts';

export interface Running {
  url: string;
  adminToken: string;
}

/**
 * Starts the engine, and says on the first line of standard output where it listens.
 * @param starting - is given the engine before it is up.
 * @param asked - `demo`: one-time passwords may be shown on the page where no gateway is set;
 * `setTimeBack`: a journal whose time is ahead of the wall clock gets it set back.
 * @throws ConfigError where a setting is wrong.
 */
export async function runEngine(
  environment: Record<string, string | undefined>,
  starting: (engine: Promise<Engine>) => void,
  asked: { demo?: boolean; setTimeBack?: boolean } = {},
): Promise<Running> {
  const config = readConfig(environment);
  configureLog(config.logLevel, 'main');
  const { dataDir, host } = config;
  makePrivateFolder(dataDir);
  // Before anything in it is made or read: a second engine must not replace the secrets of the first.
  claimFolder(dataDir);
  if (config.natsUrl === null) claimJournal(config);
  const tokenSecret = config.tokenSecret ?? keptSecret(dataDir, 'token-secret').value;
  const kept = config.adminToken === null ? keptSecret(dataDir, 'admin-token') : null;
  const adminToken = config.adminToken ?? kept!.value;
  const paymentWebhookSecret =
    config.paymentWebhookSecret ?? keptWebhookSecret(dataDir, 'payment-webhook-secret');
  const webhookSecret = webhookSecretOf(config);
  const payments = config.payments ?? (asked.demo === true ? 'demo' : 'webhook');
  const own = { tokenSecret, adminToken, payments, paymentWebhookSecret, webhookSecret };
  const starts = startEngine({ ...config, ...own, ...asked });
  starting(starts);
  const { port } = await starts;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  console.log(`listening on ${url}`);
  if (kept?.fresh) console.log(`admin token (kept in ${dataDir}/admin-token): ${kept.value}`);
  // Said of an engine that runs: a start that fails ends with one line.
  if (config.smsWebhookUrl === null) tellOfMissingGateway(asked.demo === true);
  if (payments === 'demo') tellOfDemoPayments(config);
  return { url, adminToken };
}

/** Null where nothing is signed with it. @throws as `keptWebhookSecret` */
function webhookSecretOf({ webhookUrl, webhookSecret, dataDir }: Config): string | null {
  if (webhookUrl === null) return null;
  return webhookSecret ?? keptWebhookSecret(dataDir, 'webhook-secret');
}

/** @throws ConfigError where the file holds no such secret: what is signed with it would all be refused. */
function keptWebhookSecret(dataDir: string, name: string): string {
  const { value } = keptSecret(dataDir, name, newWebhookSecret);
  const fault = webhookSecretFault(value);
  if (fault !== null) throw new ConfigError(`${dataDir}/${name} ${fault}, or not be there`);
  return value;
}

/** Whoever has set it for a real shop gives the goods away. */
function tellOfDemoPayments({ payments }: Config): void {
  const log = getLogger(['stampede', 'main']);
  const text = 'buyers say themselves that they have paid, on a page that plays the provider';
  if (payments === null) log.info(`this is a demo: ${text}`);
  else log.warning(`PAYMENTS=demo: ${text}`);
}

/**
 * Without a gateway nobody can register, log in by a code or replace a password. That is no fault: a
 * merchant may have a log-in of their own.
 */
function tellOfMissingGateway(demo: boolean): void {
  const instead = demo
    ? 'one-time passwords are shown on the page on which they are asked for, to anyone: this is a demo'
    : 'nobody can register; one-time passwords are in the log at debug level and nowhere else';
  getLogger(['stampede', 'main']).info(`SMS_WEBHOOK_URL is not set: ${instead}`);
}

/** The journal may lie elsewhere, behind a link, and be what another data folder leads to as well. */
function claimJournal(config: Config): void {
  const folder = journalFolder(config);
  makePrivateFolder(folder);
  claimFolder(folder);
}
