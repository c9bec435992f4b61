/** Makes the report of an item: what the command `report` does, beside an engine. */
import { rmSync } from 'node:fs';
import type { Config } from '../config.ts';
import { lockFile } from '../file-lock.ts';
import type { Tally } from '../replay/auditor/messages.ts';
import type { Progress } from '../replay/progress.ts';
import type { Report } from '../replay/report.ts';
import { runAudit } from '../replay/run.ts';
import { interrupted, type Made, type Making, ReportFiles } from './report-files.ts';

const tellMs = 1_000;

/**
 * False where another report is being made.
 * @throws where it could not be made; that is noted beside the reports, where there is room for it.
 */
export async function makeReport(config: Config, item: number): Promise<boolean> {
  const files = new ReportFiles(config.dataDir);
  files.make();
  if (!lockFile(files.lock)) return false;
  const progress = new ToldProgress(files, item);
  const document = `${files.document(item)}.new`;
  try {
    files.begin(item, { at: Date.now(), why: interrupted });
    progress.tell();
    const startedAt = performance.now();
    // One core at most: the engine needs the others.
    const report = await runAudit(config, { item, to: null, html: document }, progress, 1);
    files.finish(item, document, madeOf(report, performance.now() - startedAt));
  } catch (error) {
    rmSync(document, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    files.begin(item, { at: Date.now(), why });
    throw error;
  } finally {
    progress.stop();
    files.end();
  }
  return true;
}

function madeOf({ holds, differences, journal, items }: Report, ms: number): Made {
  const [item] = items;
  const { entries, orders } = journal;
  const { refused = 0, refusedWhileLeft = 0, promos = [] } = item ?? {};
  const buyers = promos.map(({ promo, buyers }): [number, number] => [promo, buyers]);
  return {
    ...{ at: Date.now(), ms: Math.round(ms), holds, differences: differences.count },
    ...{ entries, orders, buyers, refused, refusedWhileLeft },
  };
}

/** Says in a file how far it is, every second: also while a replay lets no timer come. */
class ToldProgress implements Progress {
  readonly #timer: Timer;
  readonly #making: Making;
  #nextAt = 0;

  constructor(
    private readonly files: ReportFiles,
    item: number,
  ) {
    this.#making = { item, pid: process.pid, startedAt: Date.now(), read: 0, expected: 0 };
    this.#timer = setInterval(() => this.#tellOn(), tellMs);
  }

  /** @throws where it cannot be written */
  tell(): void {
    this.files.tell(this.#making);
  }

  /** A full disk shall not end what may still succeed: the report itself says when it cannot be written. */
  #tellOn(): void {
    try {
      this.tell();
    } catch (error) {
      console.error(`cannot say how far the report is: ${String(error)}`);
      this.stop();
    }
  }

  expect(entries: number): void {
    this.#making.expected = entries;
    this.#tellOn();
  }

  reading(tally: () => Tally): void {
    const now = performance.now();
    if (now < this.#nextAt) return;
    this.#nextAt = now + tellMs;
    this.#making.read = tally().entries;
    this.#tellOn();
  }

  read({ entries }: Tally): void {
    this.#making.read = entries;
    this.#tellOn();
  }

  end(): void {
    this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
