/**
 * When some of a journal's entries were made: ever fewer of them the older they are, by how many entries came since.
 * By them whoever starts from a snapshot can tell how old an entry is that came before it.
 */
import type { EntryTime } from '../partition/recovered.ts';

/** What a snapshot's header has room for. */
const most = 64;
/** After thinning, the entries between two that are kept are at least this share of those that came since. */
const leastShare = 1 / 2;

export class Milestones {
  #kept: EntryTime[] = [];

  /** Takes the next entry. */
  note(sequence: number, at: number): void {
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

function thinned(all: readonly EntryTime[], share: number): EntryTime[] {
  const newest = all.at(-1)!;
  const kept = [all[0]!];
  for (const [index, time] of all.slice(1, -1).entries()) {
    const next = all[index + 2]!;
    const gap = next[0] - kept.at(-1)![0];
    if (gap > (newest[0] - next[0]) * share) kept.push(time);
  }
  return [...kept, newest];
}
