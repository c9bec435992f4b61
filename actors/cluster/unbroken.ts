/** Whether numbered messages come in unbroken order. */
export class Unbroken {
  #last: number | null = null;

  /** From here on any number may be the first. */
  begin(): void {
    this.#last = null;
  }

  /** Takes the next number; false where others have been missed before it. */
  takes(number: number): boolean {
    const expected = this.#last === null ? number : this.#last + 1;
    this.#last = number;
    return number === expected;
  }
}
