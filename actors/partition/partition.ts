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
 * In a cluster a partition may be another engine's (`Positions.owns`). Its modes here are then:
 * - `recovering`, `unavailable`, `refusing`: as above, before it can be followed.
 * - `following`: the copy grows with the owner's entries (`follower.ts`).
 * And when it changes hands:
 * - `taking`: it is this engine's; what the copy lacks is read, and a barrier written (`take-over.ts`).
 * - `handing over`: what was decided is made durable, and nothing more is decided.
 * An owner that is fenced follows from then on. Commands that find the partition between two owners are held
 * for a moment (`held-commands.ts`).
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
import { BuyerMarks } from './buyer-marks.ts';
import { ChangeOfHands } from './change-of-hands.ts';
import { Decider } from './decider.ts';
import { tellHistory } from './history.ts';
import { Lookout } from './look.ts';
import { Patience } from './patience.ts';
import type { AcknowledgedEntry } from './pipeline.ts';
import type { Recovered } from './recovered.ts';
import { recoverPartition, writeBarrier, writeFirst } from './recovery.ts';
import { untilSilent } from './stand-back.ts';
import { Teller } from './telling.ts';
import type { ClusterPart, PartitionWorld } from './world.ts';

/**
 * Why a partition recovers: its engine has started, its thread has died and been started again, an append
 * failed, another engine has written, or that engine has been silent for `fencedMs`. After any but the
 * first, an append may still be on its way, here or from the other engine: a barrier is written.
 */
type Cause = 'start' | 'restart' | 'append failed' | 'fenced' | 'silence';

type Wanted = () => boolean;

export class Partition {
  #mode: PartitionMode = 'recovering';
  #ready: Decider | null = null;
  /** Counts recoveries, so that one overtaken by another leaves no trace. */
  #life = 0;
  /** The last entry that was acknowledged to this thread: whatever a server says, it is part of the journal. */
  #acknowledged: AcknowledgedEntry | null = null;
  /** Null where the engine is alone. */
  readonly #hands: ChangeOfHands | null = null;
  readonly #teller: Teller;
  readonly #lookout: Lookout;
  readonly #marks: BuyerMarks;

  constructor(
    readonly partition: number,
    private readonly world: PartitionWorld,
  ) {
    this.#teller = new Teller(partition, world);
    this.#lookout = new Lookout(partition, world, (error) => this.#failed(error));
    this.#marks = new BuyerMarks(partition, world);
    if (world.cluster !== null) this.#hands = this.#inCluster(world.cluster);
  }

  get mode(): PartitionMode {
    return this.#mode;
  }

  /** The items as they are decided, which may be ahead of the journal; empty unless ready. */
  get items(): ReadonlyMap<number, Item> {
    return this.#ready?.items ?? new Map();
  }

  /** The copy of the items while another engine owns them; empty unless followed. */
  get followed(): ReadonlyMap<number, Item> {
    return this.#hands?.items ?? new Map();
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
    if (this.#ready === null) return Number.POSITIVE_INFINITY;
    if (this.#mode === 'handing over') return this.#ready.idle ? 0 : Number.POSITIVE_INFINITY;
    return this.#ready.dueAt;
  }

  /**
   * Steps 5 and 6: decides a command that came through a mailbox, and adds its event to the open batch.
   * Call `commit` when the turn is over.
   */
  submit(mailbox: number, request: number, command: Command, now: number): void {
    if (this.#mode === 'ready') this.#ready!.submit(mailbox, request, command, now);
    else if (this.#hands !== null) this.#hands.submit(mailbox, request, command, this.#mode);
    else this.world.reply(mailbox, request, refusal(code.journalUnavailable));
  }

  /** Decides what time alone has made true. */
  tick(now: number): void {
    this.#hands?.settle(now, this.#mode);
    this.#renewMarks();
    if (this.#ready === null) return;
    if (this.#mode === 'handing over') {
      if (this.#ready.idle) this.#handedOver();
      return;
    }
    this.#ready.tick(now);
    this.#teller.ahead(this.#ready.aheadMs(now));
  }

  /** Where the filter of buyers is made anew, marks whom this partition knows. */
  #renewMarks(): void {
    const { renewal } = this.world.board.buyers;
    if (renewal === 0) return;
    // Whom an archive has forgotten, and the journal has not: they may be known again.
    if (this.#mode === 'ready' && !this.#ready!.isForgetting)
      this.#marks.renew(renewal, this.#ready!.items);
    else if (this.#mode === 'following') this.#marks.renew(renewal, this.followed);
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
    this.#begin();
    this.#enter('stopped');
    this.#marks.stop();
    this.#hands?.stop();
  }

  /** In a cluster: this engine is to own the partition. Does nothing where it does. */
  take(): void {
    this.#hands?.take();
  }

  /** In a cluster: another engine is to own the partition. Does nothing where one does. */
  handOver(): void {
    const { partition, world } = this;
    if (this.#hands === null || !world.positions.owns(partition)) return;
    if (this.#mode === 'handing over') return;
    if (this.#ready !== null) {
      this.#ready.finish(this.#hands.now);
      this.#setMode('handing over');
      return;
    }
    this.#hands.setOwned(false);
    void this.recover('start');
  }

  #handedOver(): void {
    const recovered = this.#ready!.handOver();
    this.#hands!.setOwned(false);
    this.#hands!.follow(this.#begin(), recovered);
    this.#teller.handedOver(recovered.chain.sequence);
  }

  /**
   * Drops the state and rebuilds it from the journal. Resolves after the first try; later ones go on in
   * the background.
   */
  async recover(cause: Cause): Promise<void> {
    const wanted = this.#begin();
    if (cause === 'fenced') this.#fallBehind();
    this.#enter(this.world.positions.behind(this.partition) ? 'fenced' : 'recovering');
    const patience = new Patience(this.world.journal.mayHeal);
    if (await this.#tryRecovery(wanted, cause, patience)) return;
    void this.#retryRecovery(wanted, cause, patience);
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

  async #retryRecovery(wanted: Wanted, cause: Cause, patience: Patience): Promise<void> {
    while (Number.isFinite(patience.pauseMs)) {
      await this.world.sleep(patience.pauseMs);
      if (!wanted() || (await this.#tryRecovery(wanted, cause, patience))) return;
    }
  }

  /** Returns false when it has not come to an end, and `patience` tells when to try again. */
  async #tryRecovery(wanted: Wanted, cause: Cause, patience: Patience): Promise<boolean> {
    const { partition, world } = this;
    const startedAt = performance.now();
    const standing = world.positions.get(partition, 'journalSeq');
    try {
      // Read before the journal is: an entry stored while we read may be projected before we are done.
      const recovered = await this.#read(wanted);
      if (recovered === null) return true;
      // A fence by an entry of our own is a late store of an append that had timed out; one without
      // a new entry came from a server that knew less.
      const foreign = recovered.writer !== world.writer && recovered.chain.sequence > standing;
      // In a cluster whoever has written since has taken the partition, and may answer for it without a word
      // to the journal: it is not taken back unasked.
      const owned = this.#hands !== null && world.positions.owns(partition) && cause !== 'start';
      if (foreign && (cause === 'fenced' || owned)) {
        if (this.#hands === null) {
          void this.#standBack(wanted, recovered.chain.sequence);
          return true;
        }
        this.#hands.lostTo(recovered.writer);
      }
      if (!world.positions.owns(partition)) {
        this.#hands!.follow(wanted, recovered);
        return true;
      }
      // Whatever went wrong, another append of ours may still be on its way; in a cluster also another
      // engine's.
      if (cause !== 'start' || this.#hands !== null)
        await writeBarrier(partition, world, recovered);
      else if (recovered.chain.sequence === 0) await writeFirst(partition, world, recovered);
      if (!wanted()) return true;
      this.#resume(recovered);
      const { from, events, chain } = recovered;
      const ms = Math.round(performance.now() - startedAt);
      this.#teller.recovered(patience.trouble, { sequence: chain.sequence, from, events, ms });
      return true;
    } catch (error) {
      if (!isJournalFault(error)) throw error;
      return !wanted() || this.#recoveryFailed(wanted, error, patience);
    }
  }

  /** Null when `wanted` turned false. @throws the journal's errors */
  async #read(wanted: Wanted): Promise<Recovered | null> {
    const { partition, world } = this;
    const passedOver = (snapshot: string | null, why: string) =>
      this.#teller.passedOver(snapshot, why);
    const recovered = await recoverPartition(partition, { ...world, passedOver }, wanted, {
      last: this.#known(),
      acknowledged: this.#acknowledged,
    });
    if (recovered === null) return null;
    await this.#marks.prepare(recovered);
    return wanted() ? recovered : null;
  }

  /** Returns false when it has not come to an end. */
  #recoveryFailed(wanted: Wanted, error: Error, patience: Patience): boolean {
    const { partition, world } = this;
    if (error instanceof Fenced) {
      world.positions.add(partition, 'fences', 1);
      this.#teller.barrierRefused();
      this.#fallBehind();
      this.#enter('unavailable');
      void this.#recoverFenced(wanted);
      return true;
    }
    const trouble = patience.failed(error);
    this.#enter(trouble === 'damaged' ? 'refusing' : 'unavailable');
    this.#teller.recoveryFailed(trouble, error);
    return false;
  }

  async #recoverFenced(wanted: Wanted): Promise<void> {
    await this.world.sleep(recoveryPauseMs);
    if (wanted()) await this.recover('fenced');
  }

  /** The last entry that was acknowledged, or that anything was built on. */
  #known(): Sequence {
    const { partition } = this;
    const { positions } = this.world;
    // What was followed may have been in one server's copy alone.
    const seen = positions.owns(partition) ? positions.get(partition, 'journalSeq') : 0;
    return Math.max(seen, positions.get(partition, 'sqlSeq'), this.#acknowledged?.sequence ?? 0);
  }

  #resume(recovered: Recovered): void {
    this.#ready = new Decider(this.world, recovered, (error) => this.#failed(error));
    this.#showsWhole(recovered);
    this.#setMode('ready');
  }

  /** The board shows what was recovered. */
  #showsWhole(recovered: Recovered): void {
    const { partition, world } = this;
    const { chain } = recovered;
    this.#teller.resumed();
    world.positions.set(partition, 'behind', 0);
    tellHistory(world.positions, recovered);
    if (world.positions.get(partition, 'recoveries') === 0)
      world.positions.set(partition, 'startSeq', chain.sequence);
    world.positions.add(partition, 'recoveries', 1);
  }

  /** Until this partition is ready again, the board shows what another writer has made untrue. */
  #fallBehind(): void {
    this.world.positions.set(this.partition, 'behind', 1);
  }

  /** Leaves the partition to the engine that has written to it, until that one is silent. */
  async #standBack(wanted: Wanted, sequence: number): Promise<void> {
    this.#enter('fenced');
    if (!(await untilSilent(this.partition, this.world, sequence, wanted))) return;
    await this.recover('silence');
  }

  /** Leaves `ready` or `following`, and drops what exists only then. */
  #enter(mode: Exclude<PartitionMode, 'ready' | 'following'>): void {
    this.#leave();
    this.#setMode(mode);
  }

  #leave(): void {
    this.#hands?.leave();
    if (this.#ready !== null) {
      this.#acknowledged = this.#ready.acknowledged ?? this.#acknowledged;
      this.#ready.drop();
      this.#ready = null;
    }
  }

  /** From now on whatever was under way counts no more; the result tells of what begins now. */
  #begin(): Wanted {
    const life = ++this.#life;
    return () => life === this.#life;
  }

  #inCluster(cluster: ClusterPart): ChangeOfHands {
    return new ChangeOfHands(this.partition, this.world, cluster, this.#teller, {
      begin: () => this.#begin(),
      enter: (mode) => this.#enter(mode),
      following: (recovered) => {
        this.#showsWhole(recovered);
        this.#setMode('following');
      },
      resume: (recovered) => this.#resume(recovered),
      recover: (cause) => this.recover(cause),
      submit: (...command) => this.submit(...command),
    });
  }

  #setMode(mode: PartitionMode): void {
    this.#mode = mode;
    this.world.positions.setMode(this.partition, mode);
    this.world.changed();
  }
}
