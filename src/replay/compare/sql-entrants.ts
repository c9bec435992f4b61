/** Compares the rows of `draw_entrants` with those who joined by the journal, in order of joining. */
import type { Sequence } from '../../../actors/events.ts';
import type { EntrantRow } from '../../db/draws.ts';
import type { ProjectionView } from '../../db/projection.ts';
import { rowId, rowSource } from '../../db/row-id.ts';
import type { EntrantBook } from '../audit/sale-book.ts';
import type { Prefix } from './prefix.ts';

/** The draw of one promo, and how far its rows have been met; both come in the order of ids. */
interface Met {
  item: number;
  partition: number;
  promo: number;
  book: EntrantBook;
  checkpoint: Sequence;
  next: number;
}

/** Returns how many rows were compared. */
export async function compareEntrants(view: ProjectionView, prefix: Prefix): Promise<number> {
  const draws = new Map<number, Met>();
  for (const [{ item, partition, sale }, checkpoint] of prefix.books()) {
    for (const [promo, book] of sale.entrants) {
      draws.set(promo, { item, partition, promo, book, checkpoint, next: 0 });
    }
  }
  let compared = 0;
  for await (const page of view.entrantPages(pagesOf(prefix))) {
    for (const row of page) if (compareRow(row, draws.get(row.promoId), prefix)) compared++;
  }
  for (const met of draws.values()) skipTo(Number.POSITIVE_INFINITY, met, prefix);
  return compared;
}

/** The partition whose rows are enough; null where others are to be looked at. */
function pagesOf({ audit }: Prefix): number | null {
  return audit.looksAtStrays ? null : audit.partitions[0]!.partition; // Without strays there is one.
}

/** Hot: runs once per row. False where it is not to be compared. */
function compareRow(row: EntrantRow, met: Met | undefined, prefix: Prefix): boolean {
  if (met === undefined) return unknownEntrant(row, prefix);
  skipTo(row.id, met, prefix);
  if (nextId(met) !== row.id) {
    const what = `entrant ${row.id} of promo ${row.promoId}: SQL has it, the journal does not`;
    prefix.differs(met.item, rowSource(row.id).seq, what);
    return true;
  }
  const { book, next } = met;
  const expected = { userId: book.userOf(next), nonce: book.nonceOf(next) };
  for (const column of ['userId', 'nonce'] as const) {
    if (row[column] === expected[column]) continue;
    const values = `${column} is ${row[column]} in SQL, ${expected[column]} by the journal`;
    const what = `entrant ${row.id} of promo ${row.promoId}: ${values}`;
    prefix.differs(met.item, book.seqOf(next), what);
  }
  met.next++;
  return true;
}

/** Reports the entrants before an id that have not been met. */
function skipTo(id: number, met: Met, prefix: Prefix): void {
  for (let next = nextId(met); next < id; next = nextId(met)) {
    const what = `entrant ${next} of promo ${met.promo}: the journal has it, SQL does not`;
    prefix.differs(met.item, met.book.seqOf(met.next), what);
    met.next++;
  }
}

/** The id of the next entrant that SQL should have; Infinity after the last. */
function nextId({ book, next, checkpoint, partition }: Met): number {
  if (next === book.count || book.seqOf(next) > checkpoint) return Number.POSITIVE_INFINITY;
  return rowId(partition, book.seqOf(next), book.indexOf(next));
}

/** Reports an entrant of a promo that the journal knows of no draw of. */
function unknownEntrant({ id, promoId }: EntrantRow, prefix: Prefix): boolean {
  const { partition, seq } = rowSource(id);
  const what = `entrant ${id} of promo ${promoId}: SQL has it, the journal knows of no such draw`;
  return prefix.differsIn(partition, seq, what);
}
