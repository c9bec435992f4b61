/** How much history a partition's state has, told in shared memory: the archivist decides by it. */
import type { Item } from '../item/item.ts';
import type { Positions } from '../memory/positions.ts';
import type { Recovered } from './recovered.ts';

export function tellHistory(
  positions: Pick<Positions, 'get' | 'set'>,
  { chain: { partition }, items, from, events }: Recovered,
): void {
  positions.set(partition, 'journalEvents', events);
  positions.set(partition, 'eventsFrom', from);
  positions.set(partition, 'ordersKept', ordersKept(items));
  positions.set(partition, 'snapshotSeq', Math.max(from, positions.get(partition, 'snapshotSeq')));
}

/** Orders that are in memory. */
export function ordersKept(items: ReadonlyMap<number, Item>): number {
  return items.values().reduce((sum, { orders }) => sum + orders.kept, 0);
}
