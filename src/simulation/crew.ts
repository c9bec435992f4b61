/** The engines of a run, as far as the world around them knows them: see `Engines` and `Cluster`. */
import type { Command } from '../../actors/protocol.ts';
import type { Delivery } from './judged.ts';

/** What happens to engines. */
export type CrewHappening =
  | 'threadCrash'
  | 'processCrash'
  | 'rival'
  | 'clockJump'
  | 'probe'
  | 'snapshot'
  | 'renewal'
  | 'join'
  | 'leave'
  | 'freeze'
  | 'bucketGone';

export interface Crew {
  /** Merchants and users give it so long to come up. */
  readonly startMsMax: number;
  /** A user sends a command to one of them; where its board can answer, it reaches no actor. */
  ask(command: Command): void;
  /** Sends one of them a command that no board answers. */
  send(command: Command): Delivery;
  happen(happening: CrewHappening): void;
  /** @throws where a state is not as it must be. */
  check(): void;
  /** At the end of a run: whatever goes wrong between or around the engines is over. */
  calm(): void;
  /** What keeps them from rest, in words; null when nothing does. */
  unrest(): string | null;
  /** Lets a thread crash and be started again. */
  restart(): void;
  /** Lets all but one leave in order; `turn` lets time pass. */
  leaveOne(turn: () => Promise<void>): Promise<void>;
  /** Asks the one that is left to leave. */
  drain(): void;
  /** Whether it has. */
  readonly left: boolean;
}
