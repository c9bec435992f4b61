/**
 * The engine with a back door for tests: a line on standard input that names a kind of thread (`http`,
 * `actor`, `projector`) makes one of that kind throw. Everything else is as in `bun start`.
 */
import { configureLog } from '../../actors/log.ts';
import { readConfig } from '../config.ts';
import { startEngine } from '../engine.ts';
import { crashOnRequest } from './crash-on-request.ts';

const config = readConfig(process.env);
configureLog(config.logLevel, 'main');
const { tokenSecret, adminToken, paymentWebhookSecret, payments } = config;
if (tokenSecret === null || adminToken === null || paymentWebhookSecret === null) {
  throw new Error('the test sets no secrets');
}
const secrets = { tokenSecret, adminToken, paymentWebhookSecret };
const engine = await startEngine({ ...config, ...secrets, payments: payments ?? 'webhook' });
console.log(`listening on http://${engine.host}:${engine.port}`);

process.on('SIGTERM', async () => {
  await engine.drain();
  process.exit(0);
});

await crashOnRequest(engine);
