/** What all engines of a run, its projectors and its end share, and the bugs that may be planted in it. */
import type { Journal } from '../../actors/journal/journal.ts';
import type { LoopBell } from '../../actors/loop.ts';
import type { boardRefusal } from '../../actors/memory/board-answers.ts';
import type { Partition } from '../../actors/partition/partition.ts';
import type { PartitionWorld } from '../../actors/partition/world.ts';
import type { Reply } from '../../actors/protocol.ts';
import type { SnapshotStore } from '../../actors/snapshot/store.ts';
import type { Projection } from '../db/projection.ts';
import type { InStep } from '../dispatch/in-step.ts';
import type { Answers } from './answers.ts';
import type { Auditor } from './auditor.ts';
import type { EngineMemory } from './engine-memory.ts';
import type { SimulatedStore } from './faulty-journal.ts';
import type { Delivery } from './judged.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimulatedSnapshots } from './simulated-snapshots.ts';

const hourMs = 3_600_000;

export interface Surroundings {
  partitions: number;
  /** How long orders that can change no more are kept in memory. */
  retainMs: number;
  random: Random;
  scheduler: Scheduler;
  store: SimulatedStore;
  audit: Auditor;
  answers: Answers;
  snapshots: SimulatedSnapshots;
  plants: Plants;
  /** A reply has left the engine. */
  heard(delivery: Delivery, reply: Reply): void;
  trace(what: string): void;
  /** Records a violation, which ends the run. */
  fail(what: unknown): void;
  /** Whether no violation has been recorded. */
  healthy(): boolean;
}

/** Bugs planted on purpose, to show that the simulation finds them. */
export interface Plants {
  partition?(partition: number, world: PartitionWorld, audit: Auditor): Partition;
  journal?(journal: Journal): Journal;
  /** The snapshots as an archivist has them, beside the journal. */
  snapshots?(snapshots: SnapshotStore, store: SimulatedStore): SnapshotStore;
  projection?(projection: Projection): Projection;
  boardRefusal?: typeof boardRefusal;
  /** Whether a board that is late is taken for one in step. */
  inStep?: Pick<InStep, 'with'>;
  /** Whether dispatch takes a reply of another engine for none, and sends its command again. */
  sendsAgain?(reply: Reply): boolean;
  /** The doorbell as an actor thread's loop knows it. */
  bell?(bell: LoopBell): LoopBell;
}

/** Runs some of the engine's code; anything it throws is a violation. */
export function guard(around: Surroundings, work: () => void): void {
  try {
    work();
  } catch (violation) {
    around.fail(violation);
  }
}

/** The clock of an engine is set, to whatever time. */
export function setClock({ random, scheduler, trace }: Surroundings, memory: EngineMemory): void {
  memory.clockOffsetMs += random.pick([-hourMs, hourMs]);
  memory.clockSetAt = scheduler.now;
  trace(`${memory.name} clock is off by ${memory.clockOffsetMs}`);
}
