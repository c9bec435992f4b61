/** How often something happened lately: over the last minute, in slots of ten seconds. */
const slotMs = 10_000;
const slots = 6;
/** A rate over less than this would be a guess. */
const leastMs = 1_000;

/** A rate as it is stored: by slot, modulo their number, how often it happened. */
export interface StoredRate {
  newest: number;
  firstAt: number | null;
  counts: number[];
}

const slotOf = (at: number) => Math.floor(at / slotMs);

export class Rate {
  readonly #counts = new Float64Array(slots);
  /** Number of the newest slot, counted from 1970. */
  #newest = 0;
  /** When it happened for the first time. */
  #firstAt = Number.POSITIVE_INFINITY;

  note(at: number): void {
    this.#advance(at);
    this.#firstAt = Math.min(this.#firstAt, at);
    this.#counts[this.#newest % slots]!++;
  }

  /** Times a second; `at` in milliseconds since 1970 UTC. */
  perSecond(at: number): number {
    // Asking changes nothing: the state follows from events alone.
    const passed = Math.max(0, slotOf(at) - this.#newest);
    let sum = 0;
    for (let back = 0; back < slots - passed; back++) {
      if (this.#newest >= back) sum += this.#counts[(this.#newest - back) % slots]!;
    }
    // The newest slot is not over, and what has just begun has no whole minute behind it.
    const ms = Math.min((slots - 1) * slotMs + (at % slotMs), at - this.#firstAt);
    return sum === 0 ? 0 : (sum * 1_000) / Math.max(ms, leastMs);
  }

  /** What `restore` makes the same of. */
  stored(): StoredRate {
    const firstAt = Number.isFinite(this.#firstAt) ? this.#firstAt : null;
    return { newest: this.#newest, firstAt, counts: [...this.#counts] };
  }

  restore({ newest, firstAt, counts }: StoredRate): void {
    this.#newest = newest;
    this.#firstAt = firstAt ?? Number.POSITIVE_INFINITY;
    this.#counts.set(counts);
  }

  #advance(at: number): void {
    const slot = slotOf(at);
    if (slot <= this.#newest) return;
    const passed = Math.min(slot - this.#newest, slots);
    for (let gone = 0; gone < passed; gone++) this.#counts[(slot - gone) % slots] = 0;
    this.#newest = slot;
  }
}
