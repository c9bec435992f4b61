/** Sends one-time passwords: to the log for development, or to a gateway over HTTP. */
import { getLogger } from '../../actors/log.ts';
import { maskedTelephone } from './telephone.ts';

/**
 * Who brings a code to its owner: the gateway; in a demo without one, the page on which it was asked
 * for; else nobody but the log.
 */
export type Delivery = 'gateway' | 'page' | 'log';

export interface SmsSender {
  readonly delivery: Delivery;
  /** @throws SmsFailed where the message may not have been sent. */
  send(telephone: string, code: string): Promise<void>;
}

/** The gateway did not accept the message. */
export class SmsFailed extends Error {
  override readonly name = 'SmsFailed';
}

export interface SmsSettings {
  /** Null for none. */
  webhookUrl: string | null;
  webhookSecret: string | null;
  /** Whether anybody may see anybody's code: `start --demo`. */
  demo: boolean;
  /** How many messages all telephones together get in a minute. */
  perMinute: number;
}

/** How long a gateway may take to answer. */
const gatewayMsMax = 3_000;

export function smsSender({
  webhookUrl,
  webhookSecret,
  demo,
}: Omit<SmsSettings, 'perMinute'>): SmsSender {
  if (webhookUrl !== null) return webhookSender(webhookUrl, webhookSecret ?? '');
  return logSender(demo ? 'page' : 'log');
}

/** Codes appear in the log at debug level, and in no line above it. */
function logSender(delivery: Delivery): SmsSender {
  const log = getLogger(['stampede', 'sms']);
  return {
    delivery,
    async send(telephone, code) {
      log.debug('one-time password', { telephone: maskedTelephone(telephone), code });
    },
  };
}

/** Posts `{"telephone","code"}`, signed as the README describes. */
function webhookSender(url: string, secret: string): SmsSender {
  return {
    delivery: 'gateway',
    async send(telephone, code) {
      const body = JSON.stringify({ telephone, code });
      const mac = new Bun.CryptoHasher('sha256', secret).update(body).digest('hex');
      const headers = { 'content-type': 'application/json', 'x-signature': `sha256=${mac}` };
      const signal = AbortSignal.timeout(gatewayMsMax);
      const request = { method: 'POST', headers, body, signal, redirect: 'error' } as const;
      const response = await fetch(url, request).catch((cause: Error) => {
        throw new SmsFailed(`the SMS gateway did not answer: ${cause.message}`, { cause });
      });
      await response.body?.cancel();
      if (!response.ok) throw new SmsFailed(`the SMS gateway answered ${response.status}`);
    },
  };
}
