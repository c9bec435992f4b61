/**
 * Hashes of passwords: argon2id, off the event loop. A hash keeps a core and 19 MiB busy for tens of
 * milliseconds, so each thread makes one at a time, a bounded number may wait, and then the core is
 * left to orders for as long as the hash took.
 */
const hashesAtOnceMax = 1;
const hashesWaitingMax = 16;

/** The minimum of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes. */
const argon2id = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const;

/** Too many passwords are being hashed: nothing was done. */
export class PasswordsBusy extends Error {
  override readonly name = 'PasswordsBusy';
}

export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  /** What passwords of unknown users are compared with, so that the work is the same. */
  readonly #nobodysHash = this.hash(crypto.randomUUID());

  /** Whether there is no room for another password now. */
  get busy(): boolean {
    return this.#waiting.length >= hashesWaitingMax;
  }

  /** @throws PasswordsBusy */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => Bun.password.hash(password, argon2id));
  }

  /** Compares with a hash; without one it does the same work and returns false. @throws PasswordsBusy */
  async verify(password: string, hash: string | null): Promise<boolean> {
    const against = hash ?? (await this.#nobodysHash);
    const same = await this.#inTurn(() => Bun.password.verify(password, against));
    return hash !== null && same;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < hashesAtOnceMax) this.#running++;
    else {
      if (this.busy) throw new PasswordsBusy('too many passwords');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      setTimeout(() => this.#next(), performance.now() - startedAt);
    }
  }

  /** Hands the turn to the caller that has waited longest. */
  #next(): void {
    const first = this.#waiting.shift();
    if (first === undefined) this.#running--;
    else first();
  }
}
