/**
 * A partition: the items of one journal run, and what becomes of them when the journal fails. Its
 * modes:
 * - `recovering`: the state is being rebuilt from the journal; commands are refused with 30002.
 * - `ready`: commands are decided (`decider.ts`); batches are appended while fewer than the journal's
 *   limit are in flight, each on the condition that the one before it is the last (I5).
 * - `unavailable`: the journal could not be read, or answers short; it is read again after a pause.
 * - `fenced`: another engine writes this partition, and owns it while it goes on writing; when it has
 *   been silent for `fencedMs`, this engine recovers and is ready again.
 * - `refusing`: the journal is damaged, or has been shorter than what was built on it for seconds. Where
 *   another server may answer better it is read again, at pauses that grow; else an operator decides.
 * - `stopped`: drained; nothing is decided any more.
 *
 * There is one answer to every failure of an append: drop the state, tell those who wait that the
 * outcome is unknown (or that nothing was done, where that is certain), and recover.
 */

import type { Sequence } from '../events.ts';
import type { Item } from '../item/item.ts';
import { Fenced, isJournalFault } from '../journal/journal.ts';
import { recoveryPauseMs } from '../limits.ts';
import type { PartitionMode } from '../memory/positions.ts';
import { type Command, code, refusal } from '../protocol.ts';
import { Decider } from './decider.ts';
import { Lookout } from './look.ts';
import { Patience } from './patience.ts';
import type { AcknowledgedEntry, PipelineWorld } from './pipeline.ts';
import { type Recovered, recoverPartition, writeBarrier, writeFirst } from './recovery.ts';
import { untilSilent } from './stand-back.ts';
import { type PartitionLog, Teller } from './telling.ts';

/** What a partition needs from outside; the simulation supplies its own. */
export interface PartitionWorld extends PipelineWorld, PartitionLog {
  sleep(ms: number): Promise<void>;
  /** Called whenever a partition's mode has changed, and with it when `tick` will have something to do. */
  changed(): void;
}

/**
 * Why a partition recovers: its engine has started, its thread has died and been started again, an append
 * failed, another engine has written, or that engine has been silent for `fencedMs`. After any but the
 * first, an append may still be on its way, here or from the other engine: a barrier is written.
 */
type Cause = 'start' | 'restart' | 'append failed' | 'fenced' | 'silence';

export class Partition {
  #mode: PartitionMode = 'recovering';
  #ready: Decider | null = null;
  /** Counts recoveries, so that one overtaken by another leaves no trace. */
  #life = 0;
  /** The last entry that was acknowledged to this thread: whatever a server says, it is part of the journal. */
  #acknowledged: AcknowledgedEntry | null = null;
  readonly #teller: Teller;
  readonly #lookout: Lookout;

  constructor(
    readonly partition: number,
    private readonly world: PartitionWorld,
  ) {
    this.#teller = new Teller(partition, world);
    this.#lookout = new Lookout(partition, world, (error) => this.#failed(error));
  }

  get mode(): PartitionMode {
    return this.#mode;
  }

  /** The items as they are decided, which may be ahead of the journal; empty unless ready. */
  get items(): ReadonlyMap<number, Item> {
    return this.#ready?.items ?? new Map();
  }

  /** Whether everything that was decided is durable. */
  get idle(): boolean {
    return this.#ready?.idle ?? true;
  }

  /** Whether `tick` has work that needs neither time nor the journal. */
  get busy(): boolean {
    return this.#ready?.busy ?? false;
  }

  /** When `tick` will next have something to do; Infinity when nothing is due. */
  get dueAt(): number {
    return this.#ready?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Steps 5 and 6: decides a command that came through a mailbox, and adds its event to the open batch.
   * Call `commit` when the turn is over.
   */
  submit(mailbox: number, request: number, command: Command, now: number): void {
    if (this.#ready !== null) this.#ready.submit(mailbox, request, command, now);
    else this.world.reply(mailbox, request, refusal(code.journalUnavailable));
  }

  /** Decides what time alone has made true. */
  tick(now: number): void {
    if (this.#ready === null) return;
    this.#ready.tick(now);
    this.#teller.ahead(this.#ready.aheadMs(now));
  }

  /** Step 6, its end: starts to append what has been decided. */
  commit(): void {
    this.#ready?.commit();
  }

  /** Puts the last tallies into the journal; `idle` tells when all is durable. */
  finish(now: number): void {
    this.#ready?.finish(now);
  }

  stop(): void {
    this.#life++;
    this.#enter('stopped');
  }

  /**
   * Drops the state and rebuilds it from the journal. Resolves after the first try; later ones go on in
   * the background.
   */
  async recover(cause: Cause): Promise<void> {
    const life = ++this.#life;
    if (cause === 'fenced') this.#fallBehind();
    this.#enter(this.world.positions.behind(this.partition) ? 'fenced' : 'recovering');
    const patience = new Patience(this.world.journal.mayHeal);
    if (await this.#tryRecovery(life, cause, patience)) return;
    void this.#retryRecovery(life, cause, patience);
  }

  /**
   * Finds out before a command does that another engine has written, or that the journal has become
   * short: see `Lookout`. Does nothing unless ready.
   * @throws JournalUnavailable
   */
  async look(): Promise<void> {
    const ready = this.#ready;
    if (ready !== null) await this.#lookout.look(ready, () => this.#ready === ready);
  }

  #failed(error: Error): void {
    if (this.#ready === null) return;
    this.#teller.failed(error);
    void this.recover(error instanceof Fenced ? 'fenced' : 'append failed');
  }

  async #retryRecovery(life: number, cause: Cause, patience: Patience): Promise<void> {
    while (Number.isFinite(patience.pauseMs)) {
      await this.world.sleep(patience.pauseMs);
      if (life !== this.#life || (await this.#tryRecovery(life, cause, patience))) return;
    }
  }

  /** Returns false when it has not come to an end, and `patience` tells when to try again. */
  async #tryRecovery(life: number, cause: Cause, patience: Patience): Promise<boolean> {
    const { partition, world } = this;
    const startedAt = performance.now();
    const standing = world.positions.get(partition, 'journalSeq');
    const wanted = () => life === this.#life;
    try {
      // Read before the journal is: an entry stored while we read may be projected before we are done.
      const recovered = await recoverPartition(partition, world, wanted, {
        last: this.#known(),
        acknowledged: this.#acknowledged,
      });
      if (recovered === null) return true;
      // A fence by an entry of our own is a late store of an append that had timed out; one without
      // a new entry came from a server that knew less.
      const foreign = recovered.writer !== world.writer && recovered.chain.sequence > standing;
      if (cause === 'fenced' && foreign) {
        void this.#standBack(life, recovered.chain.sequence);
        return true;
      }
      // Whatever went wrong, another append of ours may still be on its way.
      if (cause !== 'start') await writeBarrier(partition, world, recovered);
      else if (recovered.chain.sequence === 0) await writeFirst(partition, world, recovered);
      if (life !== this.#life) return true;
      this.#resume(recovered);
      const { events, chain } = recovered;
      const ms = Math.round(performance.now() - startedAt);
      this.#teller.recovered(patience.trouble, { sequence: chain.sequence, events, ms });
      return true;
    } catch (error) {
      if (!isJournalFault(error)) throw error;
      return life !== this.#life || this.#recoveryFailed(life, error, patience);
    }
  }

  /** Returns false when it has not come to an end. */
  #recoveryFailed(life: number, error: Error, patience: Patience): boolean {
    const { partition, world } = this;
    if (error instanceof Fenced) {
      world.positions.add(partition, 'fences', 1);
      this.#teller.barrierRefused();
      this.#fallBehind();
      this.#enter('unavailable');
      void this.#recoverFenced(life);
      return true;
    }
    const trouble = patience.failed(error);
    this.#enter(trouble === 'damaged' ? 'refusing' : 'unavailable');
    this.#teller.recoveryFailed(trouble, error);
    return false;
  }

  async #recoverFenced(life: number): Promise<void> {
    await this.world.sleep(recoveryPauseMs);
    if (life === this.#life) await this.recover('fenced');
  }

  /** The last entry that was acknowledged, or that anything was built on. */
  #known(): Sequence {
    const { partition } = this;
    const { positions } = this.world;
    return Math.max(positions.get(partition, 'journalSeq'), positions.get(partition, 'sqlSeq'));
  }

  #resume(recovered: Recovered): void {
    this.#ready = new Decider(this.world, recovered, (error) => this.#failed(error));
    this.#teller.resumed();
    this.world.positions.set(this.partition, 'behind', 0);
    if (this.world.positions.get(this.partition, 'recoveries') === 0)
      this.world.positions.set(this.partition, 'startSeq', recovered.chain.sequence);
    this.world.positions.add(this.partition, 'recoveries', 1);
    this.#setMode('ready');
  }

  /** Until this partition is ready again, the board shows what another writer has made untrue. */
  #fallBehind(): void {
    this.world.positions.set(this.partition, 'behind', 1);
  }

  /** Leaves the partition to the engine that has written to it, until that one is silent. */
  async #standBack(life: number, sequence: number): Promise<void> {
    this.#enter('fenced');
    const wanted = () => life === this.#life;
    if (!(await untilSilent(this.partition, this.world, sequence, wanted))) return;
    await this.recover('silence');
  }

  /** Leaves `ready`, and drops what exists only then. */
  #enter(mode: Exclude<PartitionMode, 'ready'>): void {
    if (this.#ready !== null) {
      this.#acknowledged = this.#ready.acknowledged ?? this.#acknowledged;
      this.#ready.drop();
      this.#ready = null;
    }
    this.#setMode(mode);
  }

  #setMode(mode: PartitionMode): void {
    this.#mode = mode;
    this.world.positions.setMode(this.partition, mode);
    this.world.changed();
  }
}
