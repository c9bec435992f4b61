/**
 * What this engine's actor threads have been told to do with partitions. An order that has shown no effect is
 * given again; a decision is logged once.
 */
import { orderAgainMs } from '../limits.ts';
import type { PartitionMode } from '../memory/positions.ts';
import type { Task } from './assignment.ts';
import type { OwnershipMessage } from './owners.ts';

interface OrdersWorld {
  order(message: OwnershipMessage): void;
  log(level: 'info', message: string, details: Record<string, unknown>): void;
}

export class Orders {
  /** By partition: what is to be done, and when it was ordered last, by the steady clock. */
  readonly #given = new Map<number, { task: Task; at: number }>();

  constructor(private readonly world: OrdersWorld) {}

  /** Whether a partition is being given up, although its thread may not have begun to. */
  givesUp(partition: number): boolean {
    return this.#given.get(partition)?.task.what === 'hand over';
  }

  /** Takes what is to be done now, with the partition's mode. Resolves with whether anything was ordered. */
  carryOut(partition: number, task: Task, mode: PartitionMode, now: number): boolean {
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
