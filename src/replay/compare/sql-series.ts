/** Compares what the rows of the series of sales come to with the journal, for each width of rows. */
import type { Sequence } from '../../../actors/events.ts';
import type { ProjectionView } from '../../db/projection.ts';
import {
  emptyCounts,
  type SeriesCounts,
  type SeriesSum,
  seriesCounts,
  seriesWidthsS,
  wholeS,
} from '../../db/series.ts';
import { SeriesBook } from '../audit/series-book.ts';
import type { Reading } from './comparison.ts';
import { Prefix } from './prefix.ts';

const none = emptyCounts();

/** Returns how many sums were compared, and of which partitions none are, and why. */
export async function compareSeries(
  view: ProjectionView,
  prefix: Prefix,
  reading: Reading,
): Promise<{ compared: number; skipped: string[] }> {
  const stored = await view.seriesCheckpoints();
  const skipped: string[] = [];
  const checkpoints = new Map<number, Sequence>();
  for (const [partition, checkpoint] of prefix.checkpoints) {
    const stands = stored.get(partition) ?? 0;
    if (stands === checkpoint) checkpoints.set(partition, checkpoint);
    else
      skipped.push(`partition ${partition}: charts not compared, they contain ${stands} entries`);
  }
  if (checkpoints.size === 0 || stored.size === 0) return { compared: 0, skipped };
  const sums = await view.seriesSums();
  const known = new Prefix(prefix.audit, checkpoints);
  return { compared: compareSums(sums, await journalSums(known, reading), known), skipped };
}

/** By item and promo. */
type Sums = Map<number, Map<number, SeriesCounts>>;

/** What the journal comes to, as far as the rows contain it. */
async function journalSums(prefix: Prefix, { audit, readAgain }: Reading): Promise<Sums> {
  const sums: Sums = new Map();
  for (const [book] of prefix.books()) {
    if (prefix.bookOf(book.item) !== book) continue; // A stranger in its partition has been reported.
    const own = [...book.series.sums].map(([promo, counts]) => [promo, { ...counts }] as const);
    sums.set(book.item, new Map(own));
  }
  for (const [number, checkpoint] of prefix.checkpoints) {
    const partition = audit.partition(number)!; // It was compared.
    const later = new Map<number, SeriesBook>();
    const booksEnd = partition.booksEnd ?? partition.sequence;
    for await (const { events } of readAgain(number, checkpoint, booksEnd)) {
      for (const event of events) {
        const book = prefix.bookOf(event.item);
        if (book === undefined || !sums.has(event.item)) continue;
        const counted = later.get(event.item) ?? new SeriesBook();
        later.set(event.item, counted);
        counted.note(event, book);
      }
    }
    for (const [item, { sums: counted }] of later) takeOff(sums.get(item), counted);
  }
  return sums;
}

function takeOff(
  from: Map<number, SeriesCounts> | undefined,
  later: ReadonlyMap<number, SeriesCounts>,
): void {
  for (const [promo, counts] of later) {
    const rest = from?.get(promo);
    if (rest === undefined) continue;
    for (const count of seriesCounts) rest[count] -= counts[count];
  }
}

function compareSums(rows: readonly SeriesSum[], journal: Sums, prefix: Prefix): number {
  const stored = new Map(rows.map((row) => [nameOf(row.itemId, row.promoId, row.widthS), row]));
  const pairs = new Map<string, [item: number, promo: number]>();
  for (const { itemId, promoId } of rows) pairs.set(nameOf(itemId, promoId), [itemId, promoId]);
  for (const [item, promos] of journal) {
    for (const promo of promos.keys()) pairs.set(nameOf(item, promo), [item, promo]);
  }
  let compared = 0;
  for (const [item, promo] of pairs.values()) {
    const checkpoint = prefix.checkpointOf(item);
    if (checkpoint === undefined) continue;
    const expected = journal.get(item)?.get(promo) ?? none;
    const peak = stored.get(nameOf(item, promo, 1))?.peak ?? 0;
    for (const widthS of seriesWidthsS) {
      compared++;
      const row = stored.get(nameOf(item, promo, widthS)) ?? { ...none, peak: 0 };
      const what = (count: string, sql: number, other: string) =>
        prefix.differs(
          item,
          checkpoint,
          `chart of promo ${promo}, rows of ${widthText(widthS)}: ${count} is ${sql} in SQL, ${other}`,
        );
      for (const count of seriesCounts) {
        if (row[count] === expected[count]) continue;
        what(count, row[count], `${expected[count]} by the journal`);
      }
      if (row.peak !== peak) what('peak', row.peak, `${peak} by its seconds`);
    }
  }
  return compared;
}

function widthText(widthS: number): string {
  return widthS === wholeS ? 'all time' : `${widthS} s`;
}

function nameOf(item: number, promo: number, widthS?: number): string {
  return `${item}:${promo}:${widthS ?? ''}`;
}
