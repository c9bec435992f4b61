/** The settings: environment → Config, once, validated. */
import { availableParallelism } from 'node:os';
import * as v from 'valibot';
import {
  NatsSettingsWrong,
  natsAddress,
  readAuthorities,
  readCredentials,
} from '../actors/journal/nats-address.ts';
import { partitionsMax, retainDaysDefault, retainDaysMax } from '../actors/limits.ts';
import { logLevels } from '../actors/log.ts';
import { redisAddressFault } from '../actors/redis-connection.ts';
import { type CaptchaKind, captchaKinds } from './admission/captcha.ts';
import { TrustedProxies } from './http/guard/client-address.ts';
import { originsIn } from './http/guard/site.ts';
import { isTimeZone } from './http/pages/zoned-time.ts';
import { type PaymentsMode, paymentsModes } from './payments/modes.ts';
import { webhookSecretFault } from './payments/webhook-secret.ts';

export interface Config {
  host: string;
  port: number;
  dataDir: string;
  httpThreads: number;
  actorThreads: number;
  partitions: number;
  /** Null where it is to be made once and kept in `dataDir`. */
  tokenSecret: string | null;
  adminToken: string | null;
  /** What reads metrics, beside ADMIN_TOKEN; null where anyone may. */
  metricsToken: string | null;
  /** Servers, and how to log in to them: `natsAddress` reads it. It holds secrets. */
  natsUrl: string | null;
  natsCredentialsFile: string | null;
  natsCaFile: string | null;
  journalReplicas: number;
  redisUrl: string | null;
  databaseUrl: string | null;
  /** Who pays; null where `--demo` decides. */
  payments: PaymentsMode | null;
  /** Null where it is to be made once and kept in `dataDir`. */
  paymentWebhookSecret: string | null;
  /** Where the merchant is told of orders; null: nowhere. It may hold secrets. */
  webhookUrl: string | null;
  /** Null where it is to be made once and kept in `dataDir`. */
  webhookSecret: string | null;
  /** ISO 4217: what amounts in minor units are of. */
  currency: string;
  /** IANA's name: the zone of the merchant's pages, where a browser tells no other. */
  timeZone: string;
  smsWebhookUrl: string | null;
  smsWebhookSecret: string | null;
  /** What buyers are asked for before a purchase token. */
  captcha: CaptchaKind;
  /** How many one-time passwords all telephones together get in a minute. */
  smsPerMinute: number;
  /** Addresses and networks, separated by commas: see `TrustedProxies`. */
  trustedProxies: string;
  /** Origins, separated by commas: see `originsIn`. */
  allowedOrigins: string;
  /** How long a kept connection may be idle. */
  idleTimeoutSeconds: number;
  /** How many live streams there may be at a time. */
  liveStreams: number;
  /** How long orders that can change no more stay in memory. */
  retainDays: number;
  logLevel: (typeof logLevels)[number];
}

/** A setting is wrong; the message is one clear line for the operator. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const threadsMax = 64;

/**
 * Ten a second, about as many as one HTTP thread can register: it hashes some twelve passwords a second.
 * More would cost the merchant money and bring nobody in.
 */
const smsPerMinuteDefault = 600;

/** Each hears of a change within a second then, and half of 20,000 files that may be open is left to others. */
const liveStreamsDefault = 10_000;

/** Beyond, the runtime counts in minutes, and may end a connection a minute early. */
const idleSecondsMax = 236;

/** Two cores get one HTTP and one actor thread; each further four cores, one more actor thread. */
function defaultThreads(cores: number): { http: number; actor: number } {
  const actor = Math.min(threadsMax, Math.max(1, Math.floor(cores / 4)));
  return { actor, http: Math.min(threadsMax, Math.max(1, cores - actor - 1)) };
}

const integer = (fallback: number, min: number, max: number) => {
  const message = `must be an integer from ${min} to ${max}`;
  return v.pipe(
    v.optional(v.string(), String(fallback)),
    v.regex(/^\d{1,9}$/, message),
    v.transform(Number),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
};

const text = (min: number) =>
  v.nullish(v.pipe(v.string(), v.minLength(min, `must have at least ${min} characters`)), null);

/** What is sent in a header, as one word. */
const bearerText = v.nullish(
  v.pipe(
    v.string(),
    v.minLength(16, 'must have at least 16 characters'),
    v.regex(/^[\x21-\x7e]{1,512}$/, 'must be at most 512 visible ASCII characters, without spaces'),
  ),
  null,
);

const url = (...protocols: string[]) => {
  const message = `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`;
  const fits = (value: string) =>
    URL.canParse(value) && protocols.includes(new URL(value).protocol);
  const encoding = 'must write a % of its user or password as %25';
  return v.nullish(
    v.pipe(v.string(), v.check(fits, message), v.check(isPercentEncoded, encoding)),
    null,
  );
};

/** Where it is not, the client of PostgreSQL fails without a word about the setting. */
function isPercentEncoded(url: string): boolean {
  return !/%(?![\da-f]{2})/i.test(url);
}

const redisUrl = v.nullish(
  v.pipe(
    v.string(),
    v.check(
      (value) => redisAddressFault(value) === null,
      ({ input }) => redisAddressFault(input)!,
    ),
  ),
  null,
);

const webhookSecret = v.nullish(
  v.pipe(
    v.string(),
    v.check(
      (value) => webhookSecretFault(value) === null,
      ({ input }) => webhookSecretFault(input)!,
    ),
  ),
  null,
);

const currencies = new Set(Intl.supportedValuesOf('currency'));

function isCurrency(value: string): boolean {
  return currencies.has(value);
}

const proxiesMessage = 'must be addresses or networks such as 10.0.0.0/8, separated by commas';

const originsMessage =
  'must be origins as a browser sends them, such as https://shop.example, separated by commas';

/** A list in one setting, which what reads it throws on where it is wrong. */
function list(read: (value: string) => unknown, message: string) {
  const fits = (value: string) => {
    try {
      read(value);
      return true;
    } catch {
      return false;
    }
  };
  return v.optional(v.pipe(v.string(), v.check(fits, message)), '');
}

/** `warn` is what many other programs call a warning. */
const logLevel = v.pipe(
  v.string(),
  v.transform((name) => (name === 'warn' ? 'warning' : name)),
  v.picklist(logLevels, `must be one of ${logLevels.join(', ')}, or warn for warning`),
);

function environmentSchema(cores: number) {
  const threads = defaultThreads(cores);
  return v.object({
    HOST: v.optional(v.pipe(v.string(), v.nonEmpty('must not be empty')), '127.0.0.1'),
    PORT: integer(3000, 0, 65_535),
    DATA_DIR: v.optional(v.pipe(v.string(), v.nonEmpty('must not be empty')), './data'),
    HTTP_THREADS: integer(threads.http, 1, threadsMax),
    ACTOR_THREADS: integer(threads.actor, 1, threadsMax),
    PARTITIONS: integer(8, 1, partitionsMax),
    TOKEN_SECRET: text(32),
    ADMIN_TOKEN: text(16),
    METRICS_TOKEN: bearerText,
    NATS_URL: v.nullish(v.string(), null),
    NATS_CREDS: v.nullish(v.string(), null),
    NATS_CA: v.nullish(v.string(), null),
    JOURNAL_REPLICAS: integer(1, 1, 5),
    REDIS_URL: redisUrl,
    DATABASE_URL: url('postgres:', 'postgresql:'),
    PAYMENTS: v.nullish(
      v.picklist(paymentsModes, `must be one of ${paymentsModes.join(', ')}`),
      null,
    ),
    PAYMENT_WEBHOOK_SECRET: webhookSecret,
    WEBHOOK_URL: url('http:', 'https:'),
    WEBHOOK_SECRET: webhookSecret,
    CURRENCY: v.optional(
      v.pipe(v.string(), v.check(isCurrency, 'must be a code of ISO 4217, such as CNY')),
      'CNY',
    ),
    TIME_ZONE: v.optional(
      v.pipe(
        v.string(),
        v.check(isTimeZone, 'must be the name of a time zone, such as Asia/Shanghai'),
      ),
      'UTC',
    ),
    SMS_WEBHOOK_URL: url('http:', 'https:'),
    SMS_WEBHOOK_SECRET: text(16),
    CAPTCHA: v.optional(
      v.picklist(captchaKinds, `must be one of ${captchaKinds.join(', ')}`),
      'proof',
    ),
    SMS_PER_MINUTE: integer(smsPerMinuteDefault, 1, 1_000_000),
    TRUSTED_PROXIES: list((value) => new TrustedProxies(value), proxiesMessage),
    ALLOWED_ORIGINS: list(originsIn, originsMessage),
    IDLE_TIMEOUT_SECONDS: integer(75, 1, idleSecondsMax),
    LIVE_STREAMS: integer(liveStreamsDefault, 0, 1_000_000),
    RETAIN_DAYS: integer(retainDaysDefault, 1, retainDaysMax),
    LOG_LEVEL: v.optional(logLevel, 'info'),
  });
}

/** What is wrong with the settings of NATS; none of its lines shows a secret. */
function wrongOfNats({
  NATS_URL,
  NATS_CREDS,
  NATS_CA,
}: Record<string, string | undefined>): string[] {
  if (NATS_URL === undefined) {
    const needing = { NATS_CREDS, NATS_CA };
    const set = Object.entries(needing).filter(([, value]) => value !== undefined);
    return set.map(([name]) => `NATS_URL must be set where ${name} is`);
  }
  try {
    natsAddress({ url: NATS_URL, credentialsFile: NATS_CREDS ?? null, caFile: NATS_CA ?? null });
    if (NATS_CREDS !== undefined) readCredentials(NATS_CREDS);
    if (NATS_CA !== undefined) readAuthorities(NATS_CA);
    return [];
  } catch (error) {
    if (error instanceof NatsSettingsWrong) return [error.message];
    throw error;
  }
}

/** Reads the settings; an empty variable counts as not set. @throws ConfigError naming each wrong one. */
export function readConfig(
  environment: Record<string, string | undefined>,
  cores = availableParallelism(),
): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = v.safeParse(environmentSchema(cores), set);
  const wrong = result.issues?.map((issue) => `${v.getDotPath(issue)} ${issue.message}`) ?? [];
  wrong.push(...wrongOfNats(set));
  if (!result.success || wrong.length > 0) throw new ConfigError(wrong.join('; '));
  const settings = result.output;
  if (settings.SMS_WEBHOOK_URL !== null && settings.SMS_WEBHOOK_SECRET === null) {
    throw new ConfigError('SMS_WEBHOOK_SECRET must be set where SMS_WEBHOOK_URL is');
  }
  // Each engine of a cluster would make one of its own, and the receiver knows one.
  if (
    settings.WEBHOOK_URL !== null &&
    settings.NATS_URL !== null &&
    settings.WEBHOOK_SECRET === null
  ) {
    throw new ConfigError('WEBHOOK_SECRET must be set where WEBHOOK_URL and NATS_URL are');
  }
  return {
    host: settings.HOST,
    port: settings.PORT,
    dataDir: settings.DATA_DIR,
    httpThreads: settings.HTTP_THREADS,
    actorThreads: Math.min(settings.ACTOR_THREADS, settings.PARTITIONS),
    partitions: settings.PARTITIONS,
    tokenSecret: settings.TOKEN_SECRET,
    adminToken: settings.ADMIN_TOKEN,
    metricsToken: settings.METRICS_TOKEN,
    natsUrl: settings.NATS_URL,
    natsCredentialsFile: settings.NATS_CREDS,
    natsCaFile: settings.NATS_CA,
    journalReplicas: settings.JOURNAL_REPLICAS,
    redisUrl: settings.REDIS_URL,
    databaseUrl: settings.DATABASE_URL,
    payments: settings.PAYMENTS,
    paymentWebhookSecret: settings.PAYMENT_WEBHOOK_SECRET,
    webhookUrl: settings.WEBHOOK_URL,
    webhookSecret: settings.WEBHOOK_SECRET,
    currency: settings.CURRENCY,
    timeZone: settings.TIME_ZONE,
    smsWebhookUrl: settings.SMS_WEBHOOK_URL,
    smsWebhookSecret: settings.SMS_WEBHOOK_SECRET,
    captcha: settings.CAPTCHA,
    smsPerMinute: settings.SMS_PER_MINUTE,
    trustedProxies: settings.TRUSTED_PROXIES,
    allowedOrigins: settings.ALLOWED_ORIGINS,
    idleTimeoutSeconds: settings.IDLE_TIMEOUT_SECONDS,
    liveStreams: settings.LIVE_STREAMS,
    retainDays: settings.RETAIN_DAYS,
    logLevel: settings.LOG_LEVEL,
  };
}
