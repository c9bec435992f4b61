/**
 * Items and promos that the journal knows and SQL does not: SQL was restored from a copy made before them.
 * They are sold on by whoever has a purchase token, and their orders stay in the books; what merchants
 * wrote about them is lost.
 */
import type { Numbers } from '../db/sql.ts';
import type { ShopParts } from './parts.ts';

/** Numbers named in one line, of each kind. */
const namedMax = 20;

/** @throws SqlUnavailable */
export function lostRows({
  board,
  sql,
}: Pick<ShopParts, 'board'> & { sql: Pick<ShopParts['sql'], 'catalog'> }): Promise<Numbers> {
  return sql.catalog.missing({ items: [...board.items()], promos: [...board.promos] });
}

/** A line for an operator; null where nothing is lost. */
export function lostText({ items, promos }: Numbers): string | null {
  const lost = [named('item', items), named('promo', promos)].filter((text) => text !== null);
  if (lost.length === 0) return null;
  return `SQL has no row for ${lost.join(' and ')}, which the journal knows: restore them; their numbers are not given again`;
}

function named(what: string, numbers: readonly number[]): string | null {
  if (numbers.length === 0) return null;
  const more = numbers.length - namedMax;
  const list = numbers.slice(0, namedMax).join(', ');
  return `${what}${numbers.length > 1 ? 's' : ''} ${list}${more > 0 ? ` and ${more} more` : ''}`;
}
