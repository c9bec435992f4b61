/**
 * When some of a journal's entries were made: ever fewer of them the older they are. By them whoever starts from a
 * snapshot can tell how old an entry is that came before it: within a factor of two, and never younger than it is.
 */
import type { EntryTime } from '../partition/recovered.ts';

/** What a snapshot's header has room for. */
const most = 64;
/** After thinning, the time between two that are kept is more than this share of the age of the second. */
const leastShare = 1 / 2;
/** Times as close together as this stand for each other at any age. */
const leastMs = 50;

export class Milestones {
  #kept: EntryTime[] = [];

  /**
   * Takes the next entry; one that is known already changes nothing. A time before the last is the clock's that was
   * set back: what came before cannot be younger.
   */
  note(sequence: number, at: number): void {
    const last = this.#kept.at(-1);
    if (last !== undefined && sequence <= last[0]) return;
    if (last !== undefined && at < last[1])
      this.#kept = this.#kept.map(([before, madeAt]) => [before, Math.min(madeAt, at)]);
    this.#kept.push([sequence, at]);
    let share = leastShare;
    while (this.#kept.length > most) {
      this.#kept = thinned(this.#kept, share);
      share *= 2;
    }
  }

  /** Ascending; the first and the last entry are among them. */
  get all(): readonly EntryTime[] {
    return this.#kept;
  }
}

/** Without those for which the one before can stand, up to the next. */
function thinned(all: readonly EntryTime[], share: number): EntryTime[] {
  const newest = all.at(-1)!;
  const kept = [all[0]!];
  for (const [index, time] of all.slice(1, -1).entries()) {
    const next = all[index + 2]!;
    const gap = next[1] - kept.at(-1)![1];
    if (gap > Math.max(leastMs, (newest[1] - next[1]) * share)) kept.push(time);
  }
  return [...kept, newest];
}
