/** Ids of rows that single events make: stock logs, and entrants of draws. */
import { entryEventsMax, partitionsMax } from '../../actors/limits.ts';

/** An id is made of these and the sequence: they must never change. */
export const eventsRange = 2 ** 12;
export const partitionsRange = 2 ** 6;

if (entryEventsMax > eventsRange || partitionsMax > partitionsRange) {
  throw new Error('events of an entry, or partitions, no longer fit the id of a row');
}

/** The id of the row of an event, `index` being its place in its entry, from 0. Ascends in a partition. */
export function rowId(partition: number, seq: number, index: number): number {
  return (seq * partitionsRange + partition) * eventsRange + index;
}

/** The partition and the entry that a row's id names. */
export function rowSource(id: number): { partition: number; seq: number } {
  const entry = Math.floor(id / eventsRange);
  return { partition: entry % partitionsRange, seq: Math.floor(entry / partitionsRange) };
}
