/**
 * Replay for recovery: reads a partition's journal from the start, rebuilds its state, and bars what
 * may still be on its way.
 */

import type { Sequence } from '../events.ts';
import { applyTo, type Item } from '../item/item.ts';
import { Chain, decodeEntry, type Entry, encodeEntry, entryHash } from '../journal/codec.ts';
import {
  Fenced,
  type Journal,
  JournalCorrupt,
  JournalShort,
  JournalUnavailable,
  type StoredEntry,
} from '../journal/journal.ts';
import type { Board } from '../memory/board.ts';
import type { Positions } from '../memory/positions.ts';
import type { AcknowledgedEntry } from './pipeline.ts';

/**
 * Events to apply before the thread's other work gets a turn: 2 µs each, so that what is due in its other
 * partitions is not late for a recovery (I11).
 */
const strideEvents = 5_000;

export interface RecoveryWorld {
  journal: Journal;
  board: Board;
  positions: Pick<Positions, 'noteEntry'>;
  sleep(ms: number): Promise<void>;
}

/** What the journal of a partition says. */
export interface Recovered {
  items: Map<number, Item>;
  /** Stands at the last entry. */
  chain: Chain;
  /** The partition's time: that of the last entry or event, or less where it was set back since. */
  at: number;
  /** Who wrote the last entry; empty for an empty journal. */
  writer: string;
  events: number;
}

/** What is known of a journal before it is read. */
export interface Known {
  /** The last entry that is certainly there. */
  last: Sequence;
  /** An entry that was acknowledged to whoever recovers now. */
  acknowledged: AcknowledgedEntry | null;
}

const nothingKnown: Known = { last: 0, acknowledged: null };

/**
 * Reads until the journal's end; null when `wanted` turned false in the meantime.
 * @throws JournalCorrupt where the chain breaks, an event contradicts the ones before it, or an entry is not
 * the one that was acknowledged.
 * @throws JournalShort when the journal ends before what is known of it.
 */
export async function recoverPartition(
  partition: number,
  { journal, board, positions, sleep }: RecoveryWorld,
  wanted: () => boolean,
  known = nothingKnown,
): Promise<Recovered | null> {
  const items = new Map<number, Item>();
  const recovered: Recovered = { items, chain: new Chain(partition), at: 0, writer: '', events: 0 };
  let stride = 0;
  for await (const { sequence, bytes } of journal.read(partition, 1)) {
    const entry = recovered.chain.next(sequence, bytes);
    mustBeAcknowledged(recovered.chain, known.acknowledged);
    applyEntry(recovered, board, entry);
    positions.noteEntry(partition, sequence, entry.at);
    stride += entry.events.length;
    if (stride < strideEvents) continue;
    stride = 0;
    await sleep(0);
    if (!wanted()) return null;
  }
  if (!wanted()) return null;
  const { sequence } = recovered.chain;
  if (sequence < known.last) throw new JournalShort(partition, sequence, known.last);
  return recovered;
}

/** Two servers that have come to differ may each have a whole chain; only one has what buyers were told. */
function mustBeAcknowledged(chain: Chain, acknowledged: AcknowledgedEntry | null): void {
  const { partition, sequence, hash } = chain;
  if (sequence !== acknowledged?.sequence || hash === acknowledged.hash) return;
  throw new JournalCorrupt(partition, sequence, 'another entry was acknowledged by this number');
}

/**
 * Appends an entry without events. An append that timed out may still be stored, late; once the
 * barrier stands it cannot, and until then the barrier is refused and the journal is read again.
 * @throws Fenced, JournalUnavailable, OutcomeUnknown
 */
export async function writeBarrier(
  partition: number,
  { journal, writer }: { journal: Journal; writer: string },
  { chain, at: lastEventAt }: Recovered,
): Promise<void> {
  const { sequence, hash: prev } = chain;
  const at = Math.max(chain.at, lastEventAt);
  const bytes = encodeEntry({ partition, seq: sequence + 1, prev, writer, at }, []);
  await journal.append(partition, sequence, bytes);
  chain.advance(sequence + 1, entryHash(bytes), at);
}

/**
 * Appends the first entry of a partition that has none, so that an empty one is never whole: it has just
 * been made, or lost everything. It is without events, as a barrier is.
 * @throws JournalUnavailable when another engine was first: the journal is to be read again.
 * @throws OutcomeUnknown
 */
export async function writeFirst(
  partition: number,
  world: { journal: Journal; writer: string },
  recovered: Recovered,
): Promise<void> {
  try {
    await writeBarrier(partition, world, recovered);
  } catch (cause) {
    if (!(cause instanceof Fenced)) throw cause;
    throw new JournalUnavailable('another engine has just made the partition', { cause });
  }
}

/**
 * The entries from a sequence on, when all of them are barriers; null as soon as one has events, or sets
 * the time back.
 * @throws JournalCorrupt, JournalUnavailable
 */
export async function readBarriers(
  partition: number,
  journal: Journal,
  from: Sequence,
): Promise<StoredEntry[] | null> {
  const barriers: StoredEntry[] = [];
  for await (const stored of journal.read(partition, from)) {
    const { events, timeSetBackFrom } = decodeEntry(partition, stored.sequence, stored.bytes);
    if (events.length > 0 || timeSetBackFrom !== undefined) return null;
    barriers.push(stored);
  }
  return barriers;
}

/**
 * Reads what was stored since a copy of a partition was read last, from the stream's leader: a follower may
 * have read another's. False when `wanted` turned false in the meantime.
 * @throws JournalCorrupt where the copy's last entry is not the leader's.
 * @throws JournalShort where the leader has less than the copy.
 */
export async function catchUp(
  recovered: Recovered,
  { journal, board, positions }: RecoveryWorld,
  wanted: () => boolean,
): Promise<boolean> {
  const { chain } = recovered;
  const { partition } = chain;
  const ownLast = chain.sequence;
  let seen: Sequence = 0;
  for await (const { sequence, bytes } of journal.read(partition, Math.max(1, ownLast))) {
    seen = sequence;
    if (sequence > ownLast) {
      const entry = chain.next(sequence, bytes);
      applyEntry(recovered, board, entry);
      positions.noteEntry(partition, sequence, entry.at);
    } else if (entryHash(bytes) !== chain.hash) {
      throw new JournalCorrupt(partition, sequence, 'another entry was followed by this number');
    }
    if (!wanted()) return false;
  }
  if (seen < ownLast) throw new JournalShort(partition, seen, ownLast);
  return wanted();
}

/**
 * Applies an entry to a state; returns the items that it touches.
 * @throws JournalCorrupt where it contradicts the ones before it.
 */
export function applyEntry(recovered: Recovered, board: Board, entry: Entry): Set<number> {
  const touched = new Set<number>();
  // An entry without events may be the newest there is, where it was to prove whose the partition is.
  const isSetBack = entry.timeSetBackFrom !== undefined;
  recovered.at = isSetBack ? entry.at : Math.max(recovered.at, entry.at);
  for (const event of entry.events) {
    try {
      const at = event.at ?? entry.at;
      applyTo(recovered.items, event, at);
      recovered.at = Math.max(recovered.at, at);
    } catch (cause) {
      // The same `apply` took these events when they were decided: what contradicts them was not.
      throw new JournalCorrupt(entry.partition, entry.seq, String(cause));
    }
    if (event.type === 'placed') board.markBuyer(event.item, event.user);
    touched.add(event.item);
  }
  recovered.events += entry.events.length;
  recovered.writer = entry.writer;
  return touched;
}
