/** Many short texts of Latin characters, without an object for each, which would take several times as much. */

/** A text never spans two blocks. The first block grows up to this. */
const blockBytes = 2 ** 20;
const firstBytes = 2 ** 10;
/** Texts begin at multiples of this, so that a place of 31 bits reaches 8 GiB far. */
const alignment = 4;
/** A text's length stands before it, in one byte. */
const lengthMax = 255;

export class Texts {
  readonly #blocks: Buffer[] = [];
  /** Bytes of the last block that are taken. */
  #taken = 0;

  /** Returns the text's place, from 0. */
  add(text: string): number {
    if (text.length > lengthMax) throw new Error(`a text of ${text.length} characters is too long`);
    const bytes = 1 + text.length;
    const block = this.#blockFor(bytes);
    const start = this.#taken;
    block[start] = text.length;
    block.write(text, start + 1, 'latin1');
    this.#taken = Math.ceil((start + bytes) / alignment) * alignment;
    return ((this.#blocks.length - 1) * blockBytes + start) / alignment;
  }

  /** @param place - what `add` has returned */
  at(place: number): string {
    const block = this.#blocks[Math.floor((place * alignment) / blockBytes)]!;
    const start = (place * alignment) % blockBytes;
    return block.toString('latin1', start + 1, start + 1 + block[start]!);
  }

  /** A block with room for so many bytes more. */
  #blockFor(bytes: number): Buffer {
    const last = this.#blocks.at(-1);
    if (last !== undefined && this.#taken + bytes <= last.length) return last;
    if (this.#blocks.length === 1 && last!.length < blockBytes) {
      const wider = Buffer.alloc(last!.length * 2);
      wider.set(last!);
      this.#blocks[0] = wider;
      return wider;
    }
    const block = Buffer.alloc(last === undefined ? firstBytes : blockBytes);
    this.#blocks.push(block);
    this.#taken = 0;
    return block;
  }
}
