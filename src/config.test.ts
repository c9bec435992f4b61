import { describe, expect, test } from 'bun:test';
import { ConfigError, readConfig } from './config.ts';

/** The line that a start with these settings fails with. */
function complaint(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the settings were taken');
}

describe('settings', () => {
  test('have their defaults where nothing is set, or set to nothing', () => {
    for (const environment of [{}, { PORT: '', TOKEN_SECRET: '', NATS_URL: '' }]) {
      expect(readConfig(environment, 2)).toEqual({
        host: '127.0.0.1',
        port: 3000,
        dataDir: './data',
        httpThreads: 1,
        actorThreads: 1,
        partitions: 8,
        tokenSecret: null,
        adminToken: null,
        metricsToken: null,
        natsUrl: null,
        natsCredentialsFile: null,
        natsCaFile: null,
        journalReplicas: 1,
        redisUrl: null,
        databaseUrl: null,
        payments: null,
        paymentWebhookSecret: null,
        webhookUrl: null,
        webhookSecret: null,
        currency: 'CNY',
        timeZone: 'UTC',
        smsWebhookUrl: null,
        smsWebhookSecret: null,
        captcha: 'proof',
        smsPerMinute: 600,
        trustedProxies: '',
        allowedOrigins: '',
        idleTimeoutSeconds: 75,
        liveStreams: 10_000,
        retainDays: 30,
        logLevel: 'info',
      });
    }
  });

  test('take a token for metrics that fits into a header, and is not easily guessed', () => {
    expect(readConfig({ METRICS_TOKEN: 'sixteen-letters!' }).metricsToken).toBe('sixteen-letters!');
    expect(complaint({ METRICS_TOKEN: 'fifteen-letters' })).toBe(
      'METRICS_TOKEN must have at least 16 characters',
    );
    for (const wrong of ['with a space in it', 'kürzer-als-gedacht', 'x'.repeat(513)])
      expect(complaint({ METRICS_TOKEN: wrong })).toMatch(/^METRICS_TOKEN must be .* ASCII/);
  });

  test('let a secret for webhooks be made, but not by each engine of a cluster', () => {
    const WEBHOOK_URL = 'https://shop.example/hooks';
    expect(readConfig({ WEBHOOK_URL })).toMatchObject({ webhookUrl: WEBHOOK_URL });
    expect(complaint({ WEBHOOK_URL, NATS_URL: 'nats://n' })).toBe(
      'WEBHOOK_SECRET must be set where WEBHOOK_URL and NATS_URL are',
    );
    expect(complaint({ WEBHOOK_URL: 'ftp://shop.example' })).toMatch(/^WEBHOOK_URL must be a URL/);
    expect(complaint({ WEBHOOK_SECRET: 'whsec_short' })).toMatch(/^WEBHOOK_SECRET must be whsec_/);
  });

  test('give more threads to more cores, and never none', () => {
    const threads = [1, 2, 4, 8, 16, 64, 1_000].map((cores) => {
      const { httpThreads, actorThreads } = readConfig({ PARTITIONS: '64' }, cores);
      return [cores, httpThreads, actorThreads];
    });
    expect(threads).toEqual([
      [1, 1, 1],
      [2, 1, 1],
      [4, 2, 1],
      [8, 5, 2],
      [16, 11, 4],
      [64, 47, 16],
      [1_000, 64, 64],
    ]);
  });

  test('never have more actor threads than partitions', () => {
    expect(readConfig({ ACTOR_THREADS: '8', PARTITIONS: '3' }).actorThreads).toBe(3);
  });

  test('are read as set', () => {
    const config = readConfig({
      HOST: '0.0.0.0',
      PORT: '0',
      PARTITIONS: '64',
      NATS_URL: 'nats://a:1',
      REDIS_URL: 'rediss://b:2',
      DATABASE_URL: 'postgresql://c/d',
      SMS_WEBHOOK_URL: 'https://e/f',
      SMS_WEBHOOK_SECRET: 'sixteen letters!',
      TOKEN_SECRET: 'x'.repeat(32),
      LOG_LEVEL: 'debug',
      UNKNOWN: 'ignored',
    });
    expect(config).toMatchObject({ host: '0.0.0.0', port: 0, partitions: 64, logLevel: 'debug' });
    expect(config).toMatchObject({ natsUrl: 'nats://a:1', redisUrl: 'rediss://b:2' });
    expect(config.tokenSecret).toBe('x'.repeat(32));
  });

  test('say who pays, and by which secret a provider signs', () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const config = readConfig({ PAYMENTS: 'demo', PAYMENT_WEBHOOK_SECRET: secret });
    expect([config.payments, config.paymentWebhookSecret]).toEqual(['demo', secret]);
    expect(readConfig({ PAYMENTS: 'webhook' }).payments).toBe('webhook');
  });

  test('take each log level by its name, and warn for warning', () => {
    const levels = ['trace', 'debug', 'info', 'warning', 'error', 'fatal', 'warn'];
    const read = levels.map((LOG_LEVEL) => readConfig({ LOG_LEVEL }).logLevel);
    expect(read).toEqual(['trace', 'debug', 'info', 'warning', 'error', 'fatal', 'warning']);
  });

  test('that are wrong are each named, with what would be right', () => {
    const wrong: [string, string, string][] = [
      ['PORT', '65536', 'an integer from 0 to 65535'],
      ['PORT', '-1', 'an integer'],
      ['PORT', '80.5', 'an integer'],
      ['PORT', '0x50', 'an integer'],
      ['PORT', ' 80', 'an integer'],
      ['HTTP_THREADS', '0', 'an integer from 1 to 64'],
      ['ACTOR_THREADS', '65', 'an integer from 1 to 64'],
      ['PARTITIONS', '65', 'an integer from 1 to 64'],
      ['JOURNAL_REPLICAS', '6', 'an integer from 1 to 5'],
      ['TOKEN_SECRET', 'x'.repeat(31), 'at least 32 characters'],
      ['ADMIN_TOKEN', 'x'.repeat(15), 'at least 16 characters'],
      ['NATS_URL', 'http://a', 'nats://'],
      ['REDIS_URL', 'localhost', 'redis://'],
      ['REDIS_URL', 'redis://host/cache', 'the number of a database'],
      ['REDIS_URL', 'redis:///1', 'a host'],
      ['REDIS_URL', 'redis://:p%w@localhost', 'write a %'],
      ['DATABASE_URL', 'postgres://me:p%w@localhost', 'write a %'],
      ['DATABASE_URL', 'mysql://a', 'postgres://'],
      ['SMS_WEBHOOK_URL', 'ftp://a', 'http://'],
      ['PAYMENTS', 'Demo', 'one of demo, webhook'],
      ['CURRENCY', 'yuan', 'a code of ISO 4217, such as CNY'],
      ['TIME_ZONE', 'Beijing', 'the name of a time zone, such as Asia/Shanghai'],
      ['TIME_ZONE', '+08:00', 'the name of a time zone'],
      ['PAYMENT_WEBHOOK_SECRET', 'whsec_short', 'whsec_ and 24 to 64 bytes in base64'],
      ['CAPTCHA', 'off', 'one of proof, picture'],
      ['TRUSTED_PROXIES', '10.0.0.0/8, me', 'addresses or networks'],
      ['IDLE_TIMEOUT_SECONDS', '0', 'an integer from 1 to 236'],
      ['IDLE_TIMEOUT_SECONDS', '256', 'an integer from 1 to 236'],
      ['IDLE_TIMEOUT_SECONDS', '75s', 'an integer from 1 to 236'],
      ['ALLOWED_ORIGINS', 'https://a.example, *', 'origins'],
      ['LOG_LEVEL', 'INFO', 'one of'],
      ['LOG_LEVEL', 'warns', 'one of trace, debug, info, warning, error, fatal, or warn'],
    ];
    for (const [name, value, expected] of wrong) {
      expect(complaint({ [name]: value })).toStartWith(`${name} must `);
      expect(complaint({ [name]: value })).toContain(expected);
    }
    expect(complaint({ PORT: 'x', PARTITIONS: 'y' })).toMatch(/^PORT must .*; PARTITIONS must /);
  });

  test('of NATS are checked at the start: files that are missing, and settings that exclude each other', () => {
    const url = { NATS_URL: 'nats://me:hunter2@a,nats://b' };
    const wrong: [Record<string, string>, RegExp][] = [
      [{ NATS_URL: 'nats://me:hunter2@a:b' }, /^NATS_URL must be nats:.*$/],
      [{ NATS_CREDS: '/a' }, /^NATS_URL must be set where NATS_CREDS is$/],
      [
        { NATS_CREDS: '/a', NATS_CA: '/b' },
        /NATS_CREDS is; NATS_URL must be set where NATS_CA is$/,
      ],
      [{ ...url, NATS_CREDS: '/a' }, /^NATS_CREDS must not be set/],
      [{ NATS_URL: 'nats://a', NATS_CREDS: '/none' }, /^NATS_CREDS must be a file: .none .*ENOENT/],
      [{ NATS_URL: 'tls://a', NATS_CA: '/none' }, /^NATS_CA must be a file: .none .*ENOENT/],
      [{ NATS_URL: 'nats://a', NATS_CA: '/none' }, /^NATS_URL must begin with tls:/],
      [{ PORT: 'x', NATS_URL: 'http://a' }, /^PORT must .*; NATS_URL must /],
    ];
    for (const [environment, line] of wrong) {
      expect(complaint(environment)).toMatch(line);
      expect(complaint(environment)).not.toContain('hunter2');
    }
    expect(readConfig(url).natsUrl).toBe(url.NATS_URL);
  });

  test('never show a secret in an error', () => {
    const secret = { REDIS_URL: 'http://:hunter2@a', DATABASE_URL: 'http://me:hunter2@b' };
    expect(complaint(secret)).not.toContain('hunter2');
    const own = {
      TOKEN_SECRET: 'hunter2',
      ADMIN_TOKEN: 'hunter2',
      PAYMENT_WEBHOOK_SECRET: 'whsec_hunter2',
    };
    expect(complaint(own)).not.toContain('hunter2');
  });

  test('require a secret with a webhook: what is sent is signed', () => {
    expect(complaint({ SMS_WEBHOOK_URL: 'https://a/b' })).toContain('SMS_WEBHOOK_SECRET');
  });
});
