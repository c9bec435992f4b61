/** A partition's state as its journal has it. */

import type { Sequence } from '../events.ts';
import type { Item } from '../item/item.ts';
import { Chain } from '../journal/codec.ts';

export interface Recovered {
  items: Map<number, Item>;
  /** Stands at the last entry. */
  chain: Chain;
  /** The partition's time: that of the last entry or event, or less where it was set back since. */
  at: number;
  /** Who wrote the last entry; empty for an empty journal. */
  writer: string;
  /** Events after the one that it began with. */
  events: number;
  /** The entry of the snapshot that this began with; 0 where it began with the first entry. */
  from: Sequence;
  /** Of a few entries up to `from`, when they were made; ascending. */
  times: readonly EntryTime[];
}

export type EntryTime = readonly [sequence: Sequence, at: number];

/** The state before the first entry. */
export function nothingRecovered(partition: number): Recovered {
  return {
    items: new Map(),
    chain: new Chain(partition),
    at: 0,
    writer: '',
    events: 0,
    from: 0,
    times: [],
  };
}
