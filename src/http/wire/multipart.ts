/**
 * Forms with files (RFC 7578), read as they come: the runtime's own reader would hold the thread up for all of a
 * form at once, and keep files that are larger than may be.
 */
import type { Values } from './form.ts';

export interface SentFile {
  /** As its sender called it. */
  name: string;
  /** Null where it is larger than may be. */
  bytes: Uint8Array | null;
}

export interface SentForm {
  values: Values;
  files: SentFile[];
}

/** The longest heads of a part, and of all texts together. */
const headBytesMax = 8 * 1024;
const textBytesMax = 64 * 1024;

/** What parts are separated by; null for a form of another kind. */
export function boundaryOf(contentType: string | null): string | null {
  const match = /^multipart\/form-data\s*;.*\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType ?? '',
  );
  return match?.[1] ?? match?.[2] ?? null;
}

/**
 * Reads a form whose length is bounded elsewhere. A part that is cut off, and what follows one that cannot be read,
 * is left out.
 */
export async function readMultipart(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
  fileBytesMax: number,
): Promise<SentForm> {
  const parts = new Parts(boundary, fileBytesMax);
  // The rest is read as well: a sender who is still sending would not hear an answer.
  for await (const chunk of body) parts.take(chunk);
  return parts.form;
}

/** What is known of the part that is being read. */
interface Part {
  name: string;
  /** Null for a text. */
  file: string | null;
  chunks: Buffer[];
  bytes: number;
}

/** Before the first part and between two: `part` is null. After the last, or what cannot be read: `isOver`. */
class Parts {
  readonly form: SentForm = { values: {}, files: [] };
  readonly #delimiter: Buffer;
  readonly #fileBytesMax: number;
  /** The first delimiter has no line before it, which all others have. */
  #rest: Buffer = Buffer.from('\r\n');
  #part: Part | null = null;
  #isBegun = false;
  #isOver = false;
  #textBytes = 0;

  constructor(boundary: string, fileBytesMax: number) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    this.#fileBytesMax = fileBytesMax;
  }

  take(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (
      !this.#isOver &&
      (this.#isBegun && this.#part === null ? this.#head() : this.#content())
    );
  }

  /** Reads up to the next delimiter; false where that has not come yet. */
  #content(): boolean {
    const at = this.#rest.indexOf(this.#delimiter);
    // What may be the beginning of a delimiter stays.
    const end = at === -1 ? Math.max(0, this.#rest.length - this.#delimiter.length + 1) : at;
    this.#keep(this.#rest.subarray(0, end));
    this.#rest = this.#rest.subarray(at === -1 ? end : end + this.#delimiter.length);
    if (at === -1) return false;
    this.#finish();
    this.#isBegun = true;
    return true;
  }

  /** Reads the head of a part, or that there is none any more; false where it has not come yet. */
  #head(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n');
    const isLast = this.#rest.toString('latin1', 0, 2) === '--';
    if (isLast || (end === -1 ? this.#rest.length : end) > headBytesMax) {
      this.#isOver = true;
      return false;
    }
    if (end === -1) return false;
    const head = this.#rest.toString('utf8', 0, end);
    this.#rest = this.#rest.subarray(end + 4);
    const told = /^content-disposition:[ \t]*form-data;(.*)$/im.exec(head)?.[1] ?? '';
    const name = /;?\s\bname="([^"\r\n]*)"/i.exec(told)?.[1] ?? '';
    const file = /\bfilename="([^"\r\n]*)"/i.exec(told)?.[1] ?? null;
    this.#part = { name, file: file === null ? null : unescaped(file), chunks: [], bytes: 0 };
    return true;
  }

  #keep(content: Buffer): void {
    const part = this.#part;
    if (part === null) return;
    part.bytes += content.length;
    if (part.file === null) this.#textBytes += content.length;
    const fits =
      part.file === null ? this.#textBytes <= textBytesMax : part.bytes <= this.#fileBytesMax;
    if (fits) part.chunks.push(content);
    else part.chunks = [];
  }

  #finish(): void {
    const part = this.#part;
    this.#part = null;
    if (part === null) return;
    const { name, file, chunks, bytes } = part;
    if (file === null) {
      if (this.#textBytes <= textBytesMax)
        this.form.values[name] = Buffer.concat(chunks).toString();
    } else if (file !== '') {
      const fits = bytes <= this.#fileBytesMax;
      this.form.files.push({ name: file, bytes: fits ? Buffer.concat(chunks) : null });
    }
  }
}

/** Browsers write quotes and line ends in names of files so. */
function unescaped(name: string): string {
  return name.replace(/%(22|0D|0A)/g, (_, hex: string) => (hex === '22' ? '"' : ' '));
}
