/**
 * An audit's own record of a draw, and its own recomputation of it (I10), from what the journal says of the
 * secret and of those who joined. Every hash is SHA-256 in hex:
 *
 * - commitment: of the secret's text
 * - label of an entrant: of `<promo>:<user>:<nonce>`
 * - seed: of `<secret>:<hash of the labels of all entrants in order of joining, joined by commas>`
 * - order: by the hash of `<seed>:<label>`, ascending, of those who have not left
 */
const hashOf = (text: string) => Bun.SHA256.hash(text, 'hex');

interface Entrant {
  holder: number;
  label: string;
}

export class DrawBook {
  /** Whether it was held. */
  held = false;
  /** Everybody who ever joined, in order; null where they have left. */
  readonly #entrants: (Entrant | null)[] = [];
  readonly #labels = new Bun.CryptoHasher('sha256');
  /** Entrants who have not left. */
  people = 0;

  constructor(
    private readonly promo: number,
    readonly secret: string,
  ) {}

  get commitment(): string {
    return hashOf(this.secret);
  }

  get entrants(): number {
    return this.#entrants.length;
  }

  /** Returns the entrant's number, from 1. */
  join(holder: number, user: number, nonce: number): number {
    const label = hashOf(`${this.promo}:${user}:${nonce}`);
    this.#labels.update(this.entrants === 0 ? label : `,${label}`);
    this.people++;
    return this.#entrants.push({ holder, label });
  }

  leave(entrant: number): void {
    this.#entrants[entrant - 1] = null;
    this.people--;
  }

  /** The seed that follows from the secret and those who have joined so far. */
  seed(): string {
    return hashOf(`${this.secret}:${this.#labels.copy().digest('hex')}`);
  }

  /** Holds the draw, and returns who takes part in the drawn order. */
  hold(): number[] {
    const seed = this.seed();
    const present = this.#entrants.filter((entrant) => entrant !== null);
    const drawn = present.map(({ holder, label }) => ({ holder, key: hashOf(`${seed}:${label}`) }));
    drawn.sort((a, b) => (a.key < b.key ? -1 : 1));
    this.held = true;
    this.#forget();
    return drawn.map(({ holder }) => holder);
  }

  /** Sends everybody home, and returns who that was. */
  clear(): number[] {
    const gone = this.#entrants.flatMap((entrant) => (entrant === null ? [] : [entrant.holder]));
    this.#forget();
    return gone;
  }

  /** What is over needs no room; how many there were stays known. */
  #forget(): void {
    this.#entrants.fill(null);
    this.people = 0;
  }
}
