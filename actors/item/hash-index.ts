/**
 * From a hash to the numbers of rows that have it, by extendible hashing (R. Fagin, J. Nievergelt, N.
 * Pippenger, H. R. Strong, "Extendible hashing", ACM Transactions on Database Systems 4(3), 1979): a hash's
 * first bits choose a segment, by way of a directory, and a segment that is full is split in two; two that have
 * become nearly empty are joined. So no growth ever touches more than one segment, to forget rows touches a few, and
 * the segments can be stored and mapped as they are.
 *
 * Within a segment it is open addressing. A slot keeps the hash beside the row, so that a walk touches the rows
 * only where the hash matches, and a split does not touch them at all: each access would miss the processor's
 * caches. Rows are never removed one by one, but those below a limit can be forgotten together.
 *
 * ```ts
 * for (let slot = index.start(hash); (row = index.rowAt(slot)) >= 0; slot = index.after(slot, hash))
 * ```
 *
 * What the segments look like follows from what was done to the index, in which order, and from nothing else.
 */

import type { Take } from './columns.ts';

/** Words of a slot: the hash, and the row plus one; 0 marks an empty slot. */
const slotWords = 2;
const segmentBits = 14;
/** Words of a whole segment. The only one of a small index has fewer, a power of two. */
const segmentWords = 1 << segmentBits;
const firstWords = 16 * slotWords;
/** A walk gets long in a segment that is fuller. */
const fullTenths = 7;
/** Rows of a full segment. */
const fullRows = Math.floor(((segmentWords / slotWords) * fullTenths) / 10);
/** Two segments that have no more are joined: there is room then for some time. */
const joinedRows = Math.floor((fullRows * 3) / 4);
/** As many rows are forgotten for each segment that is swept: every one is, before half of the rows are. */
const rowsPerSweep = fullRows / 4;
/** Four times as many segments as there are orders of an item. Only hashes that nobody mixes well come here. */
const bitsMax = 20;

interface Segment {
  /** How many of a hash's first bits all in it share. */
  depth: number;
  rows: number;
  readonly slots: Int32Array;
}

/** An index as it is stored, beside the memory of its segments. */
export interface StoredIndex {
  /** In the order of the hashes in them: how many first bits those share, and how many rows there are. */
  segments: [depth: number, rows: number][];
  /** The hash that the next sweep begins with. */
  swept: number;
}

export class HashIndex {
  /** By the first `#bits` bits of a hash. Segments that share fewer stand here several times. */
  #directory = [emptySegment(0, firstWords)];
  /** By the same bits: the slots of those segments, which every walk begins with. */
  #slots = slotsOf(this.#directory);
  #bits = 0;
  /** All of them have the same size. */
  #mask = firstWords - 1;
  /** Rows below are forgotten. */
  #least = 0;
  /** Segments are swept in turn: the first hash of the next. */
  #swept = 0;

  /** The first slot to look at for a hash. */
  start(hash: number): number {
    const segment = this.#bits === 0 ? 0 : hash >>> (32 - this.#bits);
    return this.#match(segment, (hash << 1) & this.#mask, hash);
  }

  /** The row at a slot, or -1 where the walk ends. One that is forgotten may be met for some time yet. */
  rowAt(slot: number): number {
    return this.#slots[slot >>> segmentBits]![(slot & (segmentWords - 1)) + 1]! - 1;
  }

  /** The slot to look at after `slot`. */
  after(slot: number, hash: number): number {
    const at = ((slot & (segmentWords - 1)) + slotWords) & this.#mask;
    return this.#match(slot >>> segmentBits, at, hash);
  }

  /** Adds a row. */
  add(row: number, hash: number): void {
    let segment = this.#segmentOf(hash);
    while (isFull(segment)) {
      this.#makeRoom(hash);
      segment = this.#segmentOf(hash);
    }
    put(segment, hash | 0, row + 1);
  }

  /** Forgets all rows below `least`. What they take is given back in pieces, so that no call takes long. */
  forgetBelow(least: number): void {
    const sweeps = Math.ceil((least - this.#least) / rowsPerSweep);
    this.#least = least;
    for (let left = Math.min(sweeps, this.#directory.length); left > 0; left--) this.#sweep();
  }

  /** Forgets all rows: each is below `least`. */
  clear(least: number): void {
    this.#least = least;
    this.#directory = [emptySegment(0, firstWords)];
    this.#slots = slotsOf(this.#directory);
    this.#mask = firstWords - 1;
    this.#bits = 0;
    this.#swept = 0;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { slots } of this.#segments()) bytes += slots.byteLength;
    return bytes;
  }

  /** What `restore` makes the same index of; the memory is its own, not a copy. */
  stored(): { index: StoredIndex; segments: Uint8Array[] } {
    const segments = [...this.#segments()];
    return {
      index: { segments: segments.map(({ depth, rows }) => [depth, rows]), swept: this.#swept },
      segments: segments.map(
        ({ slots }) => new Uint8Array(slots.buffer, slots.byteOffset, slots.byteLength),
      ),
    };
  }

  /** @param least - rows below were forgotten. */
  restore({ segments, swept }: StoredIndex, take: Take, least: number): void {
    const memories = take(segments.length);
    this.#least = least;
    this.#swept = swept;
    this.#bits = Math.max(...segments.map(([depth]) => depth));
    this.#directory = segments.flatMap(([depth, rows], at) => {
      const { buffer, byteOffset, byteLength } = memories[at]!;
      const slots = new Int32Array(buffer, byteOffset, byteLength / Int32Array.BYTES_PER_ELEMENT);
      this.#mask = slots.length - 1;
      return Array<Segment>(1 << (this.#bits - depth)).fill({ depth, rows, slots });
    });
    this.#slots = slotsOf(this.#directory);
  }

  /** Each segment once, in the order of the hashes in it. */
  *#segments(): Generator<Segment> {
    for (let at = 0; at < this.#directory.length; ) {
      const segment = this.#directory[at]!;
      yield segment;
      at += 1 << (this.#bits - segment.depth);
    }
  }

  #segmentOf(hash: number): Segment {
    return this.#directory[this.#bits === 0 ? 0 : hash >>> (32 - this.#bits)]!;
  }

  /** The first slot from `at` on, within a segment, that has the hash or is empty. */
  #match(segment: number, at: number, hash: number): number {
    const slots = this.#slots[segment]!;
    const mask = this.#mask;
    const wanted = hash | 0;
    let slot = at;
    while (slots[slot + 1]! !== 0 && slots[slot]! !== wanted) slot = (slot + slotWords) & mask;
    return (segment << segmentBits) | slot;
  }

  /** Makes room in the segment of a hash: without what is forgotten, in a larger one, or in two. */
  #makeRoom(hash: number): void {
    const full = this.#segmentOf(hash);
    const words = this.#mask + 1;
    const stale = this.#least > 0 ? this.#stale(full) : 0;
    // Half of it must become free, or the next rows would have it cleaned again and again.
    if (stale * 2 >= full.rows) {
      this.#replace(hash, [this.#copied([full], full.depth, words)]);
    } else if (words < segmentWords) {
      this.#mask = words * 2 - 1;
      this.#replace(hash, [this.#copied([full], 0, words * 2)]);
    } else {
      this.#split(hash, full);
    }
  }

  #split(hash: number, full: Segment): void {
    const depth = full.depth + 1;
    if (depth > bitsMax) throw new Error('too many rows have similar hashes');
    if (depth > this.#bits) {
      this.#directory = this.#directory.flatMap((segment) => [segment, segment]);
      this.#slots = slotsOf(this.#directory);
      this.#bits = depth;
    }
    const halves = [0, 1].map((bit) =>
      this.#copied([full], depth, segmentWords, (each) => ((each >>> (32 - depth)) & 1) === bit),
    );
    this.#replace(hash, halves);
  }

  /** Frees the next segment of what is forgotten, and joins it with its neighbours where both fit into one. */
  #sweep(): void {
    const hash = this.#swept;
    let segment = this.#segmentOf(hash);
    if (this.#stale(segment) > 0) {
      segment = this.#copied([segment], segment.depth, this.#mask + 1);
      this.#replace(hash, [segment]);
    }
    while (segment.depth > 0) {
      const bit = 1 << (32 - segment.depth);
      const pair = [(hash & ~bit) >>> 0, (hash | bit) >>> 0].map((each) => this.#segmentOf(each));
      const rows = pair.reduce((sum, each) => sum + each.rows, 0);
      if (rows > joinedRows || pair.some(({ depth }) => depth !== segment.depth)) break;
      segment = this.#copied(pair, segment.depth - 1, segmentWords);
      this.#replace(hash, [segment]);
    }
    const hashes = 2 ** (32 - segment.depth);
    this.#swept = (Math.floor(hash / hashes) + 1) * hashes;
    if (this.#swept < 2 ** 32) return;
    this.#swept = 0;
    this.#shrink();
  }

  /** Gives back what the index needs no more of its directory, and of its only segment. */
  #shrink(): void {
    while (this.#bits > 0 && this.#directory.every(({ depth }) => depth < this.#bits)) {
      this.#directory = this.#directory.filter((_, at) => at % 2 === 0);
      this.#bits--;
    }
    this.#slots = slotsOf(this.#directory);
    if (this.#bits > 0) return;
    const [only] = this.#directory as [Segment];
    let words = this.#mask + 1;
    while (words > firstWords && only.rows * 4 * slotWords <= words) words /= 2;
    if (words > this.#mask) return;
    this.#mask = words - 1;
    this.#replace(0, [this.#copied([only], 0, words)]);
  }

  #stale({ slots }: Segment): number {
    let stale = 0;
    for (let slot = 0; slot < slots.length; slot += slotWords) {
      if (slots[slot + 1]! !== 0 && slots[slot + 1]! <= this.#least) stale++;
    }
    return stale;
  }

  /** A new segment with what is not forgotten of others, and is to be in it. */
  #copied(
    segments: readonly Segment[],
    depth: number,
    words: number,
    belongs: (hash: number) => boolean = () => true,
  ): Segment {
    const copy = emptySegment(depth, words);
    for (const { slots } of segments) {
      for (let slot = 0; slot < slots.length; slot += slotWords) {
        const rowPlusOne = slots[slot + 1]!;
        if (rowPlusOne > this.#least && belongs(slots[slot]!)) put(copy, slots[slot]!, rowPlusOne);
      }
    }
    return copy;
  }

  /** Puts a segment, or two halves, in the place of all with a hash's first bits: as many as it has. */
  #replace(hash: number, by: readonly Segment[]): void {
    const depth = by[0]!.depth - (by.length - 1);
    const span = 1 << (this.#bits - depth);
    const first = this.#bits === 0 ? 0 : (hash >>> (32 - this.#bits)) & ~(span - 1);
    for (let at = 0; at < span; at++) {
      const segment = by[Math.floor((at * by.length) / span)]!;
      this.#directory[first + at] = segment;
      this.#slots[first + at] = segment.slots;
    }
  }
}

function slotsOf(directory: readonly Segment[]): Int32Array[] {
  return directory.map(({ slots }) => slots);
}

function emptySegment(depth: number, words: number): Segment {
  return { depth, rows: 0, slots: new Int32Array(words) };
}

function isFull({ rows, slots }: Segment): boolean {
  return (rows + 1) * 10 * slotWords > slots.length * fullTenths;
}

function put(segment: Segment, hash: number, rowPlusOne: number): void {
  const { slots } = segment;
  const mask = slots.length - 1;
  let slot = (hash << 1) & mask;
  while (slots[slot + 1]! !== 0) slot = (slot + slotWords) & mask;
  slots[slot] = hash;
  slots[slot + 1] = rowPlusOne;
  segment.rows++;
}
