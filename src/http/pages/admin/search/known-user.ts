/** A buyer as an operator names them: by number, or by telephone. */
import * as v from 'valibot';
import { normalTelephone } from '../../../../accounts/telephone.ts';
import { idField } from '../../../../shop/input.ts';
import type { ShopParts } from '../../../../shop/parts.ts';

const numberSchema = idField(Number.MAX_SAFE_INTEGER);

/** `unknown`: a telephone that nobody has registered; `unreadable`: neither a number nor a telephone. */
type NamedUser = { user: number } | { user: null; why: 'unknown' | 'unreadable' };

/** @throws SqlUnavailable for a telephone */
export async function namedUser({ sql }: Pick<ShopParts, 'sql'>, text: string): Promise<NamedUser> {
  const number = v.safeParse(numberSchema, text.trim());
  if (number.success) return { user: number.output };
  const telephone = normalTelephone(text.trim());
  if (telephone === null) return { user: null, why: 'unreadable' };
  const known = await sql.users.byTelephone(telephone);
  return known === null ? { user: null, why: 'unknown' } : { user: known.user.id };
}
