/** What the steps of a sale are about: items to choose from, the one that is chosen, and the draft. */
import type { Context } from 'hono';
import * as v from 'valibot';
import { promoIdMax } from '../../../../../actors/limits.ts';
import type { PromoRow } from '../../../../db/sql.ts';
import { idField } from '../../../../shop/input.ts';
import { itemIdOf } from '../../../../shop/read-item.ts';
import type { AppParts } from '../../../parts.ts';
import { listSchema } from '../../../routes/items.ts';
import type { ListPage } from '../../item-list.tsx';
import type { ChosenItem } from './parts.tsx';

type Parts = Pick<AppParts, 'board' | 'catalog' | 'sql' | 'lists'>;

const promoIdSchema = idField(promoIdMax);

/** Null where there is no such item, or nobody named one. @throws SqlUnavailable */
export async function chosenItem(
  { board, catalog }: Parts,
  text: string | number | undefined,
): Promise<ChosenItem | null> {
  const row = board.read(itemIdOf(String(text)));
  const item = row === null ? null : await catalog.item(itemIdOf(String(text)));
  return row === null || item === null ? null : { item, row };
}

export interface Sale {
  promo: PromoRow;
  chosen: ChosenItem;
}

/** A sale with its item; null where there is none. @throws SqlUnavailable */
export async function saleOf(parts: Parts, id: number): Promise<Sale | null> {
  const promo = await parts.sql.catalog.promo(id);
  const chosen = promo === null ? null : await chosenItem(parts, promo.itemId);
  return promo === null || chosen === null ? null : { promo, chosen };
}

/** The sale that an address names; null where there is none. @throws SqlUnavailable */
export async function namedSale(parts: Parts, c: Context): Promise<Sale | null> {
  const id = v.safeParse(promoIdSchema, c.req.param('id'));
  return id.success ? saleOf(parts, id.output) : null;
}

/** Items to choose from, the newest first; the chosen one is always on the first page. @throws SqlUnavailable */
export async function itemsToChoose(
  parts: Parts,
  c: Context,
  chosen: ChosenItem | null,
): Promise<ListPage & { items: ChosenItem[] }> {
  const { q, cursor } = c.req.query();
  const query = v.safeParse(listSchema, { q, cursor });
  const asked = query.success ? query.output : v.parse(listSchema, {});
  const search = asked.q === '' ? null : asked.q;
  const question = { sort: 'newest', search, withHidden: true } as const;
  const listed =
    (await parts.lists.page({ ...question, cursor: asked.cursor ?? null })) ??
    (await parts.lists.page({ ...question, cursor: null }))!; // A first page there always is.
  const items = listed.items.map((item) => ({ item, row: parts.board.read(item.id)! }));
  const isFirst = asked.cursor === undefined;
  const isMissing = chosen !== null && !items.some(({ item }) => item.id === chosen.item.id);
  const all = isMissing && isFirst && search === null ? [chosen, ...items] : items;
  return { items: all, search, next: listed.next, hidden: listed.hidden, isFirst };
}
