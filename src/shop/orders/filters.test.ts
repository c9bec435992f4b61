import { describe, expect, test } from 'bun:test';
import { orderKey } from '../../order-id.ts';
import { checkOrderFilters, orderFilterOf, orderListSchema } from './filters.ts';

const day = Date.UTC(2026, 10, 27);
const dayMs = 86_400_000;

const promo = { id: 7, itemId: 3, startAt: day + 1_000, endAt: day + 2_000 };
const catalog = { promo: async (id: number) => (id === promo.id ? promo : null) };

/** What orders must be like that fit texts of a query. */
async function filterOf(query: Record<string, string>) {
  const { value, wrong } = checkOrderFilters(orderListSchema, query);
  expect(wrong).toBeNull();
  // Of the catalogue it asks for a promo's item and times alone.
  return orderFilterOf({ catalog: catalog as never }, value!);
}

describe('filters of orders', () => {
  test('are named, every one that is wrong', () => {
    const query = {
      ...{ item: '0', promo: '-1', user: 'Ada', status: 'lost', from: 'today', to: '2026-02-30' },
      ...{ q: 'DROP TABLE', cursor: 'x', other: 'is nobody’s' },
    };
    const { wrong } = checkOrderFilters(orderListSchema, query);
    const names = ['item', 'promo', 'user', 'status', 'from', 'to', 'q', 'cursor'];
    expect(Object.keys(wrong!)).toEqual(names);
    const [from, to] = ['2026-11-27T00:00:01Z', '2026-11-27T00:00:01Z'];
    expect(checkOrderFilters(orderListSchema, { from, to }).wrong).toEqual({
      to: 'must be later than `from`',
    });
  });

  test('that are empty ask nothing', async () => {
    const names = ['item', 'promo', 'user', 'status', 'from', 'to', 'q', 'cursor'];
    const filter = await filterOf(Object.fromEntries(names.map((name) => [name, ' '])));
    expect(Object.values(filter!).every((each) => each === null)).toBe(true);
  });

  test('of a promo look in its item and time alone', async () => {
    expect(await filterOf({ promo: '7' })).toMatchObject({
      ...{ promoId: 7, itemId: 3, fromAt: promo.startAt, belowAt: promo.endAt },
    });
    expect(await filterOf({ promo: '7', item: '4' })).toBeNull();
    expect(await filterOf({ promo: '7', from: '2026-11-28T00:00:00Z' })).toBeNull();
    expect(await filterOf({ promo: '8' })).toMatchObject({ promoId: 8, itemId: null });
    expect(await filterOf({ promo: '0' })).toMatchObject({ promoId: 0, itemId: null });
  });

  test('of a part of an id look only where it can be', async () => {
    const whole = await filterOf({ q: ' 20261127-3-12 ' });
    expect(whole).toMatchObject({ key: orderKey(3, 12), itemId: 3, idPart: '20261127-3-12' });
    expect(await filterOf({ q: '20261127-3-12', item: '4' })).toBeNull();
    const inDay = { fromAt: day, belowAt: day + dayMs };
    expect(await filterOf({ q: '20261127-' })).toMatchObject({ ...inDay, itemId: null });
    expect(await filterOf({ q: '20261127-3' })).toMatchObject({ ...inDay, itemId: null });
    expect(await filterOf({ q: '20261127-3-' })).toMatchObject({ ...inDay, itemId: 3 });
    expect(await filterOf({ q: '20261127-0-' })).toBeNull();
    for (const q of ['20261127', '7-3-1', '3-12', '12', '-'])
      expect(await filterOf({ q })).toMatchObject({ idPart: q, itemId: null, fromAt: null });
  });
});
