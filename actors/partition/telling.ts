/** What operators are told of a partition, each thing once: in the log, and how far its time is ahead. */

import type { Sequence } from '../events.ts';
import { Fenced, type Journal, JournalCorrupt, JournalShort } from '../journal/journal.ts';
import { clockStepMs } from '../limits.ts';
import type { Positions } from '../memory/positions.ts';
import type { Trouble } from './patience.ts';

/** Where a partition's messages go. */
export interface PartitionLog {
  log(
    level: 'debug' | 'info' | 'warning' | 'error',
    message: string,
    details: Record<string, unknown>,
  ): void;
}

export interface TellerWorld extends PartitionLog {
  journal: Pick<Journal, 'answeredBy'>;
  positions: Pick<Positions, 'set'>;
}

/** What a recovery that came to its end has read, and how long it took. */
interface Reading {
  sequence: Sequence;
  /** The entry of the snapshot that the reading began with; 0 for the first entry. */
  from: Sequence;
  events: number;
  ms: number;
}

const troubleMessages = {
  away: 'cannot recover from the journal',
  short: 'the journal answers short: asking again',
  damaged: 'refusing to serve',
} as const satisfies Record<Trouble, string>;

export class Teller {
  /** How far the partition's time is ahead of the clock, and whether it was said that it stands still. */
  #aheadMs = 0;
  #saidStill = false;
  /** Snapshots that were passed over, each of which is logged once. */
  readonly #passedOver = new Set<string | null>();
  /** Why recovery failed last, so that tries in vain for the same reason are logged once. */
  #failure: string | null = null;

  constructor(
    private readonly partition: number,
    private readonly world: TellerWorld,
  ) {}

  /** The partition was ready, and is to recover. */
  failed(error: Error): void {
    const fenced = error instanceof Fenced;
    const damaged = error instanceof JournalCorrupt || error instanceof JournalShort;
    const failure = damaged ? 'the journal does not go on as it was' : 'append failed';
    const message = fenced ? 'fenced: another writer has written' : failure;
    this.#log(fenced ? 'warning' : 'error', message, { error: String(error) });
  }

  /** A snapshot cannot be used, or (null) none can be found: the journal is read from an earlier entry. */
  passedOver(snapshot: string | null, why: string): void {
    if (this.#passedOver.has(snapshot)) return;
    this.#passedOver.add(snapshot);
    const message = snapshot === null ? 'cannot read snapshots' : 'passes over a snapshot';
    this.#log('warning', message, { ...(snapshot !== null && { snapshot }), why });
  }

  barrierRefused(): void {
    this.#log('warning', 'fenced: the barrier was refused', {});
  }

  /** A try to recover was in vain. */
  recoveryFailed(trouble: Trouble, error: Error): void {
    const message = troubleMessages[trouble];
    // Each server may say something else of a damaged journal.
    const answered = trouble === 'away' ? {} : { answeredBy: this.#answeredBy };
    const failure = JSON.stringify({ message, error: String(error), ...answered });
    if (failure === this.#failure) return;
    this.#failure = failure;
    const level = trouble === 'short' ? 'warning' : 'error';
    this.#log(level, message, { error: String(error), ...answered });
  }

  /** The partition is about to be ready: its time starts anew, and so does what may go wrong. */
  resumed(): void {
    this.#failure = null;
    this.#passedOver.clear();
    this.#aheadMs = 0;
    this.world.positions.set(this.partition, 'aheadMs', 0);
  }

  /** In a cluster: this engine is the owner from now on. */
  taken({ sequence, ms }: Pick<Reading, 'sequence' | 'ms'>): void {
    this.#log('info', 'taken over', { sequence, ms });
  }

  handedOver(sequence: Sequence): void {
    this.#log('info', 'handed over', { sequence });
  }

  /** A try to take the partition was in vain; it goes on. */
  takeOverFailed(error: Error): void {
    this.#log('warning', 'cannot take over yet', { error: String(error) });
  }

  /** The owner's entries are heard no more; they are asked for again. */
  followingBroken(error: Error): void {
    const level = error instanceof JournalCorrupt ? 'warning' : 'debug';
    this.#log(level, 'cannot follow the owner', { error: String(error) });
  }

  /** The partition is ready; `trouble` is what was the matter with the journal at the last try in vain. */
  recovered(trouble: Trouble | null, { sequence, from, events, ms }: Reading): void {
    // After what was logged of a damaged or short journal, the good news is due as well.
    if (trouble === 'short' || trouble === 'damaged')
      this.#log('warning', 'the journal is whole again', { answeredBy: this.#answeredBy });
    this.#log(events > 0 || from > 0 ? 'info' : 'debug', 'recovered', {
      sequence,
      from,
      events,
      ms,
    });
  }

  /** Hot, once in a turn: shows, and says once, that the clock was set back behind what is journaled. */
  ahead(aheadMs: number): void {
    if (aheadMs === this.#aheadMs) return;
    this.#aheadMs = aheadMs;
    this.world.positions.set(this.partition, 'aheadMs', aheadMs);
    if (aheadMs >= clockStepMs && !this.#saidStill) {
      this.#saidStill = true;
      const message = 'the clock is behind the journal: time stands still, and holds end late';
      this.#log('warning', message, { forMs: aheadMs });
    } else if (aheadMs === 0 && this.#saidStill) {
      this.#saidStill = false;
      this.#log('info', 'the clock has caught up with the journal', {});
    }
  }

  get #answeredBy() {
    return this.world.journal.answeredBy(this.partition);
  }

  #log(
    level: Parameters<PartitionLog['log']>[0],
    message: string,
    details: Record<string, unknown>,
  ): void {
    this.world.log(level, message, { partition: this.partition, ...details });
  }
}
