/** Compares what SQL says of published promos with the journal. */
import { sha256 } from '../../../actors/sha256.ts';
import type { PromoWithSecret } from '../../db/rows.ts';
import type { PromoState } from '../audit/sale-book.ts';
import type { Prefix } from './prefix.ts';

/** Returns how many promos were compared. */
export function comparePromos(rows: readonly PromoWithSecret[], prefix: Prefix): number {
  const unmet = new Map<number, { item: number; promo: PromoState }>();
  for (const [{ item, sale }, checkpoint] of prefix.books()) {
    for (const [id, states] of sale.promos) {
      const promo = states.asOf(checkpoint);
      if (promo !== undefined) unmet.set(id, { item, promo });
    }
  }
  let compared = unmet.size;
  for (const row of rows) {
    const known = unmet.get(row.id);
    if (known !== undefined) comparePromo(row, known.item, known.promo, prefix);
    else if (unknownPromo(row, prefix)) compared++;
    unmet.delete(row.id);
  }
  for (const [id, { item, promo }] of unmet) {
    const what = `promo ${id}: the journal published it, in SQL it is not published`;
    prefix.differs(item, promo.publishedSeq, what);
  }
  return compared;
}

/** Reports a promo that only SQL has as published. False where its item is not to be compared. */
function unknownPromo(row: PromoWithSecret, prefix: Prefix): boolean {
  const checkpoint = prefix.checkpointOf(row.itemId);
  if (checkpoint === undefined) return false;
  const said = row.publishedAt === null ? 'something became of it' : 'it is published';
  const what = `promo ${row.id}: in SQL ${said}, the journal did not publish it`;
  prefix.differs(row.itemId, checkpoint, what);
  return true;
}

function comparePromo(row: PromoWithSecret, item: number, promo: PromoState, prefix: Prefix): void {
  for (const [column, value] of Object.entries(expectedColumns(item, promo))) {
    const stored = row[column as keyof PromoWithSecret]; // The names below are the row's own.
    if (stored === value) continue;
    const values = `${column} is ${stored} in SQL, ${value} by the journal`;
    prefix.differs(item, promo.publishedSeq, `promo ${row.id}: ${values}`);
  }
}

function expectedColumns(itemId: number, promo: PromoState): Partial<PromoWithSecret> {
  const { terms, publishedAt, pausedAt, endedAt, withdrawnAt, secret, seed, drawnAt } = promo;
  const { price, startAt, endAt, limit, gateFactor, payWindowMs } = terms;
  const { queue = 'off', admitMs, queueOpenAt } = terms;
  return {
    ...{ itemId, price, startAt, endAt, limitPerUser: limit, gateFactor, queue },
    payWindowS: Math.ceil(payWindowMs / 1000),
    // A promo from before 0.4.0 says nothing of these.
    ...(admitMs === undefined ? {} : { admitS: Math.ceil(admitMs / 1000) }),
    ...(queueOpenAt === undefined ? {} : { queueOpenAt }),
    ...{ publishedAt, pausedAt, endedAt, withdrawnAt },
    drawCommitment: secret === null ? null : sha256(secret),
    ...{ drawSecret: secret, drawSeed: seed, drawnAt },
  };
}
