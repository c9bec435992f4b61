/**
 * Whether each partition is served, by this engine or through it. Where an engine is alone, what is not
 * served is trouble at once. In a cluster a partition that changes hands is unserved for a moment at every
 * engine, and its commands are kept waiting: were all of them unready meanwhile, a balancer would have none
 * left to send anything to, also for the partitions that are well.
 */
import type { Clock } from '../../../actors/clock.ts';
import { followerFreshMs } from '../../../actors/limits.ts';
import type { Positions } from '../../../actors/memory/positions.ts';

/** A partition of a cluster that nobody serves for longer than this makes its engines unready. */
const patienceMs = 3_000;
/** An engine whose lease has ended is cut off for good after this: one late beat is no reason. */
const cutOffPatienceMs = 1_000;
/** How often it is noted what is served: more often than a balancer may ask. */
const lookMs = 250;

interface ServingParts {
  positions: Positions;
  partitions: number;
  steadyClock: Clock;
}

interface Unserved {
  /** Reasons for which buyers cannot buy here. */
  unready: string[];
  /** What will be one, unless it passes. */
  waited: string[];
}

export class Serving {
  readonly #parts: ServingParts;
  /** By partition: when it was last seen to be served, by the steady clock. */
  readonly #servedAt: number[];

  constructor(parts: ServingParts) {
    this.#parts = parts;
    this.#servedAt = new Array(parts.partitions).fill(Number.NEGATIVE_INFINITY);
  }

  /** Notes now and then what is served; whoever calls it stops the timer. */
  watch(): Timer {
    return setInterval(() => this.look(), lookMs);
  }

  look(): Unserved {
    const { positions, partitions, steadyClock } = this.#parts;
    const now = steadyClock();
    const { leaseEndsAt } = positions;
    const inCluster = leaseEndsAt > 0;
    const found: Unserved = { unready: [], waited: [] };
    const cutOffMs = inCluster ? now - leaseEndsAt : -1;
    if (cutOffMs >= 0)
      told(found, cutOffMs < cutOffPatienceMs).push('this engine is cut off from NATS');
    for (let partition = 0; partition < partitions; partition++) {
      const why = whyUnserved(positions, partition, now);
      if (why === null) this.#servedAt[partition] = now;
      else told(found, inCluster && now - this.#servedAt[partition]! < patienceMs).push(why);
    }
    return found;
  }
}

function told({ unready, waited }: Unserved, mayPass: boolean): string[] {
  return mayPass ? waited : unready;
}

const inWords: Record<string, string> = {
  taking: 'being taken over',
  'handing over': 'being handed over',
};

function whyUnserved(positions: Positions, partition: number, now: number): string | null {
  if (positions.owns(partition)) {
    const mode = positions.mode(partition);
    if (mode !== 'ready') return `partition ${partition} is ${inWords[mode] ?? mode}`;
    const isSilent = positions.get(partition, 'journalSilent') === 1;
    return isSilent ? `the journal of partition ${partition} does not answer` : null;
  }
  const heardAt = positions.get(partition, 'ownerHeardAt');
  if (heardAt === 0) {
    const mode = positions.mode(partition);
    // Where this engine is to own it, that is why nobody does.
    return mode === 'refusing' || mode === 'unavailable'
      ? `partition ${partition} is ${mode}`
      : `partition ${partition}: nobody owns it`;
  }
  if (now - heardAt > followerFreshMs) return `partition ${partition}: its owner is silent`;
  const isReady = positions.get(partition, 'ownerReady') === 1;
  return isReady ? null : `partition ${partition}: its owner is not ready`;
}
