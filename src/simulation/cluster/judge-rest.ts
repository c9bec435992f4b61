/** What must be true of a cluster that has come to rest. */
import { canonical } from '../../../actors/item/item.ts';
import type { Surroundings } from '../surroundings.ts';
import type { ClusterEngine } from './cluster-engine.ts';

/** Every partition has one owner, which is ready, and all others have the same. @throws */
export function mustBeWhole(engines: readonly ClusterEngine[], around: Surroundings): void {
  for (let p = 0; p < around.partitions; p++) {
    const owners = engines.filter(({ memory }) => memory.positions.owns(p));
    if (owners.length !== 1) throw new Error(`${owners.length} engines own partition ${p}`);
    for (const engine of engines) {
      const { mode, items, followed } = engine.partitions[p]!;
      const owns = owners.includes(engine);
      if (mode !== (owns ? 'ready' : 'following'))
        throw new Error(`partition ${p} is ${mode} in ${engine.memory.name}`);
      const shown = engine.memory.positions.get(p, 'journalSeq');
      if (shown !== around.store.last(p)) throw new Error(`partition ${p} is followed to ${shown}`);
      for (const item of (owns ? items : followed).values()) {
        const copy = canonical(item);
        if (copy !== around.audit.canonical(item.id))
          throw new Error(`I6: a copy ${copy}, replayed ${around.audit.canonical(item.id)}`);
      }
    }
  }
}
