/**
 * Has reports made beside the engine: a process of the same program, at a low priority, which inherits the
 * environment and with it the settings. It says in files how it goes, so that every HTTP thread knows, also those of
 * an engine that was started again meanwhile.
 */
import type { Clock } from '../../actors/clock.ts';
import { inExecutable, ownPath } from '../own-files.ts';
import { type Failed, type Made, type Making, ReportFiles } from './report-files.ts';

/** How long whoever asks for a report waits to hear that it has begun. */
const beginMs = 10_000;
const lookMs = 50;

/** The exit code of the command where another report is being made. */
export const busyCode = 3;

export interface ReportState {
  /** Of any item: one is made at a time. */
  making: Making | null;
  made: Made | null;
  failed: Failed | null;
}

export type Begun = { busy: boolean; why: null } | { busy: false; why: string };

export class Reporter {
  readonly #files: ReportFiles;
  #child: Bun.Subprocess<'ignore', 'ignore', 'pipe'> | null = null;

  constructor(
    dataDir: string,
    private readonly clock: Clock,
    private readonly logError: (message: string, details: Record<string, unknown>) => void,
  ) {
    this.#files = new ReportFiles(dataDir);
  }

  stateOf(item: number): ReportState {
    const making = this.#files.making(this.clock());
    return { making, made: this.#files.made(item), failed: this.#files.failed(item) };
  }

  /** Begins, unless a report is being made: `busy` where it is another item's. `why` it could not begin. */
  async begin(item: number): Promise<Begun> {
    const making = this.#files.making(this.clock());
    if (making !== null) return { busy: making.item !== item, why: null };
    const program = inExecutable ? [process.execPath] : [process.execPath, ownPath('src/main.ts')];
    const child = Bun.spawn([...program, 'report', '--item', String(item)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    const told = this.#endOf(child);
    for (const end = performance.now() + beginMs; performance.now() < end; ) {
      if (child.exitCode !== null) {
        if (child.exitCode === busyCode) return { busy: true, why: null };
        const why = await told;
        return why === null ? { busy: false, why: null } : { busy: false, why };
      }
      if (this.#files.making(this.clock())?.pid === child.pid) break;
      await Bun.sleep(lookMs);
    }
    return { busy: false, why: null };
  }

  /** The report of an item; null where there is none. */
  document(item: number): Blob | null {
    return this.#files.made(item) === null ? null : Bun.file(this.#files.document(item));
  }

  /** Ends what is being made: the engine is about to go. */
  close(): void {
    this.#child?.kill();
  }

  /** Resolves when a process has ended, with what it said where it failed. */
  async #endOf(child: Bun.Subprocess<'ignore', 'ignore', 'pipe'>): Promise<string | null> {
    const said = (await new Response(child.stderr).text()).trim();
    const exitCode = await child.exited;
    if (this.#child === child) this.#child = null;
    if (exitCode === 0 || exitCode === busyCode || child.signalCode !== null) return null;
    this.logError('report failed', { exitCode, said });
    return said;
  }
}
