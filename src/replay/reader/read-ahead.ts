/** A journal that another thread reads ahead: of two processors one reads and hashes, and the other audits. */
import type { Sequence } from '../../../actors/events.ts';
import type { Journal, StoredEntry } from '../../../actors/journal/journal.ts';
import type { JournalSettings } from '../../../actors/journal/open.ts';
import { ownScript } from '../../own-files.ts';
import { errorOf, type FromReader, type Page, type ToReader } from './messages.ts';

/** An entry, perhaps with the hash of its bytes, which are valid until the next one is asked for. */
export interface ReadEntry extends StoredEntry {
  hash?: string;
}

/** Where an audit reads a journal from its start. */
export interface EntrySource {
  read(partition: number, from: Sequence): AsyncIterable<ReadEntry>;
  answeredBy: Journal['answeredBy'];
}

export class ReadAhead implements EntrySource {
  readonly #thread = new Worker(ownScript('src/replay/reader/thread.ts'), { name: 'reader' });
  /** One partition is read at a time. */
  #reading = 0;
  readonly #heard: FromReader[] = [];
  #failure: Error | null = null;
  #wake: () => void = () => undefined;
  readonly #answeredBy = new Map<number, string>();

  constructor(journal: JournalSettings, partitions: number, patienceMs: number) {
    this.#thread.onmessage = ({ data }: MessageEvent<FromReader>) => {
      this.#heard.push(data);
      this.#wake();
    };
    this.#thread.onerror = ({ message }) => {
      this.#failure = new Error(`the thread that reads the journal has failed: ${message}`);
      this.#wake();
    };
    this.#tell({ type: 'open', journal, partitions, patienceMs });
  }

  /** @throws as `Journal.read` does */
  async *read(partition: number, from: Sequence): AsyncGenerator<ReadEntry> {
    const reading = ++this.#reading;
    this.#tell({ type: 'read', reading, partition, from });
    try {
      for (;;) {
        const message = await this.#next();
        const isWanted = message.reading === reading;
        if (isWanted) this.#answeredBy.set(partition, message.answeredBy);
        // What is left of an earlier reading is only given back.
        if (message.type === 'page') yield* this.#take(message, isWanted);
        else if (isWanted && message.type === 'failed') throw errorOf(message.fault);
        else if (isWanted) return;
      }
    } finally {
      this.#tell({ type: 'leave', reading });
    }
  }

  answeredBy(partition: number): string {
    return this.#answeredBy.get(partition) ?? '';
  }

  close(): void {
    this.#thread.terminate();
  }

  *#take({ first, ends, hashes, memory }: Page, isWanted: boolean): Generator<ReadEntry> {
    try {
      const bytes = new Uint8Array(memory);
      let start = 0;
      for (const [index, end] of isWanted ? ends.entries() : []) {
        const entry = bytes.subarray(start, end);
        yield { sequence: first + index, bytes: entry, hash: hashes[index]! };
        start = end;
      }
    } finally {
      this.#tell({ type: 'taken', memory }, [memory]);
    }
  }

  async #next(): Promise<FromReader> {
    for (;;) {
      const message = this.#heard.shift();
      if (message !== undefined) return message;
      if (this.#failure !== null) throw this.#failure;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  #tell(message: ToReader, memories: ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, memories);
  }
}
