/**
 * Replay for recovery: reads a partition's journal, from its newest snapshot that can be used or from the first
 * entry, rebuilds its state, and bars what may still be on its way.
 */

import type { Sequence } from '../events.ts';
import { applyTo } from '../item/item.ts';
import { type Chain, decodeEntry, type Entry, encodeEntry, entryHash } from '../journal/codec.ts';
import {
  Fenced,
  type Journal,
  JournalCorrupt,
  JournalShort,
  JournalUnavailable,
  type StoredEntry,
} from '../journal/journal.ts';
import { noteGarbage } from '../journal/read-garbage.ts';
import type { Board } from '../memory/board.ts';
import type { Positions } from '../memory/positions.ts';
import { SnapshotUnfit } from '../snapshot/format.ts';
import type { AcknowledgedEntry } from './pipeline.ts';
import type { Recovered } from './recovered.ts';
import { type StartingPointsWorld, startingPoints } from './starting-points.ts';

/**
 * Events to apply before the thread's other work gets a turn: 2 µs each, so that what is due in its other
 * partitions is not late for a recovery (I11).
 */
const strideEvents = 5_000;

/** Where entries are read, and who hears of them. */
export interface ReadingWorld {
  journal: Journal;
  board: Pick<Board, 'markBuyer'>;
  positions: Pick<Positions, 'noteEntry'>;
}

export interface RecoveryWorld extends ReadingWorld, StartingPointsWorld {
  sleep(ms: number): Promise<void>;
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
 * Reads until the journal's end; null when `wanted` turned false in the meantime. A snapshot that turns out not to
 * be of this journal is passed over, as one that cannot be read.
 * @throws JournalCorrupt where the chain breaks, an event contradicts the ones before it, or an entry is not
 * the one that was acknowledged.
 * @throws JournalShort when the journal ends before what is known of it.
 */
export async function recoverPartition(
  partition: number,
  world: RecoveryWorld,
  wanted: () => boolean,
  known = nothingKnown,
): Promise<Recovered | null> {
  // The entry that was acknowledged is to be read: no snapshot vouches for it.
  const notAfter = known.acknowledged?.sequence ?? Number.POSITIVE_INFINITY;
  const pace = () => world.sleep(0);
  for await (const { state, name } of startingPoints(partition, world, notAfter, pace)) {
    if (!wanted()) return null;
    try {
      return await readOn(state, world, wanted, known);
    } catch (error) {
      // A journal that is damaged after the snapshot proves so again when it is read from its start.
      const unfit = error instanceof SnapshotUnfit || error instanceof JournalCorrupt;
      if (name === null || !unfit) throw error;
      world.passedOver(name, error.message);
    }
  }
  throw new Error('the first entry is always there to start from');
}

/** Reads from a state on until the journal's end. @throws as `recoverPartition`, and SnapshotUnfit */
async function readOn(
  state: Recovered,
  world: RecoveryWorld,
  wanted: () => boolean,
  { acknowledged, last }: Known,
): Promise<Recovered | null> {
  const { chain, from, times } = state;
  const { partition } = chain;
  const { journal, board, positions, sleep } = world;
  let stride = 0;
  let vouched = from === 0;
  for await (const { sequence, bytes } of journal.read(partition, Math.max(1, from))) {
    if (vouched) {
      const entry = chain.next(sequence, bytes);
      applyEntry(state, board, entry);
      stride += entry.events.length;
    } else {
      mustBeOf(chain, bytes);
      vouched = true;
      for (const [before, at] of times) positions.noteEntry(partition, before, at);
    }
    mustBeAcknowledged(chain, acknowledged);
    positions.noteEntry(partition, sequence, chain.at);
    noteGarbage(bytes.byteLength);
    if (stride < strideEvents) continue;
    stride = 0;
    await sleep(0);
    if (!wanted()) return null;
  }
  if (!wanted()) return null;
  if (!vouched) throw new SnapshotUnfit('the journal ends before it');
  if (chain.sequence < last) throw new JournalShort(partition, chain.sequence, last);
  return state;
}

/** The journal's entry of a snapshot vouches for all of it: the hash is of all that came before. */
function mustBeOf({ hash }: Chain, bytes: Uint8Array): void {
  if (entryHash(bytes) !== hash) throw new SnapshotUnfit('it is of another journal');
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
  { journal, board, positions }: ReadingWorld,
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
export function applyEntry(
  recovered: Recovered,
  board: Pick<Board, 'markBuyer'>,
  entry: Entry,
): Set<number> {
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
