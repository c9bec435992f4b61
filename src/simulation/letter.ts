/** A command in the mailbox of an engine's thread, and what becomes of it. */
import type { Owner } from '../../actors/cluster/owners.ts';
import type { Sequence } from '../../actors/events.ts';
import type { Command, Reply } from '../../actors/protocol.ts';

export interface Letter {
  command: Command;
  /** The thread has taken it, and knew this much to be durable. */
  taken(knownSeq: Sequence): void;
  answered(reply: Reply): void;
  /** The thread that had taken it has crashed: it will never be answered. */
  orphaned(): void;
  /** In a cluster: nothing was done, and another engine must be asked; null: nobody knows which. */
  redirected?(owner: Owner | null): void;
}
