import { describe, expect, test } from 'bun:test';
import { TrustedProxies } from './client-address.ts';

const proxies = new TrustedProxies('10.0.0.0/8, 127.0.0.1,fd00::/8');

describe('the client of a request', () => {
  test('is the peer where no proxy is trusted, whatever the header says', () => {
    expect(new TrustedProxies('').clientOf('127.0.0.1', '192.0.2.1')).toBe('127.0.0.1');
    expect(new TrustedProxies(' , ').clientOf('127.0.0.1', '192.0.2.1')).toBe('127.0.0.1');
  });

  test('is the peer where the peer is not trusted: anyone can send the header', () => {
    for (const peer of ['192.0.2.9', '2001:db8::9', '127.0.0.2', 'unknown']) {
      expect(proxies.clientOf(peer, '198.51.100.1')).toBe(peer);
    }
  });

  test('is the peer where a trusted one sends no header', () => {
    expect(proxies.clientOf('10.0.0.1', null)).toBe('10.0.0.1');
    expect(proxies.clientOf('10.0.0.1', '')).toBe('10.0.0.1');
  });

  test.each([
    ['10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['::ffff:10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['127.0.0.1', ' 2001:db8::1 ', '2001:db8::1'],
    ['fd12::1', '192.0.2.1, 10.255.255.255', '192.0.2.1'],
    ['10.0.0.1', '203.0.113.7, 192.0.2.1, fd00::2, 10.0.0.2', '192.0.2.1'],
  ])(
    'of %s, forwarded for %p, is %s: the last that is not a trusted proxy',
    (peer, header, client) => {
      expect(proxies.clientOf(peer, header)).toBe(client);
    },
  );

  test('is the first proxy where all are trusted', () => {
    expect(proxies.clientOf('10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3');
  });

  test.each([
    ['192.0.2.1, nonsense', '10.0.0.1'],
    ['192.0.2.1, nonsense, 10.0.0.2', '10.0.0.2'],
    ['192.0.2.1:4711', '10.0.0.1'],
    ['for=192.0.2.1', '10.0.0.1'],
  ])('is not read past what is not an address: %p', (header, client) => {
    expect(proxies.clientOf('10.0.0.1', header)).toBe(client);
  });

  test.each(['localhost', '10.0.0.0/33', '::1/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.1;::1'])(
    'cannot be found with %p as a proxy, which is not a network',
    (networks) => {
      expect(() => new TrustedProxies(`127.0.0.1, ${networks}`)).toThrow(RangeError);
    },
  );
});
