/** What comparing a copy of the journal with the journal takes, and what it yields. */
import type { Sequence } from '../../../actors/events.ts';
import type { Entry } from '../../../actors/journal/codec.ts';
import type { Audit } from '../audit/audit.ts';
import type { PartitionAudit } from '../audit/partition-audit.ts';

/** What people call items and promos, by number. */
export interface Names {
  items: Map<number, string>;
  promos: Map<number, string>;
}

/** What a comparison needs from the replay while it runs. */
export interface Reading {
  audit: Audit;
  /** Filled by the comparison that reads a catalogue. */
  names: Names;
  /** Where `--to` ends every partition; null without it. */
  to: Sequence | null;
  /** Reads a partition on, up to an entry if one is given, and no further than `to`. */
  readOn(partition: PartitionAudit, sequence: Sequence): Promise<void>;
  /** Reads again what was read before, after an entry and up to another. */
  readAgain(partition: number, after: Sequence, upTo: Sequence): AsyncIterable<Entry>;
  /** The hash of an entry as it is stored now; null where it cannot be read. */
  hashAt(partition: number, sequence: Sequence): Promise<string | null>;
}

/** A copy of what the journal says (SQL, the replica), to compare with the audit's books. */
export interface Comparison {
  compare(reading: Reading): Promise<Compared>;
}

export interface Compared {
  name: string;
  /** Rows that were compared with the journal, by kind. */
  compared: Record<string, number>;
  /** What was left out, and why. */
  skipped: string[];
  /** How much was left out of what needs no line each, by what it is. */
  uncompared?: Record<string, number>;
  /** Why there is nothing to compare the journal with. */
  absent?: string;
  ms: number;
}
