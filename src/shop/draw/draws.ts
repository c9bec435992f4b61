/**
 * What is public of draws: the commitment from the moment a promo is published, and everybody's label; once
 * the draw was held its secret and seed, and the order, which follows from them. It all comes from SQL, which
 * is a moment behind the journal.
 */
import { LRUCache } from 'lru-cache';
import * as v from 'valibot';
import { drawLabel } from '../../../actors/item/draw.ts';
import { promoIdMax } from '../../../actors/limits.ts';
import type { Board } from '../../../actors/memory/board.ts';
import { sha256 } from '../../../actors/sha256.ts';
import type { Draw } from '../../db/draws.ts';
import { type Sql, SqlUnavailable } from '../../db/sql.ts';
import { Strides } from '../../strides.ts';
import { idField } from '../input.ts';
import { isPublished } from '../promo-state.ts';
import { drawnOrder } from './drawn-order.ts';
import { Labels } from './labels.ts';

const idSchema = idField(promoIdMax);

/** What one thread keeps of draws: three with a million entrants each, 36 bytes an entrant. */
const keptBytesMax = 128 * 1024 * 1024;
const keptDrawsMax = 1_000;
/** A page of entrants from SQL: some milliseconds of a thread that also serves orders. */
const pageEntrants = 1_000;

/** A draw as anyone may see it now. */
export interface PublicDraw {
  readonly promoId: number;
  readonly commitment: string;
  readonly labels: Labels;
  /** Of `labels`, as many as there were when it was asked for. */
  readonly entrants: number;
  /** Null until the draw was held. */
  readonly held: HeldDraw | null;
}

interface HeldDraw {
  readonly secret: string;
  readonly seed: string;
  /** Entrants, from 0 in order of joining, in the drawn order. */
  readonly order: Uint32Array;
}

/** How a buyer takes part: what their label is made of, and once it was drawn their place, from 1. */
export interface OwnPlace {
  readonly nonce: number;
  readonly label: string;
  readonly drawn: { place: number; entrants: number } | null;
}

/** What is known of the entrants of a draw so far. */
interface Known {
  readonly labels: Labels;
  /** The row of the last of them; 0 before the first. */
  lastRow: number;
  held: HeldDraw | null;
}

/** The draws of one thread. Each is read from SQL once, and its order found once. */
export class Draws {
  readonly #known = new LRUCache<number, Known>({
    max: keptDrawsMax,
    maxSize: keptBytesMax,
    sizeCalculation: ({ labels, held }) => 1 + labels.bytes + (held?.order.byteLength ?? 0),
  });
  /** The readings under way, for all who ask meanwhile. */
  readonly #reading = new Map<string, Promise<PublicDraw>>();
  /** Draws are read one after another, so that the memory it takes is bounded. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly sql: Pick<Sql, 'draws'>,
    private readonly board: Pick<Board, 'promos'>,
  ) {}

  /**
   * The draw of the promo that a path names; null where there is none, or it is not published.
   * @throws SqlUnavailable
   */
  async find(text = ''): Promise<Draw | null> {
    const id = v.safeParse(idSchema, text);
    const draw = id.success ? await this.sql.draws.draw(id.output) : null;
    return draw !== null && isPublished({ ...draw, id: draw.promoId }, this.board) ? draw : null;
  }

  /** @throws SqlUnavailable, also while the rows of a draw that was held are written again */
  read(row: Draw): Promise<PublicDraw> {
    // Whoever has seen that the draw was held must not get an answer from before.
    const key = `${row.promoId}:${row.drawnAt}`;
    const reading = this.#reading.get(key) ?? this.#readNext(row);
    this.#reading.set(key, reading);
    const done = () => this.#reading.delete(key);
    reading.then(done, done);
    return reading;
  }

  /** How a user takes part in a draw; null where they do not. @throws SqlUnavailable */
  async placeOf(row: Draw, userId: number): Promise<OwnPlace | null> {
    // Who left and joined again takes part with the last of their entries.
    const entrant = (await this.sql.draws.entriesOf(row.promoId, userId)).at(-1);
    if (entrant === undefined) return null;
    const { nonce } = entrant;
    const label = drawLabel(row.promoId, userId, nonce);
    if (row.drawnAt === null) return { nonce, label, drawn: null };
    const { labels, entrants, held } = await this.read(row);
    const place = held!.order.indexOf(labels.indexOf(label)) + 1;
    return { nonce, label, drawn: { place, entrants } };
  }

  async #readNext(row: Draw): Promise<PublicDraw> {
    const before = this.#last;
    const reading = before.then(() => this.#read(row));
    this.#last = reading.catch(() => null);
    return reading;
  }

  async #read(row: Draw): Promise<PublicDraw> {
    const { promoId, commitment } = row;
    const strides = new Strides();
    let known = this.#known.get(promoId) ?? nothing();
    if (known.held === null || known.held.seed !== row.seed) {
      await this.#readLabels(promoId, known, strides);
      if (row.drawnAt !== null) {
        // Rows that were written again since, from another journal, are read from the first.
        if (!fits(row, known.labels)) {
          known = nothing();
          await this.#readLabels(promoId, known, strides);
        }
        known.held = await hold(row, known.labels, strides);
      }
      this.#known.set(promoId, known);
    }
    const { labels, held } = known;
    return { promoId, commitment, labels, entrants: labels.count, held };
  }

  async #readLabels(promoId: number, known: Known, strides: Strides): Promise<void> {
    for (;;) {
      const page = await this.sql.draws.entrants(promoId, known.lastRow, pageEntrants);
      for (const { id, userId, nonce } of page) {
        known.labels.add(drawLabel(promoId, userId, nonce));
        known.lastRow = id;
      }
      if (page.length < pageEntrants) return;
      await strides.rest();
    }
  }
}

function nothing(): Known {
  return { labels: new Labels(), lastRow: 0, held: null };
}

/** @throws SqlUnavailable where the entrants are not those of the draw: their rows are being written again */
async function hold(row: Draw, labels: Labels, strides: Strides): Promise<HeldDraw> {
  const { promoId, secret, seed } = row;
  if (secret === null || seed === null || !fits(row, labels)) {
    throw new SqlUnavailable(`the entrants of the draw of promo ${promoId} are not all in SQL`);
  }
  return { secret, seed, order: await drawnOrder(seed, labels, strides) };
}

/** Whether a draw that was held was held among these. */
function fits({ secret, seed }: Draw, labels: Labels): boolean {
  return seed === sha256(`${secret}:${labels.hash}`);
}
