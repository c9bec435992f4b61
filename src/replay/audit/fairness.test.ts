import { describe, expect, test } from 'bun:test';
import { openJournal } from '../../../actors/journal/open.ts';
import { logAt } from '../../../actors/testing/log.ts';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { playScript, type Script, salePartitions } from '../../testing/script-player.ts';
import { replay } from '../replay.ts';
import { type Fairness, fairnessOf, rankCorrelation } from './fairness.ts';

describe('the rank correlation', () => {
  test('is 1 for the same order, -1 for the reverse, and none for fewer than three', () => {
    expect(rankCorrelation([3, 8, 9, 20])).toBe(1);
    expect(rankCorrelation([20, 9, 8, 3])).toBe(-1);
    expect(rankCorrelation([1, 2])).toBeNull();
  });

  test('is that of a worked example', () => {
    // Ranks 1 2 3 4 5 against 2 1 4 3 5: the squares of the differences come to 4, so 1 − 24/120.
    expect(rankCorrelation([2, 1, 4, 3, 5])).toBeCloseTo(0.8, 12);
  });
});

/** A sale of item 1 in which users are admitted and buy in the orders given. */
async function sale(admitted: number[], buying: number[]): Promise<Fairness[]> {
  const terms = { promo: 1, price: 5, limit: 2, gateFactor: 5, payWindowMs: 60_000 };
  const times = { startAt: 0, endAt: 2e12 };
  const script: Script = [
    [0, { type: 'open', item: 1, price: 9, units: 1_000 }],
    [1, { type: 'publish', item: 1, ...terms, ...times }],
    ...admitted.map(
      (user, index) => [2 + index, { type: 'join', item: 1, user, promo: 1, nonce: user }] as const,
    ),
    ...buying.map((user, index) => {
      const nonce = 1_000 + index;
      const order = { type: 'place', item: 1, user, promo: 1, amount: 1, nonce } as const;
      return [1_000 + index, { ...order, expiresAt: 2e9 }] as const;
    }),
  ];
  const folder = temporaryFolder();
  const journal = await openJournal(logAt(folder.file('journal')), salePartitions);
  await playScript(journal, script);
  const { audit } = await replay({ journal, partitions: salePartitions });
  await journal.close();
  folder.remove();
  expect(audit.findings.listed).toEqual([]);
  return fairnessOf(audit.items()[0]!);
}

describe('the fairness of a promo', () => {
  test('counts each buyer once, and separates those who bought without admission', async () => {
    const [fairness, ...others] = await sale([1, 2, 3, 4, 5], [2, 90, 1, 2, 4, 91]);
    expect(others).toEqual([]);
    expect(fairness).toMatchObject({ promo: 1, admitted: 5, buyers: 5, direct: 2 });
    expect(fairness!.correlation).toBeCloseTo(0.5, 12);
    expect(fairness!.sample).toEqual([
      [2, 1],
      [0, 2],
      [1, 3],
      [4, 4],
      [0, 5],
    ]);
  });

  test('says how many of each tenth of the admitted bought', async () => {
    const users = Array.from({ length: 40 }, (_, index) => index + 1);
    const [fairness] = await sale(users, users.slice(0, 10));
    expect(fairness!.correlation).toBe(1);
    expect(fairness!.bands).toHaveLength(10);
    expect(fairness!.bands.map(({ bought }) => bought)).toEqual([4, 4, 2, 0, 0, 0, 0, 0, 0, 0]);
    expect(fairness!.bands[2]).toMatchObject({ first: 9, last: 12 });
  });

  test('of a promo without admissions has no order to compare', async () => {
    const [fairness] = await sale([], [7, 8, 9]);
    expect(fairness).toMatchObject({ admitted: 0, direct: 3, correlation: null, bands: [] });
  });
});
