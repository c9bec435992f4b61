/**
 * Hashes of passwords: argon2id, off the event loop. A hash keeps a core and 19 MiB busy for tens of
 * milliseconds, so each thread makes one at a time, and then the core is left to orders for as long as the
 * hash took. Who waits for a turn does so in a short line that is fair: see `FairTurns`.
 */
import { randomBytes } from 'node:crypto';
import { FairTurns, type TurnLimits } from './fair-turns.ts';

/** Some twelve turns a second: the last in the line waits about as long as anyone may. */
const waitingMax = 64;
/** Half of the ten seconds for which pages wait for an answer, and what clients' libraries rarely undercut. */
const waitMsMax = 5_000;

/** The minimum of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes. */
const leastCost = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const;

/** Next to none, for rehearsals in which passwords are not what is tried. */
export const rehearsalCost = { algorithm: 'argon2id', memoryCost: 64, timeCost: 1 } as const;

/** Too many passwords are being hashed: nothing was done. */
export class PasswordsBusy extends Error {
  override readonly name = 'PasswordsBusy';
}

/** Bytes of the salt and of the hash, as `Bun.password.hash` makes them. */
const partBytes = 32;

type Cost = typeof leastCost | typeof rehearsalCost;

export class Passwords {
  readonly #turns: FairTurns;
  /** What passwords of unknown users are compared with, so that the work is the same. */
  readonly #nobodysHash: string;

  /** @param refused - told of each who got no turn. */
  constructor(
    private readonly refused: () => void = () => undefined,
    limits: TurnLimits = { waitingMax, waitMsMax },
    private readonly cost: Cost = leastCost,
  ) {
    this.#turns = new FairTurns(limits);
    this.#nobodysHash = nobodysHash(cost);
  }

  /** Whether there is room for another password of somebody now. */
  hasRoomFor(whose: string): boolean {
    return this.#turns.hasRoomFor(whose);
  }

  /** @param whose - who shares turns fairly with others. @throws PasswordsBusy */
  hash(password: string, whose: string): Promise<string> {
    return this.#inTurn(whose, () => Bun.password.hash(password, this.cost));
  }

  /** Compares with a hash; without one it does the same work and returns false. @throws PasswordsBusy */
  async verify(password: string, hash: string | null, whose: string): Promise<boolean> {
    const against = hash ?? this.#nobodysHash;
    const same = await this.#inTurn(whose, () => Bun.password.verify(password, against));
    return hash !== null && same;
  }

  async #inTurn<T>(whose: string, work: () => Promise<T>): Promise<T> {
    if (!(await this.#turns.take(whose))) {
      this.refused();
      throw new PasswordsBusy('too many passwords');
    }
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      setTimeout(() => this.#turns.done(), performance.now() - startedAt);
    }
  }
}

/**
 * A hash of no known password. It is made up, because to make one would cost each start of a thread the time and the
 * memory of a password.
 */
function nobodysHash({ memoryCost, timeCost }: Cost): string {
  const part = () => randomBytes(partBytes).toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=1$${part()}$${part()}`;
}
