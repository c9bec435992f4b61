import { describe, expect, test } from 'bun:test';
import { Pace, type Run, type Share } from './pace.ts';

/** A load on a server that takes this many requests a second, until the bodies run out. */
function loadAt(perSecond: number, given: Share[]) {
  return async (share: Share): Promise<Run> => {
    given.push(share);
    const lasting = Math.min(share.seconds, share.bodies / perSecond);
    return {
      requests: Math.floor(perSecond * lasting),
      seconds: lasting,
      exhausted: share.bodies <= perSecond * share.seconds,
    };
  };
}

describe('a load that was measured before', () => {
  test('gets half as many bodies again as the fastest load so far would post', () => {
    const pace = new Pace();
    pace.saw({ requests: 80_000, seconds: 2, exhausted: false });
    pace.saw({ requests: 10_000, seconds: 1, exhausted: false });
    expect(pace.share(3)).toEqual({ bodies: 180_000, seconds: 3 });
  });

  test('is made shorter where it would need too many bodies, but lasts at least a second', () => {
    const pace = new Pace();
    pace.saw({ requests: 250_000, seconds: 1, exhausted: false });
    expect(pace.share(3)).toEqual({ bodies: 750_000, seconds: 2 });
    pace.saw({ requests: 2_000_000, seconds: 1, exhausted: false });
    expect(pace.share(3)).toEqual({ bodies: 3_000_000, seconds: 1 });
  });
});

describe('a load on an unknown machine', () => {
  test('begins with few bodies, which is enough on a slow machine', async () => {
    const given: Share[] = [];
    const run = await new Pace().runWithEnough(3, loadAt(2_000, given));
    expect(run).toEqual({ requests: 6_000, seconds: 3, exhausted: false });
    expect(given).toEqual([{ bodies: 10_000, seconds: 3 }]);
  });

  test('runs again with as many as it needs where it ran out, however fast the machine is', async () => {
    for (const perSecond of [20_000, 82_000, 600_000]) {
      const given: Share[] = [];
      const run = await new Pace().runWithEnough(1, loadAt(perSecond, given));
      expect(run).toEqual({ requests: perSecond, seconds: 1, exhausted: false });
      // The rate at which the first bodies went says how many are needed.
      expect(given.map(({ bodies }) => bodies)).toEqual([10_000, 1.5 * perSecond]);
    }
  });

  test('gets twice as many each time where its rate is unknown', async () => {
    const given: number[] = [];
    await new Pace().runWithEnough(1, async ({ bodies }) => {
      given.push(bodies);
      return { requests: 1, seconds: 1, exhausted: bodies < 50_000 };
    });
    expect(given).toEqual([10_000, 20_000, 40_000, 80_000]);
  });

  test('fails where it always runs out', async () => {
    const never = new Pace().runWithEnough(1, async () => {
      return { requests: 0, seconds: 1, exhausted: true };
    });
    await expect(never).rejects.toThrow('ran out of bodies 10 times');
  });
});
