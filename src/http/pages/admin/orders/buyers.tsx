/** Buyers by their names, as far as they are registered here: a merchant's own log-in knows them by numbers alone. */
import { maskedTelephone } from '../../../../accounts/telephone.ts';
import { SqlUnavailable, type UserRow } from '../../../../db/sql.ts';
import type { AppParts } from '../../../parts.ts';
import type { View } from '../../layout.tsx';
import { fill } from '../../texts.ts';
import { ordersTexts } from './orders-texts.ts';

export type Buyers = ReadonlyMap<number, UserRow>;

/** None while SQL is away: their numbers do. */
export async function buyersOf(
  { sql }: Pick<AppParts, 'sql'>,
  userIds: readonly number[],
): Promise<Buyers> {
  try {
    const rows = await sql.users.byIds([...new Set(userIds)]);
    return new Map(rows.map((row) => [row.id, row]));
  } catch (error) {
    if (error instanceof SqlUnavailable) return new Map();
    throw error;
  }
}

/** A buyer's name and telephone, and their number in small print. */
export function Buyer({ view, id, buyers }: { view: View; id: number; buyers: Buyers }) {
  const number = fill(ordersTexts[view.visitor.language].number, { n: id });
  const buyer = buyers.get(id);
  if (buyer === undefined) return <>{number}</>;
  return (
    <>
      {buyer.name}
      <span class="hint">
        <bdi>{maskedTelephone(buyer.telephone)}</bdi> · {number}
      </span>
    </>
  );
}
