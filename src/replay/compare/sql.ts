/**
 * Compares the SQL rows with the journal (I7). The rows are read from one snapshot, whose checkpoints
 * say how much of each partition they contain; the audit's books tell what was true then.
 */
import type { Sequence } from '../../../actors/events.ts';
import type { Checkpoint, ProjectionView } from '../../db/projection.ts';
import type { Audit } from '../audit/audit.ts';
import type { PartitionAudit } from '../audit/partition-audit.ts';
import type { Compared, Comparison, Reading } from './comparison.ts';
import type { AuditedRows } from './open-sql.ts';
import { Prefix } from './prefix.ts';
import { compareEntrants } from './sql-entrants.ts';
import { compareOrders } from './sql-orders.ts';
import { comparePromos } from './sql-promos.ts';
import { compareRefunds } from './sql-refunds.ts';
import { compareSeries } from './sql-series.ts';
import { compareItems } from './sql-sums.ts';

/** `rows`: null where there is no database. */
export function sqlComparison(rows: AuditedRows | null): Comparison {
  return {
    async compare(reading) {
      const startedAt = performance.now();
      const compared =
        rows === null
          ? {
              compared: {},
              skipped: [],
              absent: 'there is no SQL database: nothing is compared with it',
            }
          : await rows.snapshot((view) => compareSnapshot(view, reading));
      return { name: 'SQL', ...compared, ms: performance.now() - startedAt };
    },
  };
}

async function compareSnapshot(
  view: ProjectionView,
  reading: Reading,
): Promise<Pick<Compared, 'compared' | 'skipped'>> {
  const { audit } = reading;
  const stored = await view.checkpoints();
  const skipped: string[] = [];
  const checkpoints = new Map<number, Sequence>();
  for (const partition of audit.partitions) {
    const noted = stored.get(partition.partition) ?? null;
    const checkpoint = noted?.seq ?? 0;
    await reading.readOn(partition, checkpoint);
    if (noted !== null) await compareHash(partition.partition, noted, reading);
    const reason = whyNot(partition, checkpoint, reading);
    if (reason === null) checkpoints.set(partition.partition, checkpoint);
    else skipped.push(`partition ${partition.partition}: ${reason}`);
  }
  if (audit.looksAtStrays) foreignCheckpoints(audit, stored);
  const prefix = new Prefix(audit, checkpoints);
  const orders = await compareOrders(view, prefix);
  const items = compareItems(await view.itemSums(), prefix);
  const published = await view.publishedPromos();
  const promos = comparePromos(published, prefix);
  const refunds = await compareRefunds(view, prefix);
  const entrants = await compareEntrants(view, prefix);
  const series = await compareSeries(view, prefix, reading);
  skipped.push(...series.skipped);
  for (const [item, title] of await view.itemTitles()) reading.names.items.set(item, title);
  for (const { id, name } of published) reading.names.promos.set(id, name);
  const compared = {
    ...{ orders, items, promos, refunds, entrants, series: series.compared },
    partitions: checkpoints.size,
  };
  return { compared, skipped };
}

/**
 * Compares the hash that the projector recorded with the entry's (I8): the chain vouches for every
 * entry but the last, and this for the last. A missing entry has already been reported.
 */
async function compareHash(
  partition: number,
  { seq, hash }: Checkpoint,
  { audit, to, hashAt }: Reading,
): Promise<void> {
  if (to !== null && seq > to) return;
  const found = await hashAt(partition, seq);
  if (found === null || found === hash) return;
  const what = `entry ${seq}: its hash is ${found}, and was ${hash} when SQL took it in`;
  audit.findings.add({ check: 'I8', partition, sequence: seq, item: null, what });
}

/** Why a partition's rows cannot be compared, or null. A checkpoint ahead of the journal is a finding. */
function whyNot(
  partition: PartitionAudit,
  checkpoint: Sequence,
  { audit, to }: Reading,
): string | null {
  if (to !== null && checkpoint > to) {
    return `not compared with SQL, whose rows go on to entry ${checkpoint}, beyond --to ${to}`;
  }
  if (checkpoint > partition.sequence) {
    const { sequence, partition: number } = partition;
    const what = `SQL holds entries up to ${checkpoint}, but the journal ends at ${sequence}`;
    audit.findings.add({
      check: 'I7',
      partition: number,
      sequence: checkpoint,
      item: null,
      what: `checkpoint ahead of the journal: ${what}`,
    });
    return 'not compared with SQL, whose checkpoint is ahead of the journal';
  }
  if (partition.booksEnd !== null && checkpoint > partition.booksEnd) {
    return `not compared with SQL: the books end at entry ${partition.booksEnd}, its rows at ${checkpoint}`;
  }
  return null;
}

/** Reports checkpoints of partitions that the journal does not have. */
function foreignCheckpoints(audit: Audit, stored: ReadonlyMap<number, Checkpoint>): void {
  for (const [partition, { seq: sequence }] of stored) {
    if (partition >= 0 && partition < audit.options.partitions) continue;
    const what = `checkpoint of a partition the journal does not have`;
    audit.findings.add({ check: 'I7', partition, sequence, item: null, what });
  }
}
