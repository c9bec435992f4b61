/** The character of a seed: how often each thing happens in its run, and how its journal misbehaves. */

import type { CrewHappening } from './crew.ts';
import { faultless, type JournalFaults } from './faulty-journal.ts';
import type { Random } from './random.ts';
import type { SnapshotFaults } from './simulated-snapshots.ts';

/** What may happen next in a run: see `World`. */
export type Happening =
  | 'order'
  | 'late'
  | 'turn'
  | 'task'
  | 'time'
  | 'flow'
  | CrewHappening
  | 'timeSetBack'
  | 'month'
  | 'project'
  | 'projectorCrash';

/** How often each thing happens, against the others. */
export type Weights = Readonly<Record<Happening, number>>;

export function drawWeights(random: Random, seed: number): Weights {
  const often = (probability: number, weight: number) => (random.chance(probability) ? weight : 0);
  if (isRush(seed))
    return { ...rush, ...(isArchived(seed) && { month: 0.15, project: 2, renewal: 0.2 }) };
  if (isCluster(seed))
    return {
      ...drawClusterWeights(random),
      ...{ snapshot: snapshotWeight(seed), month: 0, renewal: isArchived(seed) ? 0.2 : 0 },
    };
  return {
    order: random.pick([2, 4, 8]),
    late: often(0.5, 0.5),
    turn: random.pick([2, 6]),
    task: random.pick([4, 8]),
    time: random.pick([1, 3]),
    threadCrash: often(0.5, 0.15),
    processCrash: often(0.4, 0.08),
    rival: often(0.5, 0.3),
    clockJump: often(0.3, 0.1),
    // By the seed itself: rare enough not to crowd out what else two engines do to each other.
    timeSetBack: seed % 4 === 0 ? 0.15 : 0,
    probe: 0.5,
    snapshot: snapshotWeight(seed),
    month: isArchived(seed) ? 0.05 : 0,
    renewal: isArchived(seed) ? 0.2 : 0,
    project: 0.6,
    projectorCrash: often(0.5, 0.1),
    ...noCluster,
  };
}

/** By the seed itself: in half of the runs. */
function snapshotWeight(seed: number): number {
  return seed % 2 === 0 ? 0.4 : 0;
}

/** In half of the runs orders leave the memory, soon or later. */
function isArchived(seed: number): boolean {
  return seed % 4 < 2;
}

/** Sales of which all can be archived soon: what is sold at the normal price is kept while its token lives. */
export function isBrisk(seed: number): boolean {
  return seed % 4 === 0;
}

export function drawRetainMs(seed: number): number {
  const soon = [0, 500, 20_000][(seed >> 2) % 3]!; // There are three.
  return isArchived(seed) ? soon : Number.POSITIVE_INFINITY;
}

const noCluster = { flow: 0, join: 0, leave: 0, freeze: 0, bucketGone: 0 } as const;

/** In a quarter of the runs several engines form a cluster. */
export function isCluster(seed: number): boolean {
  return [3, 7, 10].includes(seed % 12);
}

/** Seconds pass before one engine has taken what was another's. */
function drawClusterWeights(random: Random): Omit<Weights, 'snapshot' | 'month' | 'renewal'> {
  const often = (probability: number, weight: number) => (random.chance(probability) ? weight : 0);
  return {
    ...{ order: random.pick([2, 6]), late: often(0.5, 0.5), turn: 2, task: random.pick([4, 8]) },
    ...{
      time: random.pick([0.2, 1]),
      flow: random.pick([1, 2]),
      probe: 0,
      project: 0.4,
      projectorCrash: often(0.3, 0.05),
    },
    threadCrash: often(0.4, 0.1),
    processCrash: often(0.4, 0.12),
    clockJump: often(0.2, 0.05),
    join: often(0.5, 0.15),
    leave: often(0.4, 0.12),
    freeze: often(0.6, 0.3),
    bucketGone: often(0.2, 0.05),
    ...{ rival: 0, timeSetBack: 0 },
  };
}

/**
 * A sale has more rules than a run of a few dozen commands meets, most of them refused because something is
 * broken: in every third run many ask, and all goes well.
 */
function isRush(seed: number): boolean {
  return seed % 3 === 2;
}

const rush: Weights = {
  ...{ order: 20, late: 0.5, turn: 8, task: 12, time: 5 },
  ...{
    threadCrash: 0.1,
    snapshot: 0.3,
    processCrash: 0,
    rival: 0,
    clockJump: 0,
    timeSetBack: 0,
    month: 0,
    renewal: 0,
  },
  ...{ probe: 0.2, project: 0.6, projectorCrash: 0 },
  ...noCluster,
};

export function drawSnapshotFaults(seed: number): SnapshotFaults {
  return isRush(seed) ? { away: 0, damaged: 0 } : { away: 0.05, damaged: 0.1 };
}

export function drawFaults(random: Random, seed: number): JournalFaults {
  if (isRush(seed)) return faultless;
  const some = (weight: number) => (random.chance(0.5) ? weight : 0);
  return {
    fine: 1,
    fails: some(0.15),
    lost: some(0.05),
    silent: some(0.05),
    late: some(0.1),
    brokenReading: some(0.02),
    short: some(0.02),
    staleFollowing: some(0.1),
  };
}
