/**
 * The sales that users want to be told of, and how each stands. Pages ask for them beside what they are made for, so
 * that a database which is away or slow never holds one up: then nothing is known of them for a while.
 */
import { LRUCache } from 'lru-cache';
import { saleStatus } from '../../../actors/memory/board.ts';
import type { CatalogItem, CatalogPromo } from '../../catalog/item.ts';
import type { Reminder } from '../../db/reminders.ts';
import { UnlessAway } from '../../db/unless-away.ts';
import type { ShopParts } from '../parts.ts';
import { type PromoState, promoState } from '../promo-state.ts';

type Parts = Pick<ShopParts, 'board' | 'catalog' | 'clock' | 'sql'>;

/** What a user has asked for in another thread is noticed as much later. */
const knownTtlMs = 10_000;
const usersMax = 10_000;
/** How long a page waits for them. */
const patienceMs = 500;

/** Times in milliseconds since 1970 UTC. */
export interface PromoNow extends PromoState {
  promo: CatalogPromo;
  startAt: number;
  /** From when on a draw can be joined; else the start. */
  opensAt: number;
}

/** How a promo of an item stands; null for one that is not of the item, or a draft. */
export function promoNow(
  { board, clock }: Pick<Parts, 'board' | 'clock'>,
  item: CatalogItem,
  promoId: number,
): PromoNow | null {
  const promo = item.promos.find(({ id }) => id === promoId);
  if (promo === undefined) return null;
  const state = promoState({ ...promo, publishedAt: null }, board, clock());
  if (state.status === 'draft') return null;
  const row = board.read(item.id);
  const isShown = row?.promo === promo.id;
  const startAt = isShown ? row.startAt : promo.startAt;
  const joinAt = isShown ? row.queueOpenAt : (promo.queueOpenAt ?? startAt);
  return { ...state, promo, startAt, opensAt: promo.queue === 'draw' ? joinAt : startAt };
}

/** What a user waits for, the newest first. */
export interface AwaitedSale extends PromoNow {
  item: CatalogItem;
}

export class AwaitedSales {
  readonly #parts: Parts;
  readonly #known = new LRUCache<number, readonly Reminder[]>({ max: usersMax, ttl: knownTtlMs });
  readonly #sqlUnlessAway = new UnlessAway(patienceMs);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Null where nothing is known while SQL is away. `afresh`: also what was asked for a moment ago, elsewhere. */
  async of(userId: number, afresh = false): Promise<readonly Reminder[] | null> {
    const known = afresh ? undefined : this.#known.get(userId);
    if (known !== undefined) return known;
    const { reminders } = this.#parts.sql;
    const found = await this.#sqlUnlessAway.ask(() => reminders.ofUser(userId));
    if (found !== null) this.#known.set(userId, found);
    return found;
  }

  /** How many of some sales are on now, or are draws that can be joined. */
  runningOf(reminders: readonly Reminder[]): number {
    const { board, clock } = this.#parts;
    const now = clock();
    const isOpen = ({ itemId, promoId }: Reminder) => {
      const row = board.read(itemId);
      if (row?.promo !== promoId) return false;
      const status = saleStatus(row, now);
      return status === 'running' || (status === 'pending' && now >= row.queueOpenAt);
    };
    return reminders.filter(isOpen).length;
  }

  /** What there is to show of them. */
  async shown(reminders: readonly Reminder[]): Promise<AwaitedSale[]> {
    const { items } = await this.#parts.catalog.itemsOf([
      ...new Set(reminders.map(({ itemId }) => itemId)),
    ]);
    return reminders.flatMap(({ itemId, promoId }) => {
      const item = items.find(({ id }) => id === itemId);
      const found = item === undefined ? null : promoNow(this.#parts, item, promoId);
      return item === undefined || found === null ? [] : [{ ...found, item }];
    });
  }

  /**
   * Remembers a sale that is to come; false, and nothing is remembered, for any other.
   * @throws SqlUnavailable
   */
  async add(userId: number, itemId: number, promoId: number): Promise<boolean> {
    const { catalog, clock, sql, board } = this.#parts;
    const item = board.has(itemId) ? await catalog.item(itemId) : null;
    const found = item === null ? null : promoNow(this.#parts, item, promoId);
    const isComing = found !== null && ['pending', 'paused'].includes(found.status);
    if (!isComing || clock() >= found.startAt) return false;
    const isKept = await sql.reminders.add({ userId, itemId, promoId, createdAt: clock() });
    this.#known.delete(userId);
    return isKept;
  }

  /** @throws SqlUnavailable */
  async remove(userId: number, promoId: number): Promise<void> {
    await this.#parts.sql.reminders.remove(userId, promoId);
    this.#known.delete(userId);
  }
}
