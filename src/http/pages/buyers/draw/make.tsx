/** Finds what a draw's page shows. */
import type { Context } from 'hono';
import { itemIdOf, readItem } from '../../../../shop/read-item.ts';
import type { AppParts } from '../../../parts.ts';
import type { View } from '../../layout.tsx';
import { type Made, notFound } from '../../page.tsx';
import { DrawPage } from './draw.tsx';

export async function drawPage(parts: AppParts, c: Context, view: View): Promise<Made> {
  const { draws, sql } = parts;
  const found = await readItem(parts, itemIdOf(c.req.param('id')));
  const draw = await draws.find(c.req.param('promoId'));
  // Not from the cache: whether the promo was taken back is what the projector writes.
  const promo = draw === null ? null : await sql.catalog.promo(draw.promoId);
  if (found === null || draw === null || promo?.itemId !== found.item.id) return notFound(view);
  const { userId } = view.visitor;
  const own = userId === null ? null : await draws.placeOf(draw, userId);
  const origin = parts.site.originOf(c.req.raw);
  return { page: <DrawPage {...{ view, draw, promo, own, origin }} item={found.item} /> };
}
