/** What items and promos of tests are made with where the test does not say: a sale without a queue. */
import { admitDefaultMs, loadedUnitsMax } from '../../actors/limits.ts';
import type { ItemDraft, PromoDraft } from '../db/sql.ts';

/** Sold to anybody at the normal price, without limit. */
export const anybody = {
  normalSale: true,
  limitPerUser: loadedUnitsMax,
  hidden: false,
} as const satisfies Partial<ItemDraft>;

export const noQueue = {
  queue: 'off',
  admitS: admitDefaultMs / 1000,
  queueOpenAt: null,
} as const satisfies Partial<PromoDraft>;
