/**
 * The engine as tests of the shop need it: every picture has the same text, every proof of work
 * takes next to none, and a few buyers from one address may ask for as much as a whole test needs; with the
 * argument `quick-passwords` hashes of passwords take next to nothing; with `snapshots=20` a snapshot is due every 20
 * events, however many orders are kept, and not before; with `crashes` lines on standard input make threads throw
 * (`crash-on-request.ts`).
 * Everything else is as in `bun start`.
 */
import { configureLog } from '../../actors/log.ts';
import { readConfig } from '../config.ts';
import { startEngine } from '../engine.ts';
import type { WebhookTerms } from '../webhooks/terms.ts';
import { crashOnRequest } from './crash-on-request.ts';
import { captchaText, unlimited } from './shop.ts';

const config = readConfig(process.env);
configureLog(config.logLevel, 'main');
const { tokenSecret, adminToken, paymentWebhookSecret, payments } = config;
if (tokenSecret === null || adminToken === null || paymentWebhookSecret === null) {
  throw new Error('the test sets no secrets');
}
const secrets = { tokenSecret, adminToken, paymentWebhookSecret };
/** Enough that a proof has a number to find. */
const captchaWork = 20;
const rates = {
  oneTimePasswordByAddress: unlimited,
  registrationByAddress: unlimited,
  logInByAddress: unlimited,
  captchaByAddress: unlimited,
  captchaByUser: unlimited,
  tokenByAddress: unlimited,
  tokenByUser: unlimited,
};
const [, , ...words] = process.argv;
/** `streams=2`: how many live streams one address may have. */
const streams = words.find((word) => word.startsWith('streams='))?.slice('streams='.length);
const streamsByAddressMax = streams === undefined ? {} : { streamsByAddressMax: Number(streams) };
/** `retain=1000`: how many milliseconds orders that can change no more are kept in memory. */
const retain = words.find((word) => word.startsWith('retain='))?.slice('retain='.length);
const retainMs = retain === undefined ? {} : { retainMs: Number(retain) };
const tail = words.find((word) => word.startsWith('snapshots='))?.slice('snapshots='.length);
const often = { ordersShare: 0, lullMs: 0, lookMs: 20, pauseMs: 200, idleMs: 1_000 };
const snapshots =
  tail === undefined ? {} : { ...often, tailEvents: Number(tail), quietEvents: Number(tail) };
const quickPasswords = words.includes('quick-passwords');
/**
 * `quick-webhooks`: those that fail are tried again soon, and given up after three seconds; `patient-webhooks`: they
 * are tried again when they are told to be.
 */
const brief = {
  pauseMs: 50,
  pauseGrowth: 1.5,
  pauseMsMax: 200,
  downPauseMs: 50,
  downPauseMsMax: 200,
};
const termsOfWebhooks: Record<string, Partial<WebhookTerms>> = {
  'quick-webhooks': { ...brief, tryMs: 500, recordMs: 100, giveUpMs: 3_000 },
  'patient-webhooks': { pauseMs: 3_600_000, recordMs: 100 },
};
const webhooks = termsOfWebhooks[words.find((word) => word in termsOfWebhooks) ?? ''] ?? {};
const rehearsal = {
  webhooks,
  captchaText,
  captchaWork,
  rates,
  quickPasswords,
  ...streamsByAddressMax,
  ...retainMs,
  snapshots,
};
const own = { payments: payments ?? 'webhook', rehearsal } as const;
const engine = await startEngine({ ...config, ...secrets, ...own });
console.log(`listening on http://${engine.host}:${engine.port}`);

process.on('SIGTERM', async () => {
  await engine.drain();
  process.exit(0);
});

if (words.includes('crashes')) await crashOnRequest(engine);
