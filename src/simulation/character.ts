/** The character of a seed: how often each thing happens in its run, and how its journal misbehaves. */
import { faultless, type JournalFaults } from './faulty-journal.ts';
import type { Random } from './random.ts';

/** What may happen next in a run: see `World`. */
export type Happening =
  | 'order'
  | 'late'
  | 'turn'
  | 'task'
  | 'time'
  | 'threadCrash'
  | 'processCrash'
  | 'rival'
  | 'clockJump'
  | 'timeSetBack'
  | 'probe'
  | 'project'
  | 'projectorCrash';

/** How often each thing happens, against the others. */
export type Weights = Readonly<Record<Happening, number>>;

export function drawWeights(random: Random, seed: number): Weights {
  const often = (probability: number, weight: number) => (random.chance(probability) ? weight : 0);
  if (isRush(seed)) return rush;
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
    project: 0.6,
    projectorCrash: often(0.5, 0.1),
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
  ...{ threadCrash: 0.1, processCrash: 0, rival: 0, clockJump: 0, timeSetBack: 0 },
  ...{ probe: 0.2, project: 0.6, projectorCrash: 0 },
};

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
  };
}
