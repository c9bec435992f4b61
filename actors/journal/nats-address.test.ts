import { describe, expect, test } from 'bun:test';
import { temporaryFolder } from '../testing/process.ts';
import {
  type NatsServer,
  NatsSettingsWrong,
  natsAddress,
  placesOf,
  readAuthorities,
  readCredentials,
} from './nats-address.ts';

const first = (url: string): NatsServer => natsAddress({ url }).servers[0]!;

function complaint(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof NatsSettingsWrong) return error.message;
    throw error;
  }
  throw new Error('the settings were taken');
}

describe('the address of NATS', () => {
  test('has the port that the server names, and 4222 where it names none', () => {
    expect(first('nats://host:4333')).toEqual({ host: 'host', port: 4333, login: null });
    expect(first('nats://10.0.0.7')).toEqual({ host: '10.0.0.7', port: 4222, login: null });
    expect(first('nats://[::1]:4333/')).toEqual({ host: '::1', port: 4333, login: null });
    expect(first('TLS://host_1.example-2')).toMatchObject({ host: 'host_1.example-2', port: 4222 });
  });

  test('takes a user and password, or a token alone, with their percent-encoded characters', () => {
    const logins: [string, object][] = [
      ['user:12pw', { user: 'user', pass: '12pw' }],
      ['user:p%40%3A%2F%3F%23%25%2C%E5%AF%86', { user: 'user', pass: 'p@:/?#%,密' }],
      ['user:a@b:c', { user: 'user', pass: 'a@b:c' }],
      ['user:', { user: 'user', pass: '' }],
      ['s3cr3t', { token: 's3cr3t' }],
      ['to%3Aken', { token: 'to:ken' }],
    ];
    for (const [userinfo, login] of logins) {
      const server = first(`nats://${userinfo}@host:4333`);
      expect(server).toEqual({ host: 'host', port: 4333, login } as NatsServer);
    }
  });

  test('may be several servers, each with its own login, or that of the first which has one', () => {
    const { servers, tls } = natsAddress({ url: 'tls://a,tls://t@b:1 , tls://u:p@c' });
    expect(tls).toBe(true);
    expect(servers.map(({ host, login }) => [host, login])).toEqual([
      ['a', { token: 't' }],
      ['b', { token: 't' }],
      ['c', { user: 'u', pass: 'p' }],
    ]);
  });

  test('is named in messages without its secrets', () => {
    const { servers } = natsAddress({ url: 'nats://me:hunter2@a:1,nats://hunter2@[::1]' });
    expect(placesOf(servers)).toBe('nats://a:1,nats://[::1]:4222');
  });

  test('that cannot be is refused in one line which shows no part of it', () => {
    const wrong = [
      'http://hunter2@a',
      'hunter2@a:4222',
      'nats://',
      'nats://@a',
      'nats://:hunter2@a',
      'nats://hunter2@',
      'nats://me:hunter2@a:b',
      'nats://me:hunter2@a:0',
      'nats://me:hunter2@a:65536',
      'nats://me:hunter2#@a',
      'nats://me:hunter2/@a',
      'nats://me:hunter2,@a',
      'nats://me:hunter2%@a',
      'nats://me:hunter2@a/path',
      'nats://me:hunter2@a?tls=true',
      'nats://me:hunter2@a,',
      'nats://me:hunter2@a,b',
      'nats://me:hunter2@a b',
      'nats://me:hunter2@[::1',
      'nats://me:hunter2@a,tls://b',
    ];
    for (const url of wrong) {
      const line = complaint(() => natsAddress({ url }));
      expect([url, line]).toEqual([url, expect.stringMatching(/^NATS_URL must [^\n]*$/)]);
      expect(line).not.toContain('hunter2');
    }
  });

  test('is not encrypted by chance: NATS_CA needs tls://', () => {
    const caFile = '/ca.pem';
    expect(complaint(() => natsAddress({ url: 'nats://a', caFile }))).toContain('tls://');
    expect(natsAddress({ url: 'tls://a', caFile }).tls).toBe(true);
  });

  test('has one way to log in: NATS_CREDS excludes a user or token in NATS_URL', () => {
    const credentialsFile = '/user.creds';
    const both = { url: 'nats://hunter2@a', credentialsFile };
    expect(complaint(() => natsAddress(both))).toMatch(/^NATS_CREDS must not be set/);
    expect(natsAddress({ url: 'nats://a', credentialsFile }).servers).toHaveLength(1);
  });
});

describe('the files of NATS', () => {
  const seed = `SU${'A2'.repeat(28)}`;
  const creds = `-----BEGIN NATS USER JWT-----
eyJ0.eyJq.c2ln
------END NATS USER JWT------

************************* IMPORTANT *************************
NKEY Seed printed below can be used to sign and prove identity.

-----BEGIN USER NKEY SEED-----
${seed}
------END USER NKEY SEED------
`;

  test('are read as nsc writes them, with the line ends of any system', async () => {
    const folder = temporaryFolder();
    for (const text of [creds, creds.replaceAll('\n', '\r\n')]) {
      await Bun.write(folder.file('user.creds'), text);
      expect(readCredentials(folder.file('user.creds'))).toEqual({ jwt: 'eyJ0.eyJq.c2ln', seed });
    }
    folder.remove();
  });

  test('that are missing, or something else, are named without what they hold', async () => {
    const folder = temporaryFolder();
    const path = folder.file('file');
    expect(complaint(() => readCredentials(path))).toBe(
      `NATS_CREDS must be a file: ${path} cannot be read (ENOENT)`,
    );
    expect(complaint(() => readAuthorities(path))).toMatch(/^NATS_CA must be a file: .*ENOENT/);
    for (const text of ['', seed, creds.replace('SU', 'SA'), creds.replace('JWT', 'KEY')]) {
      await Bun.write(path, text);
      expect(complaint(() => readCredentials(path))).toMatch(/^NATS_CREDS must be a credentials/);
      expect(complaint(() => readCredentials(path))).not.toContain('A2A2');
      expect(complaint(() => readAuthorities(path))).toMatch(/^NATS_CA must be a file of cert/);
    }
    folder.remove();
  });
});
