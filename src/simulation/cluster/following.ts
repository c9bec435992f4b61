/**
 * The journal as a follower reads it: entries come late, from a server that is behind for a while, and the
 * reading breaks off.
 */
import { JournalUnavailable, type StoredEntry } from '../../../actors/journal/journal.ts';
import type { SimulatedStore } from '../faulty-journal.ts';

/** How long a reading lasts that breaks off where nothing is stored: see `followHeartbeatMs`. */
const breaksOffMsMax = 20_000;
const staleMsMax = 4_000;

/** Entries of a partition from a sequence on, as they are stored. @throws JournalUnavailable */
export async function* followed(
  store: SimulatedStore,
  reader: object,
  partition: number,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<StoredEntry> {
  const { random, scheduler, faults } = store;
  const label = `following of ${partition}`;
  const pause = (ms: number) => {
    return untilAborted(signal, (wake) => scheduler.timer(reader, label, ms, wake));
  };
  const stale = random.chance(faults.staleFollowing);
  const staleUntil = stale ? scheduler.now + random.between(500, staleMsMax) : 0;
  const staleEnd = Math.max(from, store.last(partition) - 1);
  const breaks = random.chance(faults.brokenReading * 5);
  const breaksAt = breaks ? scheduler.now + random.below(breaksOffMsMax) : Number.POSITIVE_INFINITY;
  for (let sequence = from; !signal.aborted; ) {
    if (scheduler.now >= breaksAt) throw new JournalUnavailable('the following broke off');
    const bytes = store.at(partition, sequence);
    if (sequence > staleEnd && scheduler.now < staleUntil) {
      await pause(staleUntil - scheduler.now);
    } else if (bytes === undefined) {
      await untilAborted(signal, (wake) => {
        store.whenStored(wake);
        if (breaks) scheduler.timer(reader, label, breaksAt - scheduler.now, wake);
      });
      // Whoever stores the entry runs no code of the reader, which may be stopped or dead.
      await pause(0);
    } else {
      await pause(random.pick([0, 0, 0, 0, 1, 5, 20, 20, 200]));
      if (signal.aborted) return;
      yield { sequence: sequence++, bytes };
    }
  }
}

function untilAborted(signal: AbortSignal, wait: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    wait(resolve);
  });
}
