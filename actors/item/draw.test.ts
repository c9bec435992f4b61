import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { drawStrideEntrants } from '../limits.ts';
import { secret } from '../testing/item-driver.ts';
import { Draw, drawLabel } from './draw.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A draw among users 1 … n, each with ten times their number as nonce; a buyer's row is their number less one. */
function drawAmong(users: number) {
  const draw = new Draw(7, secret, { userAt: (row) => row + 1 });
  for (let row = 0; row < users; row++) draw.add(row, (row + 1) * 10);
  return draw;
}

/** The users in the order of the draw, as its description says. */
function byTheBook(users: number): number[] {
  const labels = Array.from({ length: users }, (_, row) =>
    sha256(`7:${row + 1}:${(row + 1) * 10}`),
  );
  const seed = sha256(`${secret}:${sha256(labels.join(','))}`);
  const order = labels.map((label, row) => ({ user: row + 1, by: sha256(`${seed}:${label}`) }));
  return order.sort((a, b) => (a.by < b.by ? -1 : 1)).map((entrant) => entrant.user);
}

const usersOf = (buyers: Int32Array) => Array.from(buyers, (row) => row + 1);

describe('a draw', () => {
  test('labels an entrant by promo, user and nonce', () => {
    expect(drawLabel(7, 42, 9)).toBe(sha256('7:42:9'));
  });

  test.each([0, 1, 2, 3, 100, 1_000])(
    'puts %d entrants in the order that anyone can recompute',
    (users) => {
      const draw = drawAmong(users);
      draw.hold();
      expect(usersOf(draw.order('all')!)).toEqual(byTheBook(users));
    },
  );

  test('comes to the same order in strides', () => {
    const users = drawStrideEntrants + 7;
    const [atOnce, inStrides] = [drawAmong(users), drawAmong(users)];
    atOnce.hold();
    inStrides.hold();
    expect(inStrides.order('one')).toBeNull();
    expect(inStrides.order('one')).toEqual(atOnce.order('all'));
  });

  test('has a seed that each entrant and the secret change', () => {
    const seeds = [drawAmong(3), drawAmong(4)].map((draw) => draw.seedNow());
    const other = new Draw(7, 'b2'.repeat(32), { userAt: () => 0 });
    expect(new Set([...seeds, other.seedNow()]).size).toBe(3);
  });

  test('leaves out who has left before it, and while the order is being found', () => {
    const users = drawStrideEntrants + 7;
    const draw = drawAmong(users);
    draw.remove(0);
    draw.hold();
    draw.order('one');
    draw.remove(4);
    draw.remove(users - 1);
    const gone = new Set([1, 5, users]);
    expect(usersOf(draw.order('all')!)).toEqual(byTheBook(users).filter((user) => !gone.has(user)));
  });
});
