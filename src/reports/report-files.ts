/**
 * The reports in a data folder: of each item at most one, with what came of the last try. Whoever makes one says how
 * far it is in `making.json`. Small files are written whole or not at all.
 */
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { makePrivate, makePrivateFolder } from '../../actors/private-files.ts';

/** Beyond these, the oldest go. */
const reportsMax = 20;
/** Who makes a report says so every second; one that is silent for so long is gone. */
const silentMs = 60_000;

/** Why a try has failed that never came to its end: noted as it begins. */
export const interrupted = 'interrupted';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const makingSchema = v.object({
  item: count,
  pid: count,
  startedAt: count,
  /** Entries of the journal: read so far, and in all; 0 before that is known. */
  read: count,
  expected: count,
});
export type Making = v.InferOutput<typeof makingSchema>;

const madeSchema = v.object({
  /** When the replay was made, and how long it took. */
  at: count,
  ms: v.number(),
  holds: v.boolean(),
  differences: count,
  entries: count,
  orders: count,
  /** Users who placed an order; by promo. */
  buyers: v.array(v.tuple([count, count])),
  /** Refusals for stock, and how many of them came while the units asked for were left. */
  refused: count,
  refusedWhileLeft: count,
});
export type Made = v.InferOutput<typeof madeSchema>;

const failedSchema = v.object({ at: count, why: v.string() });
export type Failed = v.InferOutput<typeof failedSchema>;

export class ReportFiles {
  readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'reports');
  }

  /** Makes the folder. @throws where that cannot be */
  make(): void {
    makePrivateFolder(this.folder);
  }

  get lock(): string {
    return join(this.folder, 'making.lock');
  }

  document(item: number): string {
    return join(this.folder, `item-${item}.html`);
  }

  /** The report that is being made; null where none is. */
  making(now: number): Making | null {
    const making = this.#read('making.json', makingSchema);
    if (making === null || !isAlive(making.pid)) return null;
    const told = statSync(this.#path('making.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return now - told < silentMs ? making : null;
  }

  tell(making: Making): void {
    this.#write('making.json', making);
  }

  /** What is known of an item's report; null where there is none. */
  made(item: number): Made | null {
    return existsSync(this.document(item)) ? this.#read(`item-${item}.json`, madeSchema) : null;
  }

  /** Why the last try came to nothing; null where it came to something, or there was none. */
  failed(item: number): Failed | null {
    return this.#read(`item-${item}.failed.json`, failedSchema);
  }

  /** Notes that a try begins: until it ends, it has failed. */
  begin(item: number, failed: Failed): void {
    this.#write(`item-${item}.failed.json`, failed);
  }

  /** Puts a document, and what is known of it, in the place of the item's last one. */
  finish(item: number, document: string, made: Made): void {
    makePrivate(document);
    renameSync(document, this.document(item));
    this.#write(`item-${item}.json`, made);
    rmSync(this.#path(`item-${item}.failed.json`), { force: true });
    this.#dropOldest();
  }

  end(): void {
    rmSync(this.#path('making.json'), { force: true });
  }

  #dropOldest(): void {
    const names = readdirSync(this.folder).filter((name) => name.endsWith('.html'));
    const aged = names.map((name) => ({ name, at: statSync(this.#path(name)).mtimeMs }));
    for (const { name } of aged.sort((a, b) => b.at - a.at).slice(reportsMax)) {
      const base = name.replace(/\.html$/, '');
      for (const file of [name, `${base}.json`, `${base}.failed.json`])
        rmSync(this.#path(file), { force: true });
    }
  }

  #path(name: string): string {
    return join(this.folder, name);
  }

  #write(name: string, value: unknown): void {
    const path = this.#path(name);
    writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** Null where there is no such file, or it is none of ours. */
  #read<T>(name: string, schema: v.GenericSchema<unknown, T>): T | null {
    const path = this.#path(name);
    if (!existsSync(path)) return null;
    try {
      const parsed = v.safeParse(schema, JSON.parse(readFileSync(path, 'utf8')));
      return parsed.success ? parsed.output : null;
    } catch (error) {
      // Another process removed it just now, or somebody wrote into it.
      if (error instanceof SyntaxError || isMissing(error)) return null;
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
