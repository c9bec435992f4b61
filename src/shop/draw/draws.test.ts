/** Draws as anyone may see them, from rows that others write meanwhile. */

import { describe, expect, test } from 'bun:test';
import { PromoNumbers } from '../../../actors/memory/promo-numbers.ts';
import type { Draw, EntrantRow } from '../../db/draws.ts';
import { SqlUnavailable } from '../../db/sql.ts';
import { Strides } from '../../strides.ts';
import { type PlainDraw, plainDraw, plainLabel } from '../../testing/plain-draw.ts';
import { drawnOrder } from './drawn-order.ts';
import { Draws, type PublicDraw } from './draws.ts';
import { Labels } from './labels.ts';

const promoId = 7;
const secret = '5ec7e7'.padStart(64, '0');
type Entrant = readonly [user: number, nonce: number];
const entrantsOf = (count: number): Entrant[] =>
  Array.from({ length: count }, (_, index) => [index + 1, 1_000_003 * (index + 1)]);

/** Rows of one draw, which the test changes; it counts what is read. */
/** A board that has not heard of any promo: SQL knows. */
const noPromos = { promos: new PromoNumbers(new SharedArrayBuffer(PromoNumbers.bytes), 0) };

class Rows {
  readonly entrants: EntrantRow[] = [];
  row: Draw = {
    promoId,
    publishedAt: 1,
    commitment: plainDraw(promoId, secret, []).commitment,
    secret: null,
    seed: null,
    drawnAt: null,
  };
  pagesRead = 0;
  draws = {
    draw: async (id: number) => (id === promoId ? this.row : null),
    entrants: async (id: number, after: number, limit: number) => {
      this.pagesRead++;
      const beyond = this.entrants.filter((each) => each.promoId === id && each.id > after);
      return beyond.slice(0, limit);
    },
    entriesOf: async (id: number, userId: number) =>
      this.entrants.filter((each) => each.promoId === id && each.userId === userId),
  };

  join(entrants: readonly Entrant[], firstId = (this.entrants.at(-1)?.id ?? 0) + 3): void {
    this.entrants.push(
      ...entrants.map(([userId, nonce], index) => ({
        id: firstId + 3 * index,
        promoId,
        userId,
        nonce,
      })),
    );
  }

  hold(entrants: readonly Entrant[]): void {
    const { seed } = plainDraw(promoId, secret, entrants);
    this.row = { ...this.row, secret, seed, drawnAt: 1 };
  }
}

const labelsOf = ({ labels, entrants }: PublicDraw) =>
  Array.from({ length: entrants }, (_, index) => labels.at(index));
const orderOf = ({ labels, held }: PublicDraw) =>
  held === null ? null : Array.from(held.order, (index) => labels.at(index));

/**
 * Three entrants of promo 7, users 42, 43 and 44 with the nonces 11, 12 and 13, by `printf %s … | sha256sum`
 * in a shell.
 */
const byHand: PlainDraw = {
  commitment: 'ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb',
  secret: 'a'.repeat(64),
  seed: 'a2bd94fb3703c048d8e24954f6320968b332d66b0d1b02c34fa8002c7dd62912',
  labels: [
    '199f5c838bb9e03815d4a06b2885d44e5e79410cd7b65ddcccded6497f3c53ba',
    '7c3aed7481b17f63388441c8e7e720c153335b87b1ad71eba11c760edbfdf880',
    'b29e37b4fcdde4cf01030b58e46768a5a5239ef06858cfd930b1f5e695cf5463',
  ],
  order: [
    'b29e37b4fcdde4cf01030b58e46768a5a5239ef06858cfd930b1f5e695cf5463',
    '199f5c838bb9e03815d4a06b2885d44e5e79410cd7b65ddcccded6497f3c53ba',
    '7c3aed7481b17f63388441c8e7e720c153335b87b1ad71eba11c760edbfdf880',
  ],
};

describe('the drawn order', () => {
  test.each([0, 1, 2, 3, 5, 64, 65, 3_000])(
    'is the one that the formulas give, computed another way: %d entrants',
    async (count) => {
      const plain = plainDraw(promoId, secret, entrantsOf(count));
      const labels = new Labels();
      for (const label of plain.labels) labels.add(label);
      const order = await drawnOrder(plain.seed, labels, new Strides());
      expect(Array.from(order, (index) => labels.at(index))).toEqual(plain.order);
    },
  );

  test('is that of an example worked out by hand with sha256sum', async () => {
    const labels = new Labels();
    for (const [user, nonce] of [
      [42, 11],
      [43, 12],
      [44, 13],
    ]) {
      labels.add(plainLabel(7, user!, nonce!));
    }
    expect(labels.at(0)).toBe(byHand.labels[0]!);
    const order = await drawnOrder(byHand.seed, labels, new Strides());
    expect(Array.from(order, (index) => labels.at(index))).toEqual(byHand.order);
    expect(
      plainDraw(7, byHand.secret, [
        [42, 11],
        [43, 12],
        [44, 13],
      ]),
    ).toEqual(byHand);
  });

  test('lets others have their turn while it is found', async () => {
    const labels = new Labels();
    for (const label of plainDraw(promoId, secret, entrantsOf(40_000)).labels) labels.add(label);
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    await drawnOrder('0'.repeat(64), labels, new Strides());
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('a draw', () => {
  test('has labels and nothing else before it is held, and only those since the last look are read', async () => {
    const rows = new Rows();
    const draws = new Draws(rows, noPromos);
    rows.join(entrantsOf(2_500));
    const before = await draws.read((await draws.find('7'))!);
    expect(before.held).toBeNull();
    expect(labelsOf(before)).toEqual(plainDraw(promoId, secret, entrantsOf(2_500)).labels);
    expect(rows.pagesRead).toBe(3);
    rows.join(entrantsOf(2_600).slice(2_500));
    const later = await draws.read((await draws.find('7'))!);
    expect(labelsOf(later)).toHaveLength(2_600);
    expect(labelsOf(before)).toHaveLength(2_500);
    expect(rows.pagesRead).toBe(4);
  });

  test('is read once for all who ask at once, and never again when it was held', async () => {
    const rows = new Rows();
    const draws = new Draws(rows, noPromos);
    rows.join(entrantsOf(1_500));
    rows.hold(entrantsOf(1_500));
    const found = (await draws.find('7'))!;
    const all = await Promise.all(Array.from({ length: 20 }, () => draws.read(found)));
    const plain = plainDraw(promoId, secret, entrantsOf(1_500));
    for (const each of all) expect(orderOf(each)).toEqual(plain.order);
    await draws.read(found);
    expect(rows.pagesRead).toBe(2);
  });

  test('is not answered with less than it was held among, while its rows are written again', async () => {
    const rows = new Rows();
    const draws = new Draws(rows, noPromos);
    rows.join(entrantsOf(4));
    rows.hold(entrantsOf(5));
    const found = (await draws.find('7'))!;
    await expect(draws.read(found)).rejects.toBeInstanceOf(SqlUnavailable);
    rows.join(entrantsOf(5).slice(4));
    expect(orderOf(await draws.read(found))).toEqual(
      plainDraw(promoId, secret, entrantsOf(5)).order,
    );
  });

  test('is read anew where another journal was projected since', async () => {
    const rows = new Rows();
    const draws = new Draws(rows, noPromos);
    rows.join(entrantsOf(6));
    await draws.read((await draws.find('7'))!);
    rows.entrants.length = 0;
    rows.join(entrantsOf(9).slice(4), 1);
    rows.hold(entrantsOf(9).slice(4));
    const plain = plainDraw(promoId, secret, entrantsOf(9).slice(4));
    expect(orderOf(await draws.read((await draws.find('7'))!))).toEqual(plain.order);
    rows.entrants.length = 0;
    rows.join(entrantsOf(3), 1);
    rows.hold(entrantsOf(3));
    const other = plainDraw(promoId, secret, entrantsOf(3));
    expect(orderOf(await draws.read((await draws.find('7'))!))).toEqual(other.order);
  });

  test('counts the last entry of who has left and joined again, and gives nobody else a place', async () => {
    const rows = new Rows();
    const draws = new Draws(rows, noPromos);
    const entrants: Entrant[] = [
      [1, 11],
      [2, 22],
      [1, 33],
    ];
    rows.join(entrants);
    const waiting = (await draws.find('7'))!;
    const label = plainLabel(promoId, 1, 33);
    expect(await draws.placeOf(waiting, 1)).toEqual({ nonce: 33, label, drawn: null });
    rows.hold(entrants);
    const { order } = plainDraw(promoId, secret, entrants);
    const found = (await draws.find('7'))!;
    expect(await draws.placeOf(found, 1)).toEqual({
      nonce: 33,
      label,
      drawn: { place: order.indexOf(label) + 1, entrants: 3 },
    });
    expect(await draws.placeOf(found, 3)).toBeNull();
  });

  test('is not found under what is no number of a promo with a draw', async () => {
    const draws = new Draws(new Rows(), noPromos);
    for (const text of ['8', '0', '-7', '7x', '', ' 7', '99999999999', undefined]) {
      expect([text, await draws.find(text)]).toEqual([text, null]);
    }
  });
});
