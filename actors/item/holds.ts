/** Orders that hold units, by when their holds end: a binary heap of deadlines, then of numbers. */
import { grown } from './columns.ts';

/** A heap that has room for more, and for four times what is in it, gives most of it back. */
const roomMin = 4_096;

export class Holds {
  #numbers = new Int32Array(0);
  #deadlines = new Float64Array(0);
  #count = 0;

  /** @param isHeld - whether an order still holds its units: those that do not stay until they come up. */
  constructor(private readonly isHeld: (n: number) => boolean) {}

  add(n: number, deadline: number): void {
    let slot = this.#count++;
    this.#numbers = grown(this.#numbers, this.#count);
    this.#deadlines = grown(this.#deadlines, this.#count);
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      if (!this.#before(deadline, n, parent)) break;
      this.#move(parent, slot);
      slot = parent;
    }
    this.#numbers[slot] = n;
    this.#deadlines[slot] = deadline;
  }

  /** The number of the order whose hold ends first, or 0. */
  first(): number {
    while (this.#count > 0) {
      const n = this.#numbers[0]!;
      if (this.isHeld(n)) return n;
      this.#pop();
    }
    return 0;
  }

  /** Deadline of the first hold; Infinity without one. */
  firstDeadline(): number {
    return this.first() === 0 ? Number.POSITIVE_INFINITY : this.#deadlines[0]!;
  }

  get bytes(): number {
    return this.#numbers.byteLength + this.#deadlines.byteLength;
  }

  #before(deadline: number, n: number, slot: number): boolean {
    const other = this.#deadlines[slot]!;
    return deadline < other || (deadline === other && n < this.#numbers[slot]!);
  }

  #pop(): void {
    const last = --this.#count;
    const n = this.#numbers[last]!;
    const deadline = this.#deadlines[last]!;
    let slot = 0;
    for (;;) {
      let child = slot * 2 + 1;
      if (child >= last) break;
      const other = child + 1;
      if (other < last && this.#before(this.#deadlines[other]!, this.#numbers[other]!, child))
        child++;
      if (this.#before(deadline, n, child)) break;
      this.#move(child, slot);
      slot = child;
    }
    this.#numbers[slot] = n;
    this.#deadlines[slot] = deadline;
    if (this.#numbers.length > roomMin && this.#count * 4 < this.#numbers.length) this.#shrink();
  }

  #shrink(): void {
    this.#numbers = this.#numbers.slice(0, this.#count * 2);
    this.#deadlines = this.#deadlines.slice(0, this.#count * 2);
  }

  #move(from: number, to: number): void {
    this.#numbers[to] = this.#numbers[from]!;
    this.#deadlines[to] = this.#deadlines[from]!;
  }
}
