import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { beatAgainMs, beatMs } from '../limits.ts';
import { waitUntil } from '../testing/process.ts';
import { Pulse } from './pulse.ts';

interface Said {
  n: number;
  serial: number;
  at: number;
  stored(): void;
  lost(): void;
}

let said: Said[];
let pulse: Pulse;
/** Whether beats are acknowledged as soon as they are said. */
let storing: boolean;
/** When each regular beat was acknowledged first. */
let storedAt: Map<number, number>;

beforeEach(() => {
  [said, storing, storedAt] = [[], true, new Map()];
  pulse = new Pulse({
    say: (n, serial) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const stored = () => {
        if (!storedAt.has(n)) storedAt.set(n, performance.now());
        resolve();
      };
      const lost = () => reject(new Error('lost'));
      said.push({ n, serial, at: performance.now(), stored, lost });
      if (storing) stored();
      return promise;
    },
  });
  pulse.start();
});

afterEach(() => pulse.stop());

const untilSaid = (count: number) => waitUntil(`${count} are said`, () => said.length >= count);

/** Every regular beat was said at least `beatMs` after the one before was known to be stored. */
function expectSpaced(): void {
  for (const [index, { n, at }] of said.entries()) {
    const isFirst = said[index - 1]?.n !== n;
    if (isFirst && n > 1) expect(at - storedAt.get(n - 1)!).toBeGreaterThanOrEqual(beatMs);
  }
}

describe('beats', () => {
  test('are regular, and numbered from 1', async () => {
    await untilSaid(4);
    expect(said.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    expect(said.map(({ serial }) => serial)).toEqual([1, 2, 3, 4]);
    expectSpaced();
  });

  test('between two regular ones go at once, under the number of the first', async () => {
    await untilSaid(1);
    await waitUntil('it is stored', () => pulse.stored === 1);
    pulse.hurry();
    pulse.hurry();
    await untilSaid(3);
    expect(said.map(({ n }) => n)).toEqual([1, 1, 2]);
    expect(said[1]!.at).toBeLessThan(storedAt.get(1)! + beatMs);
    expectSpaced();
  });

  test('that are not acknowledged are said again under the same number', async () => {
    storing = false;
    await untilSaid(3);
    expect(said.map(({ n }) => n)).toEqual([1, 1, 1]);
    expect(said[1]!.at - said[0]!.at).toBeGreaterThanOrEqual(beatAgainMs);
    expect(pulse.stored).toBe(0);
  });

  test('count as stored by the acknowledgement of any of them, however late', async () => {
    storing = false;
    await untilSaid(3);
    said[0]!.stored();
    await waitUntil('the next is said', () => said.some(({ n }) => n === 2));
    expect(pulse.stored).toBe(1);
    expectSpaced();
  });

  test('that are refused are not said in a hurry', async () => {
    storing = false;
    await untilSaid(1);
    said[0]!.lost();
    pulse.hurry();
    await untilSaid(2);
    expect(said[1]!.at - said[0]!.at).toBeGreaterThanOrEqual(beatAgainMs);
    expect(said[1]!.n).toBe(1);
  });

  test('end when the pulse does', async () => {
    await untilSaid(2);
    pulse.stop();
    pulse.hurry();
    const count = said.length;
    await Bun.sleep(2 * beatMs);
    expect(said).toHaveLength(count);
  });
});
