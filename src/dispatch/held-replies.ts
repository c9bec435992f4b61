/**
 * Replies of other engines to what a merchant did, held until this engine's own board shows it: whoever is told
 * that something was done looks for it next.
 */
import type { Sequence } from '../../actors/events.ts';
import { boardCatchUpMsMax } from '../../actors/limits.ts';
import type { Positions } from '../../actors/memory/positions.ts';

/** How often the positions are looked at while a reply is held. */
const lookMs = 5;

interface Held {
  partition: number;
  sequence: Sequence;
  until: number;
  tell: (isShown: boolean) => void;
}

export class HeldReplies {
  #held: Held[] = [];
  #timer: Timer | null = null;

  constructor(private readonly positions: Pick<Positions, 'get'>) {}

  get count(): number {
    return this.#held.length;
  }

  /** Calls `tell` once the board shows a partition up to a sequence, or with false when it has not after a while. */
  until(partition: number, sequence: Sequence, tell: Held['tell']): void {
    if (this.#isShown(partition, sequence)) {
      tell(true);
      return;
    }
    const until = performance.now() + boardCatchUpMsMax;
    this.#held.push({ partition, sequence, until, tell });
    this.#timer ??= setInterval(() => this.#look(), lookMs);
  }

  #look(): void {
    const now = performance.now();
    const isOver = ({ partition, sequence, until }: Held) =>
      now >= until || this.#isShown(partition, sequence);
    const told = this.#held.filter(isOver);
    this.#held = this.#held.filter((each) => !told.includes(each));
    if (this.#held.length === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
    for (const { tell, partition, sequence } of told) tell(this.#isShown(partition, sequence));
  }

  #isShown(partition: number, sequence: Sequence): boolean {
    return this.positions.get(partition, 'journalSeq') >= sequence;
  }
}
