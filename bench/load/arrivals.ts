/** When buyers come: one after the other at a fixed rate, whatever becomes of those before them. */
export class Arrivals {
  constructor(
    private readonly startMs: number,
    private readonly endMs: number,
    private readonly perSecond: number,
  ) {}

  /** How many have come by now; nobody comes after the end. */
  by(nowMs: number): number {
    return Math.floor(((Math.min(nowMs, this.endMs) - this.startMs) / 1000) * this.perSecond);
  }

  /** When the buyer of this index came, of whom the first has 0. */
  at(index: number): number {
    return this.startMs + ((index + 1) / this.perSecond) * 1000;
  }
}
