/** What a merchant does with a published promo: pause, resume, end, extend, withdraw. */
import * as v from 'valibot';
import { type Control, code, type Extend } from '../../actors/protocol.ts';
import type { PromoRow } from '../db/sql.ts';
import { timeField } from './input.ts';
import { done, type Outcome, refuse } from './outcome.ts';
import type { ShopParts } from './parts.ts';
import { isPublished, untilProjected } from './promo-state.ts';

export const promoActions = ['pause', 'resume', 'end', 'withdraw'] as const;
export type PromoAction = (typeof promoActions)[number];

export const extensionSchema = v.object({ endAt: timeField() });

/** Whether a promo may get a new end: what has begun is ended, not moved into the past. */
export const isExtension = ({ endAt }: v.InferOutput<typeof extensionSchema>, now: number) =>
  endAt > now;

type Parts = Pick<ShopParts, 'board' | 'positions' | 'partitions' | 'clock' | 'sql' | 'send'>;

/** Resolves with the promo as it is then. A draft is refused: nothing has begun. @throws SqlUnavailable */
export async function controlPromo(
  parts: Parts,
  promoId: number,
  action: PromoAction,
  by: string,
): Promise<Outcome<PromoRow>> {
  const type = action === 'withdraw' ? 'withdrawPromo' : action;
  const now = parts.clock();
  return command(parts, promoId, { type, by }, (row) => {
    switch (action) {
      case 'pause':
        return { pausedAt: row.pausedAt ?? now };
      case 'resume':
        return { pausedAt: null };
      case 'end':
        return { endedAt: row.endedAt ?? Math.min(row.endAt, now) };
      case 'withdraw':
        return { withdrawnAt: row.withdrawnAt ?? now };
    }
  });
}

/** Moves the end of a promo; into the past it is refused. As `controlPromo`. */
export async function extendPromo(
  parts: Parts,
  promoId: number,
  endAt: number,
  by: string,
): Promise<Outcome<PromoRow>> {
  return command(parts, promoId, { type: 'extend', endAt, by }, () => ({ endAt }));
}

type Asked = Pick<Control, 'type' | 'by'> | Pick<Extend, 'type' | 'endAt' | 'by'>;

/** `effect`: what the command makes of the promo, should SQL not have heard of it in time. */
async function command(
  parts: Parts,
  promoId: number,
  asked: Asked,
  effect: (row: PromoRow) => Partial<PromoRow>,
): Promise<Outcome<PromoRow>> {
  const { board, sql, send } = parts;
  const promo = await sql.catalog.promo(promoId);
  if (promo === null) return refuse(code.notFound);
  if (!isPublished(promo, board)) return refuse(code.wrongState);
  const { itemId } = promo;
  const reply = await send({ ...asked, item: itemId, promo: promoId });
  if (reply.code !== code.ok) return refuse(reply.code, reply.about);
  await untilProjected(parts, itemId);
  const row = (await sql.catalog.promo(promoId)) ?? promo;
  return done({ ...row, ...effect(row) });
}
