/**
 * A partition: the items of one journal run, and what becomes of them when the journal fails. Its
 * modes:
 * - `recovering`: the state is being rebuilt from the journal; commands are refused with 30002.
 * - `ready`: commands are decided (`decider.ts`); batches are appended while fewer than the journal's
 *   limit are in flight, each on the condition that the one before it is the last (I5).
 * - `unavailable`: the journal could not be read; recovery is tried again after a pause.
 * - `fenced`: another engine writes this partition, and owns it while it goes on writing; when it has
 *   been silent for `fencedMs`, this engine recovers and is ready again.
 * - `refusing`: the journal is damaged, or shorter than what was built on it; an operator decides.
 * - `stopped`: drained; nothing is decided any more.
 *
 * There is one answer to every failure of an append: drop the state, tell those who wait that the
 * outcome is unknown (or that nothing was done, where that is certain), and recover.
 */
import type { Item } from '../item/item.ts';
import { Fenced, JournalCorrupt } from '../journal/journal.ts';
import { fencedMs, recoveryPauseMs, recoveryPauseMsMax } from '../limits.ts';
import type { PartitionMode } from '../memory/positions.ts';
import { type Command, code, refusal, type Sequence } from '../protocol.ts';
import { Decider } from './decider.ts';
import type { PipelineWorld } from './pipeline.ts';
import { type Recovered, recoverPartition, writeBarrier } from './recovery.ts';

/** What a partition needs from outside; the simulation supplies its own. */
export interface PartitionWorld extends PipelineWorld {
  sleep(ms: number): Promise<void>;
  /** Called whenever a partition's mode has changed, and with it when `tick` will have something to do. */
  changed(): void;
  log(
    level: 'debug' | 'info' | 'warning' | 'error',
    message: string,
    details: Record<string, unknown>,
  ): void;
}

/** Why a partition recovers. */
type Cause = 'start' | 'append failed' | 'fenced';

export class Partition {
  #mode: PartitionMode = 'recovering';
  #ready: Decider | null = null;
  /** The time of the latest decision before this recovery. */
  #at = 0;
  /** Counts recoveries, so that one overtaken by another leaves no trace. */
  #life = 0;

  constructor(
    readonly partition: number,
    private readonly world: PartitionWorld,
  ) {}

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
    this.#ready?.tick(now);
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
  async recover(cause: Cause = 'start'): Promise<void> {
    const life = ++this.#life;
    if (cause === 'fenced') this.#fallBehind();
    this.#enter(this.world.positions.behind(this.partition) ? 'fenced' : 'recovering');
    if (await this.#tryRecovery(life, cause)) return;
    void this.#retryRecovery(life, cause);
  }

  /**
   * Finds out before a command does that another engine has written: anything this one answers from
   * then on would be out of date. It also finds an append that was stored after its time-out.
   */
  async look(): Promise<void> {
    const ready = this.#ready;
    if (ready === null || !ready.idle) return;
    const { partition, world } = this;
    const standing = world.positions.get(partition, 'journalSeq');
    const last = await world.journal.last(partition);
    const rested = () => world.positions.get(partition, 'journalSeq') === standing;
    if (last === standing || this.#ready !== ready || !ready.idle || !rested()) return;
    world.positions.add(partition, 'fences', 1);
    this.#failed(new Fenced(partition, standing));
  }

  #failed(error: unknown): void {
    if (this.#ready === null) return;
    const { world, partition } = this;
    const fenced = error instanceof Fenced;
    const message = fenced ? 'fenced: another writer has written' : 'append failed';
    world.log(fenced ? 'warning' : 'error', message, { partition, error: String(error) });
    void this.recover(fenced ? 'fenced' : 'append failed');
  }

  async #retryRecovery(life: number, cause: Cause): Promise<void> {
    for (let pauseMs = recoveryPauseMs; ; pauseMs = Math.min(pauseMs * 2, recoveryPauseMsMax)) {
      await this.world.sleep(pauseMs);
      if (life !== this.#life || (await this.#tryRecovery(life, cause))) return;
    }
  }

  /** Returns false when another try may help. */
  async #tryRecovery(life: number, cause: Cause): Promise<boolean> {
    const { partition, world } = this;
    const startedAt = performance.now();
    const wanted = () => life === this.#life;
    try {
      // Read before the journal is: an entry stored while we read may be projected before we are done.
      const built = this.#built();
      const recovered = await recoverPartition(partition, world, wanted, built);
      if (recovered === null) return true;
      // A fence by an entry of our own is a late store of an append that had timed out.
      if (cause === 'fenced' && recovered.writer !== world.writer) {
        void this.#standBack(life, recovered.chain.sequence);
        return true;
      }
      // Whatever went wrong, another append of ours may still be on its way.
      if (cause !== 'start') await writeBarrier(partition, world, recovered);
      if (life !== this.#life) return true;
      this.#resume(recovered);
      const { events, chain } = recovered;
      const ms = Math.round(performance.now() - startedAt);
      const details = { partition, sequence: chain.sequence, events, ms };
      world.log(events > 0 ? 'info' : 'debug', 'recovered', details);
      return true;
    } catch (error) {
      if (life !== this.#life) return true;
      if (error instanceof Fenced) {
        world.positions.add(partition, 'fences', 1);
        world.log('warning', 'fenced: the barrier was refused', { partition });
        this.#fallBehind();
        this.#enter('unavailable');
        await world.sleep(recoveryPauseMs);
        if (life === this.#life) void this.recover('fenced');
        return true;
      }
      const refusing = error instanceof JournalCorrupt;
      this.#enter(refusing ? 'refusing' : 'unavailable');
      const message = refusing ? 'refusing to serve' : 'cannot read the journal';
      world.log('error', message, { partition, error: String(error) });
      return refusing;
    }
  }

  /** The last entry that anything was built on: the journal may not end before it. */
  #built(): Sequence {
    const { partition } = this;
    const { positions } = this.world;
    return Math.max(positions.get(partition, 'journalSeq'), positions.get(partition, 'sqlSeq'));
  }

  #resume(recovered: Recovered): void {
    const at = Math.max(this.#at, recovered.at);
    this.#ready = new Decider(this.world, recovered, at, (error) => this.#failed(error));
    this.world.positions.set(this.partition, 'behind', 0);
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
    const { journal, sleep } = this.world;
    for (let seen = sequence; ; ) {
      await sleep(fencedMs);
      if (life !== this.#life) return;
      const last = await journal.last(this.partition).catch(() => -1);
      if (life !== this.#life) return;
      if (last === seen) break;
      seen = last;
    }
    await this.recover();
  }

  /** Leaves `ready`, and drops what exists only then. */
  #enter(mode: Exclude<PartitionMode, 'ready'>): void {
    if (this.#ready !== null) {
      this.#at = this.#ready.at;
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
