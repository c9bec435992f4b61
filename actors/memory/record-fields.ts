/** The fields of a mailbox record, one after the other behind kind, request and item. */
import { hashDigits, recordWords } from '../limits.ts';

/** Stands for a field that a command does not have. */
export const absent = -1;

/** Writes a record. */
export class Writer {
  #at: number;

  constructor(
    private readonly words: Float64Array,
    private readonly offset: number,
  ) {
    this.#at = offset + 3;
  }

  numbers(...values: readonly number[]): void {
    for (const value of values) this.words[this.#at++] = value;
  }

  text(text = ''): void {
    const bytes = Buffer.from(text, 'utf8');
    this.numbers(bytes.length);
    this.#bytes(bytes);
  }

  /** A hash of `hashDigits` hex digits, or none. */
  digits(digits: string | undefined): void {
    this.#bytes(Buffer.from(digits ?? '0'.repeat(hashDigits), 'hex'));
  }

  #bytes(bytes: Uint8Array): void {
    const wordsNeeded = Math.ceil(bytes.length / 8);
    if (this.#at + wordsNeeded > this.offset + recordWords) throw new Error('a text is too long');
    bytesAt(this.words, this.#at, bytes.length).set(bytes);
    this.#at += wordsNeeded;
  }
}

/** Reads what `Writer` wrote; a field that was absent becomes an object without it. */
export class Reader {
  #at: number;

  constructor(
    private readonly words: Float64Array,
    offset: number,
  ) {
    this.#at = offset + 3;
  }

  number(): number {
    return this.words[this.#at++]!;
  }

  some<const Name extends string>(name: Name): { [N in Name]?: number } {
    const value = this.number();
    return value === absent ? {} : ({ [name]: value } as { [N in Name]: number }); // The one key.
  }

  flag<const Name extends string>(name: Name): { [N in Name]?: boolean } {
    const value = this.number();
    return value === absent ? {} : ({ [name]: value === 1 } as { [N in Name]: boolean }); // As above.
  }

  text<const Name extends string>(name: Name): { [N in Name]?: string } {
    const length = this.number();
    if (length === 0) return {};
    const text = this.#bytes(length).toString('utf8');
    return { [name]: text } as { [N in Name]: string }; // As above.
  }

  digits<const Name extends string>(name: Name): { [N in Name]?: string } {
    const digits = this.#bytes(hashDigits / 2).toString('hex');
    if (/^0+$/.test(digits)) return {};
    return { [name]: digits } as { [N in Name]: string }; // As above.
  }

  #bytes(length: number): Buffer {
    const bytes = Buffer.from(bytesAt(this.words, this.#at, length));
    this.#at += Math.ceil(length / 8);
    return bytes;
  }
}

function bytesAt(words: Float64Array, at: number, length: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset + at * 8, length);
}
