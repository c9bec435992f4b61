/**
 * How many bodies a load needs. An order needs one of its own, and how many a machine takes in a second
 * is unknown beforehand. So it is measured: each load gets more than the fastest so far would have
 * posted, and one that still ran out is run again with more.
 */

/** Enough to measure a rate with, and signed in a moment. */
const bodiesMin = 10_000;
/** Above this, a load is made shorter rather than given more bodies: they cost time and memory. */
const bodiesMax = 1_000_000;
/** The next load may find the machine less busy, and then it is faster. */
const margin = 1.5;
/** After a load that ran out, at least this many times its bodies. */
const growth = 2;
const attemptsMax = 10;

/** What a load is given. */
export interface Share {
  bodies: number;
  seconds: number;
}

/** What shows how fast a load went. */
export interface Run {
  requests: number;
  seconds: number;
  exhausted: boolean;
}

/** Keeps track of how fast one server has been under its loads. */
export class Pace {
  #perSecond = 0;

  /** Requests a second, of the fastest load so far. */
  get perSecond(): number {
    return this.#perSecond;
  }

  saw({ requests, seconds }: Run): void {
    if (seconds > 0) this.#perSecond = Math.max(this.#perSecond, requests / seconds);
  }

  /** What a load of at most this many seconds needs: whole seconds, because wrk accepts no others. */
  share(seconds: number): Share {
    const perSecond = this.#perSecond * margin;
    const affordable = Math.max(1, Math.floor(bodiesMax / Math.max(1, perSecond)));
    const lasting = Math.min(seconds, affordable);
    return { bodies: Math.max(bodiesMin, Math.ceil(perSecond * lasting)), seconds: lasting };
  }

  /** Runs a load, and again with more bodies where it ran out. @throws when it always runs out */
  async runWithEnough<T extends Run>(
    seconds: number,
    load: (share: Share) => Promise<T>,
  ): Promise<T> {
    let least = 0;
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const share = this.share(seconds);
      const bodies = Math.max(least, share.bodies);
      const run = await load({ ...share, bodies });
      this.saw(run);
      if (!run.exhausted) return run;
      least = bodies * growth;
    }
    throw new Error(`a load ran out of bodies ${attemptsMax} times in a row`);
  }
}
