/**
 * A snapshot's bytes: a partition's state after an entry.
 *
 * - The header, `headerBytes` long: one line of JSON, filled up with spaces before its line feed. It says what
 *   this is the state of, how many bytes follow, and their CRC-32 and SHA-256.
 * - The items, by their ids. Of each: as 32-bit words, how long its JSON is, how many pieces of memory there are,
 *   and how long each is; the JSON (`StoredItem`); and the memory. All of these begin at multiples of 8 bytes, so
 *   that columns can be used where they lie.
 *
 * Numbers in memory are little-endian, as on all machines that Bun runs on. Equal states at the same entry have
 * equal bytes after the header: an audit compares their SHA-256 with that of the state it comes to itself.
 *
 * An engine reads snapshots of its own `snapshotVersion`, and passes over all others: one is worth no more than the
 * time of reading the journal from its start.
 */
import * as v from 'valibot';
import type { Item } from '../item/item.ts';
import { restoreItem, type StoredItem, storeItem } from '../item/stored-item.ts';
import { Chain } from '../journal/codec.ts';
import type { Recovered } from '../partition/recovered.ts';

/** To be raised with every change of what is stored of a state, or of what an event makes of it (`snapshot-samples.test.ts`). */
export const snapshotVersion = 2;

/** A multiple of a page: what follows can be mapped. */
export const headerBytes = 4_096;

const format = 'stampede snapshot';
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const headerSchema = v.object({
  format: v.literal(format),
  version: v.literal(snapshotVersion),
  partition: count,
  /** The entry that it is the state after, and its hash. */
  seq: count,
  hash,
  /** The time of that entry, and the partition's time. */
  entryAt: count,
  at: count,
  /** Who wrote that entry. */
  writer: v.string(),
  /** Of some entries up to that one, when they were made: ever fewer the older they are. */
  times: v.array(v.tuple([count, count])),
  items: count,
  /** After the header. */
  bytes: count,
  crc32: count,
  sha256: hash,
});

export type SnapshotHeader = Readonly<v.InferOutput<typeof headerSchema>>;

/** What a digest is made of, as the bytes go by. */
export interface BodyDigest {
  bytes: number;
  crc32: number;
  sha256: string;
}

/** Why a snapshot cannot be used, in words. */
export class SnapshotUnfit extends Error {
  override readonly name = 'SnapshotUnfit';
}

/** Another engine has removed it since it was listed. */
export class SnapshotGone extends SnapshotUnfit {
  constructor() {
    super('it is gone');
  }
}

export function encodeHeader(
  { chain, at, writer, times, items }: Readonly<Recovered>,
  body: BodyDigest,
): Uint8Array {
  const { partition, sequence: seq, hash, at: entryAt } = chain;
  const state = { partition, seq, hash, entryAt, at, writer, items: items.size };
  const known = times.map(([sequence, madeAt]) => [sequence, madeAt] as [number, number]);
  const fields: SnapshotHeader = {
    ...{ format, version: snapshotVersion, ...state, times: known },
    ...body,
  };
  const text = JSON.stringify(fields);
  const line = JSON.stringify({ ...fields, headerCrc32: Bun.hash.crc32(text) });
  const bytes = Buffer.alloc(headerBytes, ' ');
  if (bytes.write(line) >= headerBytes) throw new Error('the header has no room');
  bytes.write('\n', headerBytes - 1);
  return bytes;
}

/** @throws SnapshotUnfit */
export function decodeHeader(bytes: Uint8Array): SnapshotHeader {
  let found: { version?: unknown; headerCrc32?: unknown };
  try {
    const whole: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof whole !== 'object' || whole === null) throw new Error('not an object');
    found = whole;
  } catch {
    throw new SnapshotUnfit('it is damaged: it does not begin with a header');
  }
  const { headerCrc32, ...fields } = found;
  if (headerCrc32 !== Bun.hash.crc32(JSON.stringify(fields))) {
    throw new SnapshotUnfit('it is damaged: its header does not match its checksum');
  }
  const { version } = fields;
  if (typeof version === 'number' && version !== snapshotVersion) {
    throw new SnapshotUnfit(`it has version ${version}, this engine reads ${snapshotVersion}`);
  }
  const header = v.safeParse(headerSchema, fields);
  if (!header.success) throw new SnapshotUnfit('it is no snapshot of a partition');
  return header.output;
}

const wordBytes = Uint32Array.BYTES_PER_ELEMENT;
const alignment = 8;
const padding = new Uint8Array(alignment);
const padded = (bytes: number) => Math.ceil(bytes / alignment) * alignment;

/** What follows the header, in pieces, which are parts of the state: they are to be used before it changes. */
export function* encodeItems(items: ReadonlyMap<number, Item>): Generator<Uint8Array> {
  const ids = [...items.keys()].sort((one, other) => one - other);
  for (const id of ids) {
    const { stored, memories } = storeItem(items.get(id)!); // It is one of its keys.
    const json = Buffer.from(JSON.stringify(stored), 'utf8');
    const words = [json.length, memories.length, ...memories.map(({ byteLength }) => byteLength)];
    const head = new Uint8Array(Uint32Array.from(words).buffer);
    for (const piece of [head, json, ...memories]) {
      yield piece;
      const rest = padded(piece.byteLength) - piece.byteLength;
      if (rest > 0) yield padding.subarray(0, rest);
    }
  }
}

/** The digest of a state, as a snapshot of it would have. */
export function digestOf(items: ReadonlyMap<number, Item>): BodyDigest {
  const digest = new Digest();
  for (const piece of encodeItems(items)) digest.add(piece);
  return digest.end();
}

export class Digest {
  readonly #sha256 = new Bun.CryptoHasher('sha256');
  #bytes = 0;
  #crc32 = 0;

  add(piece: Uint8Array): void {
    this.#bytes += piece.byteLength;
    this.#crc32 = Bun.hash.crc32(piece, this.#crc32);
    this.#sha256.update(piece);
  }

  end(): BodyDigest {
    return { bytes: this.#bytes, crc32: this.#crc32, sha256: this.#sha256.digest('hex') };
  }
}

/**
 * The state of a snapshot, which goes on in this memory: it is to be nobody else's, and to begin at a multiple of 8
 * bytes. Whoever calls has compared it with the header's checksum.
 */
export function decodeState(header: SnapshotHeader, body: Uint8Array): Recovered {
  const { partition, seq, entryAt, at, writer, times } = header;
  const chain = new Chain(partition);
  chain.advance(seq, header.hash, entryAt);
  const items = new Map<number, Item>();
  let offset = 0;
  const take = (bytes: number) => {
    const piece = body.subarray(offset, offset + bytes);
    offset += padded(bytes);
    return piece;
  };
  const decoder = new TextDecoder();
  while (offset < body.byteLength) {
    const start = new Uint32Array(body.buffer, body.byteOffset + offset, 2);
    const [jsonBytes = 0, memories = 0] = start;
    const head = take((2 + memories) * wordBytes);
    const words = new Uint32Array(head.buffer, head.byteOffset, 2 + memories);
    // It was compared with its checksum: an engine of this version has written it.
    const stored = JSON.parse(decoder.decode(take(jsonBytes))) as StoredItem;
    const pieces = Array.from(words.subarray(2), (bytes) => take(bytes));
    items.set(stored.id, restoreItem(stored, pieces));
  }
  return { items, chain, at, writer, events: 0, from: seq, times };
}
