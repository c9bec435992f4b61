/**
 * What this engine's actor threads have been told to do with partitions. An order that has shown no effect is
 * given again; a decision is logged once.
 */
import type { Sequence } from '../events.ts';
import { heirMs, orderAgainMs } from '../limits.ts';
import type { PartitionMode } from '../memory/positions.ts';
import type { Task } from './assignment.ts';
import type { Heir } from './beat.ts';
import type { OwnershipMessage } from './owners.ts';

interface Standing {
  mode: PartitionMode;
  seq: Sequence;
}

interface OrdersWorld {
  order(message: OwnershipMessage): void;
  log(level: 'info', message: string, details: Record<string, unknown>): void;
}

export class Orders {
  /** By partition: what is to be done, and when it was ordered last, by the steady clock. */
  readonly #given = new Map<number, { task: Task; at: number }>();
  /** By partition: who was last to be handed it, and until when nobody else is to take it. */
  readonly #heirs = new Map<number, { heir: Heir; until: number }>();

  constructor(private readonly world: OrdersWorld) {}

  /** Whether a partition is being given up, although its thread may not have begun to. */
  givesUp(partition: number): boolean {
    return this.#given.get(partition)?.task.what === 'hand over';
  }

  /** Who was handed a partition a moment ago, or is being handed it; null where nobody was. */
  heir(partition: number, now: number): Heir | null {
    const named = this.#heirs.get(partition);
    return named !== undefined && now < named.until ? named.heir : null;
  }

  /** Takes what is to be done now, with the partition's mode and last entry. Tells whether anything was ordered. */
  carryOut(partition: number, task: Task, { mode, seq }: Standing, now: number): boolean {
    if (task.what === 'nothing') {
      this.#given.delete(partition);
      return false;
    }
    const given = this.#given.get(partition);
    if (given === undefined || !isSame(given.task, task)) {
      this.world.log('info', sayingOf(partition, task), detailsOf(partition, task));
    } else if (now - given.at < orderAgainMs || mode === 'handing over') return false;
    this.#given.set(partition, { task, at: now });
    if (task.what === 'wait') return false;
    if (task.what === 'hand over') {
      this.#heirs.set(partition, { heir: { id: task.to, seq }, until: now + heirMs });
    } else this.#heirs.delete(partition);
    this.world.order({ type: task.what, partition });
    return true;
  }
}

function isSame(one: Task, other: Task): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sayingOf(partition: number, task: Task): string {
  switch (task.what) {
    case 'take':
      return `takes partition ${partition}`;
    case 'hand over':
      return `hands partition ${partition} over`;
    default:
      return `waits to take partition ${partition}`;
  }
}

function detailsOf(partition: number, task: Task): Record<string, unknown> {
  const { what: _what, ...details } = task;
  return { partition, ...details };
}
