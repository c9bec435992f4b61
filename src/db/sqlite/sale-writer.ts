/** Writes into SQLite what becomes of items and promos, who joins a draw, and what must go back to buyers. */
import type { Database, Statement } from 'bun:sqlite';
import { getTableName } from 'drizzle-orm';
import type { EntrantRow } from '../draws.ts';
import { goesOn, itemFields, keptFields, type RowChanges } from '../projection.ts';
import { drawEntrants, items, promos, refundsDue } from '../schema.sqlite.ts';
import { insertText, set } from './statements.ts';

const dueColumns = [
  'id',
  'itemId',
  'due',
  'n',
  'orderId',
  'amountMinor',
  'reference',
  'reason',
  'at',
  'by',
  'settledAt',
  'settledBy',
  'settledReference',
  'partition',
  'seq',
] as const;

export class SaleWriter {
  readonly #item: Statement;
  readonly #promo: Statement;
  readonly #due: Statement;
  readonly #dueSettlement: Statement;
  readonly #entrant: Statement;

  constructor(database: Database) {
    this.#item = database.prepare(itemText);
    this.#promo = database.prepare(promoText);
    this.#due = database.prepare(dueText);
    this.#dueSettlement = database.prepare(dueSettlementText);
    this.#entrant = database.prepare(entrantText);
  }

  write(changes: RowChanges): void {
    for (const [id, change] of changes.items) {
      this.#item.run(...itemFields.map((field) => change[field] ?? null), id);
    }
    for (const [id, change] of changes.promos) {
      const kept = keptFields.map((field) => change[field] ?? null);
      this.#promo.run(...kept, change.publishedAt ?? null, change.pausedAt ?? null, id);
    }
    for (const row of changes.refundsDue) this.#due.run(...dueColumns.map((field) => row[field]));
    for (const { id, at, by, reference } of changes.dueSettlements) {
      this.#dueSettlement.run(at, by, reference, id);
    }
    for (const row of changes.entrants) insertEntrant(this.#entrant, row);
  }
}

/** What comes after `set`: the column stays as it is where its parameter is null. */
function setIfGiven(columns: readonly { name: string }[]): string[] {
  return columns.map(({ name }) => `"${name}" = coalesce(?, "${name}")`);
}

const itemText = `
  update "${getTableName(items)}"
  set ${setIfGiven(itemFields.map((field) => items[field]))}
  where "${items.id.name}" = ?`;

const [publishedAt, pausedAt] = [`"${promos.publishedAt.name}"`, `"${promos.pausedAt.name}"`];
const promoText = `
  update "${getTableName(promos)}"
  set ${setIfGiven(keptFields.map((field) => promos[field]))},
    ${publishedAt} = coalesce(${publishedAt}, ?),
    ${pausedAt} = nullif(coalesce(?, ${pausedAt}), ${goesOn})
  where "${promos.id.name}" = ?`;

const dueText = insertText(
  refundsDue,
  dueColumns.map((field) => refundsDue[field]),
);

const dueSettlementText = `
  update "${getTableName(refundsDue)}"
  set ${set([refundsDue.settledAt, refundsDue.settledBy, refundsDue.settledReference])}
  where "${refundsDue.id.name}" = ?`;

const entrantText = insertText(drawEntrants, [
  drawEntrants.id,
  drawEntrants.promoId,
  drawEntrants.userId,
  drawEntrants.nonce,
]);

/** Hot: a draw may have a million entrants. */
function insertEntrant(statement: Statement, row: EntrantRow): void {
  statement.run(row.id, row.promoId, row.userId, row.nonce);
}
