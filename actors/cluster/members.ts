/**
 * Who belongs to the cluster, as one engine hears it. Silence is counted by own beats: all beats pass through
 * one stream, in one order, and a member is gone when `silentBeatsMax` own regular ones have come after its
 * last. So while the servers stall, nobody is judged; nor is anybody by an engine that was frozen and wakes,
 * since what the others said meanwhile comes before its own next beat.
 */
import { goneMembersMax, settledBeats, silentBeatsMax } from '../limits.ts';
import type { Beat } from './beat.ts';
import { type Draws, drawsOf } from './rendezvous.ts';

/** `left` has said so, `gone` has fallen silent. */
type MemberState = 'alive' | 'left' | 'gone';

export interface Member {
  readonly id: string;
  state: MemberState;
  /** The last that it said. */
  beat: Beat;
  /** When that was heard, by the steady clock. */
  heardAt: number;
  /** The last own beat that was heard before. */
  ownN: number;
  /** The last own beat that was stored before; 0 where that is not known. */
  storedAfterN: number;
  /** Whether it was heard to speak: what is only found in the bucket may be of an engine that is dead. */
  spoke: boolean;
  readonly draws: Draws;
}

/** What has become of a member. */
export interface News {
  what: 'joined' | 'came back' | 'is leaving' | 'left' | 'is gone';
  member: Readonly<Member>;
}

export class Members {
  readonly #members = new Map<string, Member>();
  #ownN = 0;
  /** The own regular beats heard in unbroken order; null while others' may be missed. */
  #settling: number | null = null;

  /** @param self - the id of the engine that listens. */
  constructor(
    private readonly self: string,
    private readonly partitions: number,
  ) {}

  /** All that are known, the oldest runs first, those that are gone included. */
  get all(): readonly Readonly<Member>[] {
    const rank = ({ beat: { startedAt } }: Member) => startedAt;
    return [...this.#members.values()].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
  }

  /** Those that live, and are not the engine that listens. */
  get others(): readonly Readonly<Member>[] {
    const isOther = ({ id, state }: Member) => state === 'alive' && id !== this.self;
    return [...this.#members.values()].filter(isOther);
  }

  /** The last own regular beat that was heard; 0 before the first. */
  get ownN(): number {
    return this.#ownN;
  }

  /**
   * Whether enough is known of the others to act on it. Who was found in the bucket and has not spoken since is
   * waited for, until it would be judged.
   */
  get settled(): boolean {
    if (this.#settling === null || this.#settling < settledBeats) return false;
    return this.#settling >= silentBeatsMax || this.others.every(({ spoke }) => spoke);
  }

  get(id: string): Readonly<Member> | undefined {
    return this.#members.get(id);
  }

  /** Beats may have been missed: nobody is judged until `complete`, and some own beats after it. */
  unsettle(): void {
    this.#settling = null;
  }

  /** What every other last said has been heard now, and from here on nothing is missed. */
  complete(): void {
    this.#settling ??= 0;
  }

  /**
   * Takes a beat that was heard at a time of the steady clock. An older one than is known changes nothing.
   * @param inOrder - false where it was stored at any time before.
   */
  heard(beat: Beat, at: number, inOrder = true): News[] {
    const known = this.#members.get(beat.id);
    if (known !== undefined && beat.serial <= known.beat.serial) return [];
    const news = known === undefined ? this.#join(beat, at) : this.#update(known, beat, at);
    const member = this.#members.get(beat.id)!;
    member.storedAfterN = inOrder ? this.#ownN : 0;
    member.spoke ||= inOrder;
    return beat.id === this.self ? [...news, ...this.#heardOwn(beat)] : news;
  }

  /** A member's key was deleted. */
  left(id: string): News[] {
    const member = this.#members.get(id);
    if (member === undefined || member.state === 'left' || id === this.self) return [];
    member.state = 'left';
    this.#forget();
    return [{ what: 'left', member }];
  }

  #join(beat: Beat, heardAt: number): News[] {
    const { id, actorThreads } = beat;
    const draws = drawsOf(id, actorThreads, this.partitions);
    const heard = { beat, heardAt, ownN: this.#ownN, storedAfterN: 0, spoke: false };
    const member: Member = { id, state: 'alive', ...heard, draws };
    this.#members.set(id, member);
    if (id === this.self) return [];
    const joined: News = { what: 'joined', member };
    return beat.leaving ? [joined, { what: 'is leaving', member }] : [joined];
  }

  #update(member: Member, beat: Beat, heardAt: number): News[] {
    const news: News[] = [];
    if (member.state !== 'alive') news.push({ what: 'came back', member });
    if (beat.leaving && !member.beat.leaving && member.id !== this.self) {
      news.push({ what: 'is leaving', member });
    }
    Object.assign(member, { state: 'alive', beat, heardAt, ownN: this.#ownN });
    return news;
  }

  #heardOwn({ n }: Beat): News[] {
    if (n === this.#ownN) return [];
    this.#ownN = n;
    if (this.#settling !== null) this.#settling++;
    return this.settled ? this.#judge() : [];
  }

  #judge(): News[] {
    const gone = [...this.#members.values()].filter(
      ({ id, state, ownN }) =>
        state === 'alive' && id !== this.self && this.#ownN - ownN >= silentBeatsMax,
    );
    for (const member of gone) member.state = 'gone';
    this.#forget();
    return gone.map((member) => ({ what: 'is gone', member }));
  }

  /** Forgets those that have been gone longest. */
  #forget(): void {
    const gone = [...this.#members.values()].filter(({ state }) => state !== 'alive');
    gone.sort((a, b) => b.heardAt - a.heardAt);
    for (const { id } of gone.slice(goneMembersMax)) this.#members.delete(id);
  }
}
