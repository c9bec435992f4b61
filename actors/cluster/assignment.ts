/**
 * Who is to own a partition, who claims it, and what this engine is to do about it: pure, from what each
 * engine last said. Every engine works it out for itself, and those that know the same agree. Where they do
 * not yet, two may try to write one partition, and the journal lets only one: all that is lost is time.
 *
 * - Wanted is the living engine that rendezvous hashing names and that does not leave. It is handed the
 *   partition only once it is fresh. Where nobody serves the partition, or its owner leaves, it must not
 *   wait: then the fresh ones come first.
 * - Nobody takes what a living engine claims, and for a moment nobody but the heir whom the last owner has named:
 *   engines that have not heard the same yet would each take themselves for the one that is wanted.
 * - Of several that claim it, one that has written its barrier goes before one that has not, and of two of
 *   those the one that knows more entries: the barrier of a new owner comes after all that the old one could
 *   write, which has lost the partition and has not noticed yet. Where this does not tell them apart, the one
 *   that is wanted keeps it.
 */
import { type Heir, isServing, type Share } from './beat.ts';
import { type Draws, highest } from './rendezvous.ts';

/** A living engine, as far as it matters here. */
export interface Contender {
  id: string;
  leaving: boolean;
  draws: Draws;
  /** By partition. */
  shares: readonly Readonly<Pick<Share, 'owned' | 'mode' | 'seq' | 'fresh' | 'heir'>>[];
}

/** What an engine is to do with a partition, with the reason in words where there is something to say. */
export type Task =
  | { what: 'nothing' }
  | { what: 'take' | 'wait'; why: string }
  | { what: 'hand over'; why: string; to: string };

export interface Plan<T extends Contender> {
  wanted: T | null;
  /** Who owns it, as far as is known; null where nobody claims it. */
  claimant: T | null;
  /** Where commands go. */
  served: T | null;
  task: Task;
}

/**
 * @param alive - all living engines, `self` among them.
 * @param stranger - who writes the partition and is no engine that is known; null where nobody does.
 */
export function planFor<T extends Contender>(
  partition: number,
  alive: readonly T[],
  self: T,
  stranger: string | null,
): Plan<T> {
  const shareOf = ({ shares }: T) => shares[partition]!;
  const staying = alive.filter(({ leaving }) => !leaving);
  const fresh = staying.filter((each) => shareOf(each).fresh);
  const byHash = highest(staying, partition);
  const claimants = alive
    .filter((each) => shareOf(each).owned)
    .sort((one, other) => compareClaims(partition, one, other, byHash));
  const [claimant = null] = claimants;
  const urgent = claimant === null || claimant.leaving;
  const heir = urgent ? heirOf(partition, alive, staying) : null;
  const wanted = urgent ? (heir ?? highest(fresh, partition) ?? byHash) : byHash;
  const holder = claimants.find((each) => shareOf(each).mode !== 'handing over');
  const plan = { wanted, claimant, served: holder ?? wanted ?? claimant };
  return { ...plan, task: taskOf(partition, plan, self, stranger) };
}

/**
 * Whom the last owner has named, as far as that is known. It was the one that knew most entries then: who takes a
 * partition writes one, before anything else.
 */
function heirOf<T extends Contender>(
  partition: number,
  alive: readonly T[],
  staying: readonly T[],
): T | null {
  let last: Heir | null = null;
  for (const { shares } of alive) {
    const { heir } = shares[partition]!;
    if (heir !== null && heir.seq > (last?.seq ?? -1)) last = heir;
  }
  return staying.find(({ id }) => id === last?.id) ?? null;
}

/** Below 0 where the first of two claims is to be believed. */
function compareClaims<T extends Contender>(
  partition: number,
  one: T,
  other: T,
  wanted: T | null,
): number {
  const rank = ({ shares }: T) => (isServing(shares[partition]!.mode) ? 1 : 0);
  const known = ({ shares }: T) => (rank(one) === 1 ? shares[partition]!.seq : 0);
  const preferred = (each: T) => (each === wanted ? 1 : 0);
  return (
    rank(other) - rank(one) ||
    known(other) - known(one) ||
    preferred(other) - preferred(one) ||
    (one.id < other.id ? -1 : 1)
  );
}

function taskOf<T extends Contender>(
  partition: number,
  { wanted, claimant }: Pick<Plan<T>, 'wanted' | 'claimant'>,
  self: T,
  stranger: string | null,
): Task {
  const own = self.shares[partition]!;
  if (own.owned) {
    if (claimant !== null && claimant !== self) {
      return { what: 'hand over', to: claimant.id, why: 'two claim it, and the other goes first' };
    }
    if (wanted === null || wanted === self) return { what: 'nothing' };
    // Where it claims the partition as well, it must find out first that it has lost it.
    const { fresh, owned } = wanted.shares[partition]!;
    if (!fresh || owned) return { what: 'nothing' };
    if (own.mode === 'taking') return { what: 'nothing' };
    const why = self.leaving ? 'this engine is leaving' : 'the engine that is to own it is ready';
    return { what: 'hand over', to: wanted.id, why };
  }
  if (wanted !== self || claimant !== null) return { what: 'nothing' };
  // What has not read its journal yet has nothing to take it with, and one that is damaged must not.
  if (own.mode !== 'following') return { what: 'nothing' };
  if (stranger === null) return { what: 'take', why: 'nobody owns it' };
  return { what: 'wait', why: `${stranger}, which is no member, writes it` };
}
