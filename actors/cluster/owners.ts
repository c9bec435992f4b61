/** Which engine a partition's commands go to, as main tells every thread of an engine. */

/** A running engine, as the others address it. */
export interface Owner {
  /** Id of its run: that which its entries name as their writer. */
  id: string;
  /** Its actor threads: partition p lives on thread `p % actorThreads` there. */
  actorThreads: number;
}

/**
 * By partition: the engine that owns it or, where nobody does, the one that is to; null while no
 * engine is known that could.
 */
export type Owners = readonly (Owner | null)[];

/** To every thread, in a cluster: at its start, and whenever an owner changes. */
export interface OwnersMessage {
  type: 'owners';
  owners: Owners;
}

/** To an actor thread, in a cluster: what it is to do with a partition. */
export type OwnershipMessage = { type: 'take' | 'hand over'; partition: number };

/**
 * From an actor thread, in a cluster, to be told to the others at once: it has taken a partition or
 * given it up.
 */
export interface OwnershipChanged {
  type: 'ownership changed';
}

/** From an actor thread that follows a partition: an entry of another writer than the last has been stored. */
export interface WriterSeen {
  type: 'writer seen';
  partition: number;
  writer: string;
}
