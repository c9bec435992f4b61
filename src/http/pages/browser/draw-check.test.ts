/** The check of a draw that a page makes, with the browser's own cryptography and without. */
import { afterEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type PlainDraw, plainDraw, plainLabel } from '../../../testing/plain-draw.ts';

type State = 'ok' | 'wrong' | 'unknown';
interface Own {
  promo: number;
  user: number;
  nonce: number;
  label: string;
  place: number;
}
interface Asked {
  draw: PlainDraw;
  shown: string;
  kept: string | null;
  own: Own | null;
}
/** What the page's script exports. */
interface DrawCheck {
  checkDraw(
    asked: Asked,
    tell: (step: string, state: State, beside: object) => void,
    progress?: (share: number) => void,
  ): Promise<boolean>;
  isDraw(value: unknown): boolean;
}

const { checkDraw, isDraw } = (await import(join(import.meta.dir, 'draw-check.js'))) as DrawCheck;

const promo = 7;
const secret = 'b'.repeat(64);
const entrants = Array.from({ length: 2_345 }, (_, i) => [i + 1, 77_003 * (i + 1)] as const);
const draw = plainDraw(promo, secret, entrants);
const [user, nonce] = entrants[41]!;
const label = plainLabel(promo, user, nonce);
const own = { promo, user, nonce, label, place: draw.order.indexOf(label) + 1 };
const honest: Asked = { draw, shown: draw.commitment, kept: draw.commitment, own };

async function outcome(asked: Asked) {
  const told: Record<string, State> = {};
  const beside: Record<string, object> = {};
  const shares: number[] = [];
  const fits = await checkDraw(
    asked,
    (step, state, more) => {
      told[step] = state;
      beside[step] = more;
    },
    (share) => shares.push(share),
  );
  return { fits, told, beside, shares };
}

/** The steps that are wrong where something in the answer is another. */
async function wrongIn(change: Partial<Asked>): Promise<string[]> {
  const { fits, told } = await outcome({ ...honest, ...change });
  const wrong = Object.keys(told).filter((step) => told[step] === 'wrong');
  expect(fits).toBe(wrong.length === 0);
  return wrong;
}

const changed = (change: Partial<PlainDraw>) => ({ draw: { ...draw, ...change } });
const swapped = (list: readonly string[], one: number, other: number) =>
  list.with(one, list[other]!).with(other, list[one]!);
const stranger = plainLabel(promo, 999_999, 1);

const native = Object.getOwnPropertyDescriptor(globalThis, 'crypto')!;
afterEach(() => Object.defineProperty(globalThis, 'crypto', native));

describe.each(['WebCrypto', 'the library'])('a draw, checked with %s,', (by) => {
  const prepare = () => {
    if (by === 'WebCrypto') return;
    Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });
    expect(crypto.subtle).toBeUndefined();
  };

  test('fits in every step, and shows how far it has come', async () => {
    prepare();
    const { fits, told, shares } = await outcome(honest);
    expect(fits).toBe(true);
    expect(Object.entries(told)).toEqual(
      ['commitment', 'remembered', 'label', 'among', 'seed', 'order', 'place'].map((step) => [
        step,
        'ok',
      ]),
    );
    expect(shares).toEqual([1_000 / 2_345, 2_000 / 2_345, 1]);
  });

  test('fits without a place of one’s own, and tells where there is nothing to compare with', async () => {
    prepare();
    const { fits, told } = await outcome({ ...honest, kept: null, own: null });
    expect(fits).toBe(true);
    expect(told).toEqual({ commitment: 'ok', remembered: 'unknown', seed: 'ok', order: 'ok' });
  });

  test('does not fit where anything was changed after the commitment', async () => {
    prepare();
    const other = plainDraw(promo, 'c'.repeat(64), entrants);
    // All of it exchanged: only who saw the commitment before can tell.
    const exchanged = { draw: other, shown: other.commitment };
    const otherPlace = { own: { ...own, place: other.order.indexOf(label) + 1 } };
    expect(await wrongIn({ ...exchanged, ...otherPlace })).toEqual(['remembered']);
    expect(await wrongIn({ ...exchanged, ...otherPlace, shown: draw.commitment })).toEqual([
      'commitment',
      'remembered',
    ]);
    expect(await wrongIn(changed({ secret: other.secret }))).toEqual([
      'commitment',
      'remembered',
      'seed',
      'order',
      'place',
    ]);
    expect(await wrongIn(changed({ seed: other.seed }))).toEqual(['seed']);
    // A friend is moved to the front.
    const forged = [draw.order.at(-1)!, ...draw.order.slice(0, -1)];
    expect(await wrongIn(changed({ order: forged }))).toEqual(['order', 'place']);
    const withSeed = plainDraw(promo, secret, entrants.slice(0, -1));
    expect(await wrongIn(changed({ seed: withSeed.seed, order: withSeed.order }))).toEqual([
      'seed',
      'order',
      'place',
    ]);
  });
});

describe('an order', () => {
  test('is wrong at the first place that does not follow', async () => {
    const { beside } = await outcome({
      ...honest,
      ...changed({ order: swapped(draw.order, 1_500, 1_501) }),
    });
    expect(beside.order).toEqual({ place: 1_502 });
  });

  test.each([
    ['lacks somebody', { order: draw.order.slice(1) }],
    ['has somebody twice', { order: draw.order.with(9, draw.order[8]!) }],
    ['has a stranger', { order: draw.order.with(9, stranger) }],
    ['has somebody more', { order: [...draw.order, stranger] }],
  ])('is wrong where it %s', async (_, change) => {
    expect(await wrongIn(changed(change))).toContain('order');
  });
});

describe('a label of one’s own', () => {
  test('is wrong where it is not made of one’s own numbers, or is not in the list', async () => {
    expect(await wrongIn({ own: { ...own, nonce: nonce + 1 } })).toEqual([
      'label',
      'among',
      'place',
    ]);
    const without = plainDraw(promo, secret, entrants.toSpliced(41, 1));
    expect(await wrongIn({ draw: without })).toEqual(['among', 'place']);
    expect(await wrongIn({ own: { ...own, place: own.place + 1 } })).toEqual(['place']);
  });
});

test('what has not all parts of a draw is none', () => {
  expect(isDraw(draw)).toBe(true);
  expect(isDraw(plainDraw(promo, secret, []))).toBe(true);
  const hostile = [
    ...[null, 3, 'x', {}, { ...draw, secret: null }, { ...draw, order: null }],
    ...[
      { ...draw, seed: 'A'.repeat(64) },
      { ...draw, labels: ['x'] },
      { ...draw, order: {} },
    ],
  ];
  for (const each of hostile) expect(isDraw(each)).toBe(false);
});
