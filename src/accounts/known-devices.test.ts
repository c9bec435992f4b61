import { describe, expect, test } from 'bun:test';
import { KnownDevices } from './known-devices.ts';

const devices = new KnownDevices('a secret of this test');
const [owner, other] = ['+8613800000001', '+8613800000002'] as const;
const stranger = { address: '192.0.2.1', device: null };

describe('whom guesses count against', () => {
  test('is a known device, wherever it is, for the account that it has opened', () => {
    const device = devices.mark(owner);
    const here = devices.guesser(owner, { address: '192.0.2.1', device });
    const elsewhere = devices.guesser(owner, { address: '192.0.2.2', device });
    expect(here).toEqual(elsewhere);
    expect(here.isKnown).toBe(true);
    expect(
      devices.guesser(owner, { address: '192.0.2.1', device: devices.mark(owner) }),
    ).not.toEqual(here);
    expect(devices.guesser(other, { address: '192.0.2.1', device })).toEqual(
      devices.guesser(other, stranger),
    );
  });

  test('is the address of all others, also where a mark is made up', () => {
    const byAddress = devices.guesser(owner, stranger);
    expect(byAddress.isKnown).toBe(false);
    expect(devices.guesser(owner, { ...stranger, address: '192.0.2.2' })).not.toEqual(byAddress);
    const mark = devices.mark(owner);
    const [nonce, mac] = mark.split('.') as [string, string]; // A mark has two parts.
    const forged = new KnownDevices('another secret').mark(owner);
    const swapped = `${devices.mark(owner).split('.')[0]}.${mac}`;
    for (const device of ['', 'x', nonce, `${nonce}.`, `${mark}0`, forged, swapped]) {
      expect(devices.guesser(owner, { ...stranger, device })).toEqual(byAddress);
    }
  });

  test('cannot be read from a mark by whoever finds it', () => {
    expect(devices.mark(owner)).not.toContain('1380000');
  });
});
