/**
 * Compares the copies of the journal that several servers keep with what the audit has read, which came
 * from one of them. Entries are chained, so a copy whose chain is whole and ends with the same hash is the
 * same. Where a copy is not, it is read again after a moment: a server may just have been behind. One that
 * is behind still has lost nothing, and is no difference.
 */

import type { Sequence } from '../../../actors/events.ts';
import { Chain } from '../../../actors/journal/codec.ts';
import {
  type JournalCopies,
  JournalCorrupt,
  JournalUnavailable,
} from '../../../actors/journal/journal.ts';
import type { PartitionAudit } from '../audit/partition-audit.ts';
import type { Comparison, Reading } from './comparison.ts';

/** How long a server that differs is given to catch up before it is read again. */
const secondReadingMs = 3_000;

/** What is wrong with a copy: it has other entries, or not all of them yet. */
interface Fault {
  kind: 'differs' | 'behind';
  sequence: Sequence;
  what: string;
}

export function copiesComparison(
  copies: JournalCopies,
  sleep: (ms: number) => Promise<void> = Bun.sleep,
): Comparison {
  return {
    async compare(reading) {
      const startedAt = performance.now();
      const skipped: string[] = [];
      let same = 0;
      for (const partition of reading.audit.partitions) {
        if (partition.sequence === 0) continue;
        for (const { server, reachable } of await copies.keepers(partition.partition)) {
          const where = `${server}, partition ${partition.partition}`;
          if (!reachable) {
            skipped.push(`${where}: not read, the others do not hear of it`);
            continue;
          }
          const fault = await readTwice({ copies, reading, sleep }, partition, server, skipped);
          if (fault === null) same++;
          else if (fault.kind === 'behind') skipped.push(`${where}: ${fault.what}`);
          else report(reading, partition, server, fault);
        }
      }
      return { name: 'Copies', compared: { same }, skipped, ms: performance.now() - startedAt };
    },
  };
}

interface Comparing {
  copies: JournalCopies;
  reading: Reading;
  sleep(ms: number): Promise<void>;
}

/** What is wrong with a copy, at the second reading still; null where nothing is. */
async function readTwice(
  { copies, reading, sleep }: Comparing,
  partition: PartitionAudit,
  server: string,
  skipped: string[],
): Promise<Fault | null> {
  const first = await faultOf(copies, reading, partition, server);
  if (first === null) return null;
  await sleep(secondReadingMs);
  const second = await faultOf(copies, reading, partition, server);
  if (second === null && first.kind === 'differs') {
    const where = `${server}, partition ${partition.partition}`;
    skipped.push(`${where}: ${first.what}, but not when it was read again`);
  }
  return second;
}

async function faultOf(
  copies: JournalCopies,
  { hashAt }: Reading,
  { partition, sequence: end, hash }: PartitionAudit,
  server: string,
): Promise<Fault | null> {
  const chain = new Chain(partition);
  try {
    for await (const { sequence, bytes } of copies.read(partition, server, end)) {
      chain.next(sequence, bytes);
    }
  } catch (error) {
    if (error instanceof JournalUnavailable) {
      return { kind: 'behind', sequence: chain.sequence, what: `not read: ${error.message}` };
    }
    if (!(error instanceof JournalCorrupt)) throw error;
    const what = error.message.slice(error.message.indexOf(': ') + 2);
    return { kind: 'differs', sequence: error.sequence, what: `entry ${error.sequence}: ${what}` };
  }
  const { sequence } = chain;
  const expected = sequence === end || sequence === 0 ? hash : await hashAt(partition, sequence);
  if (sequence > 0 && chain.hash !== expected) {
    const what = `its entries up to ${sequence} have the hash ${chain.hash}, not ${expected}`;
    return { kind: 'differs', sequence, what };
  }
  if (sequence === end) return null;
  return { kind: 'behind', sequence, what: `it ends at entry ${sequence}, ${end} is the last` };
}

function report(reading: Reading, partition: PartitionAudit, server: string, fault: Fault): void {
  const { sequence, what } = fault;
  const found = `the copy of server ${server} differs, read twice: ${what}`;
  reading.audit.findings.add({
    ...{ check: 'I8', partition: partition.partition, sequence, item: null, what: found },
  });
}
