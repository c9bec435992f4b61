import { describe, expect, test } from 'bun:test';
import { TrustedProxies } from './client-address.ts';
import { originsIn, Site } from './site.ts';

const shops = 'https://shop.example, http://localhost:8080';

/** The site, asked by `peer`, which is a trusted proxy where its address begins with 10. */
function site(peer = '10.0.0.1', allowedOrigins = shops) {
  return new Site(new TrustedProxies('10.0.0.0/8'), allowedOrigins, () => peer);
}

const request = (headers: Record<string, string>) =>
  new Request('http://engine/', { headers: { host: 'engine:3000', ...headers } });

describe('the scheme that a browser speaks', () => {
  test.each([
    { 'x-forwarded-proto': 'https' },
    { 'x-forwarded-proto': 'https,http' },
    { 'x-forwarded-proto': ' HTTPS , http, http' },
    { forwarded: 'for=192.0.2.1;proto=https;by=10.0.0.1, for=10.0.0.2;proto=http' },
    { forwarded: 'Proto="https"' },
    { 'x-forwarded-proto': 'https', forwarded: 'proto=http' },
  ])('is https where a trusted proxy says so first: %p', (headers) => {
    expect(site().isSecure(request(headers))).toBe(true);
    // From anyone else the same says nothing.
    expect(site('192.0.2.1').isSecure(request(headers))).toBe(false);
    expect(site('unknown').isSecure(request(headers))).toBe(false);
  });

  test.each([
    {},
    { 'x-forwarded-proto': 'http' },
    { 'x-forwarded-proto': 'http, https' },
    { 'x-forwarded-proto': '' },
    { 'x-forwarded-proto': 'httpsx' },
    { forwarded: 'for="proto=https"' },
    { forwarded: 'for=192.0.2.1, proto=https' },
    { forwarded: 'for=192.0.2.1;xproto=https' },
  ])('is not https with %p', (headers: Record<string, string>) => {
    expect(site().isSecure(request(headers))).toBe(false);
  });

  test('is https for a page that says it came so, whoever passes it on', () => {
    expect(site('192.0.2.1').isSecure(request({ origin: 'https://shop.example' }))).toBe(true);
    expect(site('192.0.2.1').isSecure(request({ origin: 'http://shop.example' }))).toBe(false);
  });
});

describe('the address of the site', () => {
  test.each([
    [{}, 'http://engine:3000'],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example' }, 'https://shop.example'],
    [{ host: '[::1]:3000' }, 'http://[::1]:3000'],
    // What a shell would take for more than an address is not repeated.
    [{ 'x-forwarded-host': "shop.example';reboot;'" }, 'http://localhost'],
    [{ host: '' }, 'http://localhost'],
  ])('is the one that the browser knows: %p', (headers: Record<string, string>, address) => {
    expect(site().originOf(request(headers))).toBe(address);
  });
});

describe('writing', () => {
  test.each([
    {},
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { origin: 'http://engine:3000' },
    { origin: 'https://engine:3000' },
    { host: 'engine', origin: 'http://engine' },
    { host: 'engine:443', origin: 'https://engine' },
    { host: 'ENGINE', origin: 'https://engine' },
    { origin: 'https://shop.example' },
    { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-site' },
  ])('is for pages of the site and of allowed origins, and for no page: %p', (headers) => {
    expect(site('192.0.2.1').mayWrite(request(headers as Record<string, string>))).toBe(true);
  });

  test.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'nonsense' },
    { 'sec-fetch-site': 'cross-site', origin: 'http://engine:3000' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'engine:3000' },
    { origin: 'http://engine' },
    { origin: 'http://engine:3001' },
    { origin: 'http://engine:3000.evil.example' },
    { origin: 'https://shop.example.evil.example' },
    { origin: 'http://shop.example' },
    { origin: 'https://shop.example:8443' },
    { origin: 'https://SHOP.example.' },
    { origin: 'file://' },
    { host: '', origin: 'null' },
    { host: '', origin: 'https://evil.example' },
  ])('is not for pages of anywhere else: %p', (headers) => {
    expect(site().mayWrite(request(headers as Record<string, string>))).toBe(false);
  });

  test.each([
    { 'x-forwarded-host': 'www.example' },
    { 'x-forwarded-host': 'www.example, inner' },
    { 'x-forwarded-host': 'www.example:443, inner:80' },
    { forwarded: 'host=www.example;proto=https, host=inner' },
    { forwarded: 'for=192.0.2.1; host="www.example:443"' },
  ])('is for pages of the host that a trusted proxy was asked for, and no other: %p', (headers) => {
    const from = (origin: string) => request({ ...headers, origin });
    expect(site().mayWrite(from('https://www.example'))).toBe(true);
    expect(site().mayWrite(from('https://inner'))).toBe(false);
    expect(site().mayWrite(from('https://evil.example'))).toBe(false);
    expect(site('192.0.2.1').mayWrite(from('https://www.example'))).toBe(false);
  });
});

describe('origins in a setting', () => {
  test('are read as they are', () => {
    expect(originsIn(` ${shops},, `)).toEqual(['https://shop.example', 'http://localhost:8080']);
    expect(originsIn('')).toEqual([]);
  });

  test.each([
    '*',
    'null',
    'shop.example',
    'https://shop.example/',
    'https://shop.example/path',
    'https://shop.example:443',
    'https://Shop.example',
    'https://*.shop.example',
    'https://user@shop.example',
    'ftp://shop.example',
    'https://shop.example https://other.example',
  ])('must be exact: %p is refused', (origin) => {
    expect(() => originsIn(`https://ok.example, ${origin}`)).toThrow(RangeError);
  });
});
