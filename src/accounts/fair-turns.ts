/**
 * Turns at something costly, one at a time, in a short line that is fair: each who waits belongs to
 * somebody, and turns go round among those, whatever number of requests each has sent. When the line is
 * full, whoever has most in it gives way. So someone who floods it waits in a line of their own.
 */
interface Waiting {
  go(): void;
  giveWay(): void;
}

export interface TurnLimits {
  waitingMax: number;
  /** Who has waited this long is refused, and told so, while they still listen. */
  waitMsMax: number;
}

export class FairTurns {
  /** Whether somebody has the turn. */
  #taken = false;
  #waiting = 0;
  /** Lines of all who wait, in the order in which they get the next turn; none is empty. */
  readonly #lines = new Map<string, Waiting[]>();

  constructor(private readonly limits: TurnLimits) {}

  /** Whether someone would be let into the line now. */
  hasRoomFor(whose: string): boolean {
    return this.#waiting < this.limits.waitingMax || this.#lineThatGivesWayTo(whose) !== null;
  }

  /** Waits for a turn, which ends with `done`. False where there was none in time. */
  async take(whose: string): Promise<boolean> {
    if (!this.#taken) {
      this.#taken = true;
      return true;
    }
    if (this.#waiting >= this.limits.waitingMax) {
      const longest = this.#lineThatGivesWayTo(whose);
      if (longest === null) return false;
      longest.at(-1)!.giveWay();
    }
    return this.#waitIn(whose);
  }

  /** Hands the turn to the next. */
  done(): void {
    const [first] = this.#lines;
    if (first === undefined) {
      this.#taken = false;
      return;
    }
    const [whose, line] = first;
    // To the end of the round.
    this.#lines.delete(whose);
    this.#lines.set(whose, line);
    line[0]!.go();
  }

  #waitIn(whose: string): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = (hasTurn: boolean) => {
        clearTimeout(timer);
        this.#remove(whose, waiting);
        resolve(hasTurn);
      };
      const waiting = { go: () => leave(true), giveWay: () => leave(false) };
      const timer = setTimeout(waiting.giveWay, this.limits.waitMsMax);
      const line = this.#lines.get(whose) ?? [];
      this.#lines.set(whose, line);
      line.push(waiting);
      this.#waiting++;
    });
  }

  #remove(whose: string, waiting: Waiting): void {
    const line = this.#lines.get(whose)!;
    line.splice(line.indexOf(waiting), 1);
    if (line.length === 0) this.#lines.delete(whose);
    this.#waiting--;
  }

  /** The longest line, where it would still not be shorter than this one after both have changed. */
  #lineThatGivesWayTo(whose: string): Waiting[] | null {
    let longest: Waiting[] = [];
    for (const line of this.#lines.values()) if (line.length > longest.length) longest = line;
    const own = this.#lines.get(whose)?.length ?? 0;
    return longest.length > own + 1 ? longest : null;
  }
}
