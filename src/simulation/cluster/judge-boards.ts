/** What must be true of the boards of a cluster. */
import { followerFreshMs } from '../../../actors/limits.ts';
import type { EngineMemory } from '../engine-memory.ts';
import type { Surroundings } from '../surroundings.ts';

/** An owner's beat is as old as this when it counts for new: it is said again, and stored, within that. */
const underWayMs = 1_000;

/** A board may answer only where it shows all that was known to be durable a moment ago. @throws */
export function mustBeFresh(
  { store, scheduler }: Surroundings,
  { name, positions }: EngineMemory,
  partition: number,
): void {
  const shown = positions.get(partition, 'journalSeq');
  const known = store.knownAt(partition, scheduler.now - followerFreshMs - underWayMs);
  if (shown < known) {
    throw new Error(
      `the board of ${name} answers, and shows ${shown} of ${partition}, not ${known}`,
    );
  }
}
