/** Tells messages that have come before, by their numbers, which count up and arrive nearly in order. */

/** So far behind the highest number one may come and still be known for new. */
const window = 32;

export class NumbersSeen {
  #highest = 0;
  /** Bit n: the number that is n below the highest has been seen. */
  #bits = 0;

  /** Whether a number has not come before; from then on it has. One that is too late counts as old. */
  isNew(number: number): boolean {
    const ahead = number - this.#highest;
    if (ahead > 0) {
      this.#bits = ahead < window ? (this.#bits << ahead) | 1 : 1;
      this.#highest = number;
      return true;
    }
    const bit = 1 << -ahead;
    if (-ahead >= window || (this.#bits & bit) !== 0) return false;
    this.#bits |= bit;
    return true;
  }
}
