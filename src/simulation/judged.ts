/** What a judgement of an answer is made from. */
import type { Code, Command } from '../../actors/protocol.ts';
import type { DurableItem, DurableOrder, Moment } from './durable-item.ts';

/** One sending of a command to an engine. */
export interface Delivery {
  request: number;
  command: Command;
  /** Last sequence the engine knew to be durable when it took the command; -1 before that. */
  knownSeq: number;
  answer: Code | null;
  /** The engine that took it has crashed: it will never be answered. */
  orphaned: boolean;
}

export interface Judged {
  history: DurableItem;
  /** What held when the engine took the command, and everything that came true after it. */
  moments: readonly Moment[];
  knownSeq: number;
  /** The order that a purchase token has bought. */
  bought(token: string): DurableOrder | undefined;
  /** Whether something was told before, and that it was told now. */
  isTold(what: string): boolean;
  tell(what: string): void;
}
