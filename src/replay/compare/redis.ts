/**
 * Compares the replica in Redis with the journal. Each hash names the last entry it contains, and is
 * compared with the books after that entry: a replica that is behind is right as far as it goes. It is
 * never authoritative, so missing items, or a Redis that does not answer, are reported but are no
 * difference.
 */
import { Redis } from 'ioredis';
import type { Sequence } from '../../../actors/events.ts';
import { itemIdMax } from '../../../actors/limits.ts';
import { replicaKey } from '../../../actors/replica.ts';
import type { ItemAudit } from '../audit/item-audit.ts';
import type { Compared, Comparison, Reading } from './comparison.ts';

/** How long Redis may take to answer. */
const answerMs = 3_000;
const pipelineItemsMax = 1_000;

const fields = ['seq', 'partition', 'loaded', 'held', 'sold', 'left'] as const;
const units = ['loaded', 'held', 'sold', 'left'] as const;
type Shown = Record<(typeof fields)[number], number>;

export function redisComparison(url: string): Comparison {
  /** Set once it did not answer: it is not waited for again. */
  let away: Pick<Compared, 'compared' | 'skipped'> | null = null;
  return {
    async compare(reading) {
      if (away !== null) return { name: 'Redis', ...away, ms: 0 };
      const startedAt = performance.now();
      const redis = new Redis(url, {
        lazyConnect: true,
        connectTimeout: answerMs,
        commandTimeout: answerMs,
        retryStrategy: () => null,
      });
      // A command reports what goes wrong with its connection as well.
      redis.on('error', () => undefined);
      const compared = await compareReplica(redis, reading).catch((error: unknown) => {
        away = {
          compared: {},
          skipped: [`Redis does not answer, and nothing is compared with it: ${error}`],
        };
        return away;
      });
      redis.disconnect();
      return { name: 'Redis', ...compared, ms: performance.now() - startedAt };
    },
  };
}

async function compareReplica(
  redis: Redis,
  reading: Reading,
): Promise<Pick<Compared, 'compared' | 'skipped' | 'uncompared'>> {
  await redis.connect();
  const books = reading.audit.items().filter(({ item }) => item >= 1 && item <= itemIdMax);
  let compared = 0;
  let absent = 0;
  let beyond = 0;
  for (let from = 0; from < books.length; from += pipelineItemsMax) {
    const page = books.slice(from, from + pipelineItemsMax);
    const hashes = await read(redis, page);
    for (const [index, book] of page.entries()) {
      const hash = hashes[index]!;
      if (hash.every((value) => value === null)) absent++;
      else if (await compareItem(book, hash, reading)) compared++;
      else beyond++;
    }
  }
  const uncompared = {
    'items that are not in Redis': absent,
    'items beyond what was read of the journal': beyond,
  };
  return { compared: { items: compared }, skipped: [], uncompared };
}

/** The fields of each item; null where they are missing. */
async function read(redis: Redis, books: readonly ItemAudit[]): Promise<(string | null)[][]> {
  const pipeline = redis.pipeline();
  for (const { item } of books) pipeline.hmget(replicaKey(item), ...fields);
  const results = (await pipeline.exec()) ?? [];
  return results.map(([error, values]) => {
    if (error !== null) throw error;
    return values as (string | null)[]; // What HMGET answers, as Redis documents it.
  });
}

/** False where the hash contains more than was read of the journal. */
async function compareItem(
  book: ItemAudit,
  hash: readonly (string | null)[],
  { audit, to, readOn }: Reading,
): Promise<boolean> {
  const differs = (sequence: Sequence, what: string) => {
    const { item, partition } = book;
    audit.findings.add({ check: 'redis', partition, sequence, item, what });
  };
  const shown = Object.fromEntries(
    fields.map((field, index) => [field, hash[index] === null ? Number.NaN : Number(hash[index])]),
  ) as Shown; // Each field is in the list.
  const unreadable = fields.filter((field) => !Number.isSafeInteger(shown[field]));
  if (unreadable.length > 0) {
    differs(0, `Redis shows no number for ${unreadable.join(', ')}`);
    return true;
  }
  const { seq } = shown;
  const partition = audit.partition(book.partition)!;
  await readOn(partition, seq);
  const { booksEnd, sequence } = partition;
  if ((to !== null && seq > to) || (booksEnd !== null && seq > booksEnd)) return false;
  if (shown.partition !== book.partition) {
    differs(seq, `partition is ${shown.partition} in Redis, ${book.partition} by the journal`);
  }
  if (seq > sequence) {
    differs(seq, `Redis shows the item after entry ${seq}, but the journal ends at ${sequence}`);
    return true;
  }
  const then = book.history.asOf(seq);
  for (const field of units) {
    const expected = then?.[field] ?? 'not there';
    if (shown[field] === expected) continue;
    differs(
      seq,
      `${field} is ${shown[field]} in Redis, ${expected} by the journal after that entry`,
    );
  }
  return true;
}
