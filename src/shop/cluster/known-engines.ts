/** The engines that this one knows of, as main last told: itself alone, or all of its cluster. */
import type { ToldMember } from '../../../actors/cluster/told-members.ts';

/** What an engine says of itself. */
export type OwnFacts = Pick<
  ToldMember,
  'id' | 'address' | 'version' | 'startedAt' | 'actorThreads'
>;

export class KnownEngines {
  #members: readonly ToldMember[] = [];

  constructor(readonly own: OwnFacts) {}

  /** @param text - of a `MembersMessage`. */
  heard(text: string): void {
    // Main wrote it, of this very type.
    this.#members = JSON.parse(text) as ToldMember[];
  }

  /** All of the cluster, those that are gone for as long as main remembers them; none where an engine is alone. */
  get members(): readonly ToldMember[] {
    return this.#members;
  }

  /** Those that live, also while they leave. */
  get living(): readonly ToldMember[] {
    return this.#members.filter(({ state }) => state !== 'gone');
  }
}
