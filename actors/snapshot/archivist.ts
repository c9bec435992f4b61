/**
 * The archivist of a partition: reads its journal behind the actor, from the last snapshot on, and stores the next
 * one when there is much to read after that. No order waits for it, and what it cannot store costs time at the next
 * start, no more.
 */
import type { Clock } from '../clock.ts';
import type { Sequence } from '../events.ts';
import type { Journal } from '../journal/journal.ts';
import {
  snapshotOrdersShare,
  snapshotQuietEvents,
  snapshotQuietMs,
  snapshotTailEvents,
} from '../limits.ts';
import type { Positions } from '../memory/positions.ts';
import { ordersKept } from '../partition/history.ts';
import type { Recovered } from '../partition/recovered.ts';
import { recoverPartition } from '../partition/recovery.ts';
import type { PartitionLog } from '../partition/telling.ts';
import { Milestones } from './milestones.ts';
import type { Pace, SnapshotStore } from './store.ts';

export interface ArchivistWorld extends PartitionLog {
  journal: Journal;
  snapshots: SnapshotStore;
  positions: Pick<Positions, 'get' | 'set' | 'owns' | 'mode'>;
  steadyClock: Clock;
  pace: Pace;
}

/** Nobody asks who has bought. */
const noBoard = { markBuyer: () => undefined };

export class Archivist {
  /** What was stored last here; null before the first. */
  #last: { name: string | null; orders: number } | null = null;
  /** Of the events that the actor counts, those that are in a snapshot, and the entry that it counts from. */
  #covered = { from: 0, events: 0 };
  /** The last entry that was seen, and since when it is the last. */
  #seen = { seq: 0, at: 0 };

  constructor(
    private readonly partition: number,
    private readonly world: ArchivistWorld,
  ) {}

  /** Whether the next start would have so much to read that a snapshot is worth its time. */
  isDue(): boolean {
    const { partition, world } = this;
    const { positions } = world;
    if (!positions.owns(partition) || positions.mode(partition) !== 'ready') return false;
    const from = positions.get(partition, 'eventsFrom');
    if (from !== this.#covered.from) this.#covered = { from, events: 0 };
    const events = positions.get(partition, 'journalEvents') - this.#covered.events;
    const orders = Math.max(this.#last?.orders ?? 0, positions.get(partition, 'ordersKept'));
    if (events >= Math.max(snapshotTailEvents, orders * snapshotOrdersShare)) return true;
    return this.#isQuiet() && events >= snapshotQuietEvents;
  }

  #isQuiet(): boolean {
    const seq = this.world.positions.get(this.partition, 'journalSeq');
    const now = this.world.steadyClock();
    if (seq !== this.#seen.seq) this.#seen = { seq, at: now };
    return now - this.#seen.at >= snapshotQuietMs;
  }

  /**
   * Reads the journal to its end and stores what it comes to.
   * @throws SnapshotsUnavailable, JournalUnavailable, JournalCorrupt, JournalShort, or what `pace` throws
   */
  async take(): Promise<void> {
    const { partition, world } = this;
    const { positions, snapshots, pace } = world;
    // Counted before the journal is read: what is appended meanwhile may be covered, and is not taken for it.
    const events = positions.get(partition, 'journalEvents');
    const known = positions.get(partition, 'journalSeq');
    const startedAt = performance.now();
    const times = new Milestones();
    const state = await this.#read(times, known);
    const { chain, from } = state;
    const isNew = chain.sequence > from;
    const stored = isNew ? await snapshots.put({ ...state, times: times.all }, pace) : null;
    this.#covered = { from: positions.get(partition, 'eventsFrom'), events };
    this.#last = { name: stored?.name ?? null, orders: ordersKept(state.items) };
    positions.set(partition, 'snapshotSeq', chain.sequence);
    const ms = Math.round(performance.now() - startedAt);
    const { orders } = this.#last;
    const details = { sequence: chain.sequence, from, events: state.events, orders, ms };
    world.log('debug', 'snapshot', { partition, ...details });
  }

  async #read(times: Milestones, last: Sequence): Promise<Recovered> {
    const { partition, world } = this;
    const { journal, snapshots, pace, log } = world;
    const positions = {
      noteEntry: (_: number, sequence: Sequence, at: number) => times.note(sequence, at),
    };
    const passedOver = (snapshot: string | null, why: string) => {
      // Of all others whoever recovered the partition has told.
      const isOwn = snapshot !== null && snapshot === this.#last?.name;
      log(isOwn ? 'warning' : 'debug', 'passes over a snapshot', { partition, snapshot, why });
    };
    const reading = { journal, board: noBoard, positions, snapshots, passedOver, sleep: pace };
    const state = await recoverPartition(partition, reading, () => true, {
      last,
      acknowledged: null,
    });
    return state!; // It is wanted.
  }
}
