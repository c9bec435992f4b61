/**
 * An audit's own record of a draw, and its own recomputation of it (I10), from what the journal says of the
 * secret and of those who joined. Every hash is SHA-256 in hex:
 *
 * - commitment: of the secret's text
 * - label of an entrant: of `<promo>:<user>:<nonce>`
 * - seed: of `<secret>:<hash of the labels of all entrants in order of joining, joined by commas>`
 * - order: by the hash of `<seed>:<label>`, ascending, of those who have not left
 */
import { type Chunk, Chunks, carve, chunkRows } from '../../../actors/item/columns.ts';

const hashOf = (text: string) => Bun.SHA256.hash(text, 'hex');

/** Of a hash that decides, the first 13 hex digits are compared: as many whole ones as a number holds exactly. */
const comparedDigits = 13;

const nobody = -1;

class EntrantChunk implements Chunk {
  static readonly rowBytes = 2 * 8 + 4;
  readonly rows: number;
  readonly user: Float64Array;
  readonly nonce: Float64Array;
  /** `nobody` where they have left. */
  readonly holder: Int32Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / EntrantChunk.rowBytes;
    const column = carve(this);
    this.user = column(Float64Array);
    this.nonce = column(Float64Array);
    this.holder = column(Int32Array);
  }
}

const within = (row: number) => row & (chunkRows - 1);

export class DrawBook {
  /** Whether it was held. */
  held = false;
  /** Everybody who ever joined. */
  entrants = 0;
  /** Entrants who have not left. */
  people = 0;
  /** In order of joining; those up to `#gone` are needed no more. */
  #chunks = new Chunks(EntrantChunk);
  #gone = 0;
  readonly #labels = new Bun.CryptoHasher('sha256');

  constructor(
    private readonly promo: number,
    readonly secret: string,
  ) {}

  get commitment(): string {
    return hashOf(this.secret);
  }

  /** Returns the entrant's number, from 1. */
  join(holder: number, user: number, nonce: number): number {
    const label = this.#label(user, nonce);
    this.#labels.update(this.entrants === 0 ? label : `,${label}`);
    const row = this.entrants++ - this.#gone;
    const chunk = this.#chunks.grown(row);
    chunk.holder[within(row)] = holder;
    chunk.user[within(row)] = user;
    chunk.nonce[within(row)] = nonce;
    this.people++;
    return this.entrants;
  }

  leave(entrant: number): void {
    const row = entrant - 1 - this.#gone;
    this.#chunks.at(row).holder[within(row)] = nobody;
    this.people--;
  }

  /** The seed that follows from the secret and those who have joined so far. */
  seed(): string {
    return hashOf(`${this.secret}:${this.#labels.copy().digest('hex')}`);
  }

  /** Holds the draw, and returns who takes part in the drawn order. */
  hold(): Iterable<number> {
    const seed = this.seed();
    const rows = this.#present();
    const decider = (row: number) => {
      const { user, nonce } = this.#chunks.at(row);
      return hashOf(`${seed}:${this.#label(user[within(row)]!, nonce[within(row)]!)}`);
    };
    const keys = new Float64Array(this.entrants - this.#gone);
    for (const row of rows) keys[row] = Number.parseInt(decider(row).slice(0, comparedDigits), 16);
    // Two that begin alike are compared whole.
    rows.sort((a, b) => keys[a]! - keys[b]! || (decider(a) < decider(b) ? -1 : 1));
    const drawn = rows.map((row) => this.#holder(row));
    this.held = true;
    this.#forget();
    return drawn;
  }

  /** Sends everybody home, and returns who that was. */
  clear(): Iterable<number> {
    const gone = this.#present().map((row) => this.#holder(row));
    this.#forget();
    return gone;
  }

  #label(user: number, nonce: number): string {
    return hashOf(`${this.promo}:${user}:${nonce}`);
  }

  #holder(row: number): number {
    return this.#chunks.at(row).holder[within(row)]!;
  }

  /** The rows of those who have not left. */
  #present(): Int32Array {
    const rows = new Int32Array(this.people);
    let found = 0;
    for (let row = 0; row < this.entrants - this.#gone; row++) {
      if (this.#holder(row) !== nobody) rows[found++] = row;
    }
    return rows;
  }

  /** What is over needs no room; how many there were stays known. */
  #forget(): void {
    this.#chunks = new Chunks(EntrantChunk);
    this.#gone = this.entrants;
    this.people = 0;
  }
}
