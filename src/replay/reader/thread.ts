/**
 * The reader thread of an audit: it reads the journal ahead of the audit and hashes its entries, which is a quarter of
 * all there is to do. `messages.ts` has what it hears and says.
 */
import { entryHash } from '../../../actors/journal/codec.ts';
import type { OpenedJournal } from '../../../actors/journal/journal.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import { noteGarbage } from '../../../actors/journal/read-garbage.ts';
import {
  type FromReader,
  faultOf,
  type Page,
  pageBytes,
  pagesMax,
  type ToReader,
} from './messages.ts';

declare const self: Worker;

let opened: Promise<OpenedJournal> | null = null;
/** The reading that is wanted; 0 for none. */
let wanted = 0;

/** Memory that the audit has given back, and how many pages may be made beside it. */
const free: ArrayBuffer[] = [];
let unmade = pagesMax;
/** Called when there is one more, or `wanted` has changed. */
let wake: () => void = () => undefined;

/** A run of the partition's entries, page by page. */
class Reading {
  #page: Page | null = null;
  #filled = 0;

  constructor(
    private readonly number: number,
    private next: number,
    private readonly answeredBy: () => string,
  ) {}

  /** False where nobody wants it any more. */
  async take(bytes: Uint8Array): Promise<boolean> {
    if (this.#page !== null && this.#filled + bytes.length > this.#page.memory.byteLength) {
      this.send();
    }
    if (this.#page === null && !(await this.#begin(bytes.length))) return false;
    const { memory, ends, hashes } = this.#page!; // It has just begun, if there was none.
    new Uint8Array(memory).set(bytes, this.#filled);
    this.#filled += bytes.length;
    ends.push(this.#filled);
    hashes.push(entryHash(bytes));
    this.next++;
    return this.number === wanted;
  }

  send(): void {
    if (this.#page === null) return;
    this.#page.answeredBy = this.answeredBy();
    tell(this.#page, [this.#page.memory]);
    this.#page = null;
  }

  /** Begins a page as soon as there may be one more. */
  async #begin(bytes: number): Promise<boolean> {
    while (free.length === 0 && unmade === 0 && this.number === wanted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
    if (this.number !== wanted) return false;
    const known = free.pop();
    if (known === undefined) unmade--;
    const isFit = known !== undefined && known.byteLength >= bytes;
    const memory = isFit ? known : new ArrayBuffer(Math.max(bytes, pageBytes));
    const { number: reading, next: first } = this;
    this.#page = { type: 'page', reading, first, ends: [], hashes: [], memory, answeredBy: '' };
    this.#filled = 0;
    return true;
  }
}

async function read(number: number, partition: number, from: number): Promise<void> {
  let journal: OpenedJournal | null = null;
  const answeredBy = () => journal?.answeredBy(partition) ?? '';
  const reading = new Reading(number, from, answeredBy);
  try {
    journal = await opened!; // The audit opens it before it reads.
    for await (const { bytes } of journal.read(partition, from)) {
      if (!(await reading.take(bytes))) break;
      noteGarbage(bytes.byteLength);
    }
    reading.send();
    tell({ type: 'end', reading: number, answeredBy: answeredBy() });
  } catch (error) {
    reading.send();
    tell({ type: 'failed', reading: number, fault: faultOf(error), answeredBy: answeredBy() });
  }
}

function tell(message: FromReader, memories: ArrayBuffer[] = []): void {
  self.postMessage(message, memories);
}

self.onmessage = ({ data }: MessageEvent<ToReader>) => {
  switch (data.type) {
    case 'open':
      opened = openJournal(data.journal, data.partitions, {
        readonly: true,
        patienceMs: data.patienceMs,
      });
      // Whoever reads hears of it.
      opened.catch(() => undefined);
      break;
    case 'read':
      wanted = data.reading;
      void read(data.reading, data.partition, data.from);
      break;
    case 'leave':
      if (wanted === data.reading) wanted = 0;
      break;
    case 'taken':
      if (data.memory.byteLength === pageBytes) free.push(data.memory);
      else unmade++;
      break;
  }
  wake();
};
