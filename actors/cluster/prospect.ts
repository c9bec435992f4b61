/**
 * How things stand with every partition, as an engine of a cluster sees it: from its own cells and from what
 * the others last said, to a plan for each partition, and back into the cells that its threads read.
 */
import type { Positions } from '../memory/positions.ts';
import { type Contender, type Plan, planFor } from './assignment.ts';
import type { Self, Share } from './beat.ts';
import type { Member, Members } from './members.ts';
import type { Orders } from './orders.ts';
import { noteCopies, noteOwned, noteOwner, ownShare } from './own-shares.ts';
import type { Owner } from './owners.ts';
import { type Draws, drawsOf } from './rendezvous.ts';
import { Strangers } from './strangers.ts';

/** Own regular beats whose times are kept: who has not been heard for longer is gone. */
const saidKept = 64;

/** A time of the steady clock that is long past. */
const longAgo = 1;

/** An engine of the cluster, with all that a plan leads to. */
interface Engine extends Contender, Owner {
  /** Null for this engine itself. */
  member: Readonly<Member> | null;
}

export type EnginePlan = Plan<Engine>;

/** Whether an engine is the one that plans. */
export const isSelf = ({ member }: Engine) => member === null;

export class Prospect {
  readonly #strangers = new Strangers();
  readonly #draws: Draws;
  /** When the last own regular beats were said first, by their number and the steady clock. */
  readonly #saidAt = new Map<number, number>();

  constructor(
    private readonly settings: { self: Self; partitions: number },
    private readonly world: { positions: Positions; started(): boolean },
    private readonly members: Members,
    private readonly orders: Orders,
  ) {
    const { self, partitions } = settings;
    this.#draws = drawsOf(self.id, self.actorThreads, partitions);
  }

  get #positions(): Positions {
    return this.world.positions;
  }

  /** Takes who wrote the last entry of a partition that this engine follows. */
  wrote(partition: number, writer: string): void {
    this.#strangers.wrote(partition, writer);
  }

  /** Takes when an own regular beat was said; one that is said again counts from the first time. */
  said(n: number, at: number): void {
    if (!this.#saidAt.has(n)) this.#saidAt.set(n, at);
    this.#saidAt.delete(n - saidKept);
  }

  /** How this engine stands with each partition at a time of the steady clock, for its beats. */
  shares(now: number): Share[] {
    const acts = this.members.settled && this.world.started();
    return Array.from({ length: this.settings.partitions }, (_, partition) => {
      const share = ownShare(this.#positions, partition);
      // Until it acts, and is done with its start, nothing must be handed to it.
      const fresh = share.fresh && (acts || share.owned);
      // Commands are to go to the next owner from the order on.
      const givenUp = share.owned && share.mode === 'ready' && this.orders.givesUp(partition);
      const heir = this.orders.heir(partition, now);
      return { ...share, fresh, heir, mode: givenUp ? 'handing over' : share.mode };
    });
  }

  /** A plan for each partition, at a time of the steady clock. */
  plans(leaving: boolean, now: number): EnginePlan[] {
    const { id, actorThreads } = this.settings.self;
    const shares = this.shares(now);
    const self: Engine = { id, actorThreads, leaving, draws: this.#draws, shares, member: null };
    const alive = [self, ...this.members.others.map(engineOf)];
    return shares.map((_, partition) => {
      const plan = planFor(partition, alive, self, this.#stranger(partition, now));
      this.#note(partition, plan);
      return plan;
    });
  }

  /** Who writes a partition that this engine follows, and is no engine of the cluster. */
  #stranger(partition: number, now: number): string | null {
    const positions = this.#positions;
    const mode = positions.mode(partition);
    if (mode === 'ready') this.#strangers.wrote(partition, this.settings.self.id);
    // An owner that is fenced finds so that somebody has written after it.
    if (mode === 'following' || mode === 'ready') {
      this.#strangers.look(partition, positions.get(partition, 'journalSeq'), now);
    }
    return this.#strangers.writing(partition, (id) => this.#isKnown(id), now);
  }

  #isKnown(id: string): boolean {
    return id === this.settings.self.id || this.members.get(id) !== undefined;
  }

  #note(partition: number, { claimant }: EnginePlan): void {
    const positions = this.#positions;
    if (claimant === null) noteOwner(positions, partition, null);
    else if (claimant.member === null) {
      const { id } = this.settings.self;
      noteOwned(positions, partition, this.members.get(id)?.heardAt ?? 0);
    } else {
      const storedAfter = this.#saidAt.get(claimant.member.storedAfterN) ?? longAgo;
      noteOwner(positions, partition, { ...claimant.member, storedAfter });
      noteCopies(positions, partition, claimant.member, this.settings.self.common);
    }
  }
}

function engineOf(member: Readonly<Member>): Engine {
  const { id, draws, beat } = member;
  const { actorThreads, leaving, partitions: shares } = beat;
  return { id, actorThreads, leaving, draws, shares, member };
}
