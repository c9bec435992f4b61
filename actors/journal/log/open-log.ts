/** Opens the embedded journal, and makes what is missing of it. */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type FileIdentity, fileIdentity, KeptFile } from '../../kept-file.ts';
import { partitionsMax } from '../../limits.ts';
import { makePrivate, makePrivateFolder } from '../../private-files.ts';
import { sync } from '../../sync.ts';
import { JournalMisconfigured, JournalUnavailable } from '../journal.ts';
import { JournalFiles } from '../journal-files.ts';
import type { JournalWithSnapshots, OpenOptions } from '../opening.ts';
import { mustHaveNoLater } from '../segments.ts';
import { SqliteJournal } from '../sqlite.ts';
import { carryOver, mustBeCarriedOver } from './carry-over.ts';
import { LogFolder } from './log-folder.ts';
import { headerText, type LogHeader, readHeader } from './log-header.ts';
import { LogJournal } from './log-journal.ts';
import { type LogName, logName, logNames } from './log-names.ts';
import { bytesOf } from './log-writer.ts';
import { makeFile } from './next-file.ts';

export interface LogSettings {
  kind: 'log';
  folder: string;
  /** Where a release before 0.6.0 kept its journal: this one goes on from there. */
  before: string;
  /** How many threads write; each has a stream of its own. */
  streams: number;
  /** Opens these very files, and those that were made after them, and makes none. */
  made?: Readonly<Record<string, FileIdentity>>;
}

/**
 * Opens the journal; a writer makes a missing one.
 * @throws JournalMisconfigured when the files are another journal's, or none's, or when one is missing.
 * @throws JournalUnavailable when it cannot be opened.
 */
export function openLog(
  settings: LogSettings,
  partitions: number,
  { readonly = false, report = () => undefined }: OpenOptions = {},
): JournalWithSnapshots {
  if (!(partitions >= 1 && partitions <= partitionsMax))
    throw new JournalMisconfigured(
      `a journal has 1 to ${partitionsMax} partitions, not ${partitions}`,
    );
  try {
    if (!readonly) make(settings, partitions);
    else if (!hasFiles(settings.folder)) return new SqliteJournal(settings.before, partitions);
    return opened(settings, partitions, readonly, report);
  } catch (cause) {
    if (cause instanceof JournalMisconfigured || cause instanceof JournalUnavailable) throw cause;
    throw new JournalUnavailable(`the journal cannot be opened: ${settings.folder}: ${cause}`, {
      cause,
    });
  }
}

/** The identities of the files that exist now, by path. */
export function madeLog(folder: string): Record<string, FileIdentity> {
  return Object.fromEntries(logNames(folder).map(({ path }) => [path, fileIdentity(path)]));
}

function opened(
  { folder, before, streams, made }: LogSettings,
  partitions: number,
  readonly: boolean,
  report: (state: string) => void,
): LogJournal {
  const watch = readonly ? null : new JournalFiles(report);
  let files: LogFolder | null = null;
  try {
    files = new LogFolder(folder, {
      mayWrite: !readonly,
      opened({ path }: LogName) {
        const identity = made?.[path];
        if (identity !== undefined) mustBe(path, identity);
        watch?.keep(KeptFile.at(path, { grows: true }));
      },
    });
    for (const [path, identity] of Object.entries(made ?? {})) mustBe(path, identity);
    const header = files.header!;
    if (header.partitions !== partitions) {
      throw new JournalMisconfigured(
        `${folder} was made with ${header.partitions} partitions and cannot be opened with ${partitions}`,
      );
    }
    const first = header.before === null ? null : new SqliteJournal(before, partitions);
    return new LogJournal({
      folder: files,
      streams: readonly ? null : streams,
      before: first,
      watch,
    });
  } catch (error) {
    watch?.stop();
    files?.close();
    throw error;
  }
}

/** Makes the files that are missing: of a new journal, or of threads that are more than there were. */
function make({ folder, before, streams, made }: LogSettings, partitions: number): void {
  if (made !== undefined) return;
  makePrivateFolder(folder);
  for (const file of readdirSync(folder)) {
    if (file.endsWith('.new')) rmSync(join(folder, file), { force: true });
  }
  const names = logNames(folder);
  for (const { path } of names) makePrivate(path);
  let header = names.length === 0 ? null : headerOf(names[0]!);
  if (header?.before != null) mustBeCarriedOver(before, header, folder);
  const isNew = header === null;
  header ??= { stampede: 'journal', v: 1, id: randomUUID(), partitions, before: null };
  const makeStreams = (as: LogHeader) => {
    for (let stream = 0; stream < streams; stream++) {
      if (names.some((name) => name.stream === stream)) continue;
      makeFile(logName(folder, stream, 1).path, headerText(as), bytesOf(1));
    }
    sync(folder);
  };
  if (isNew && existsSync(before)) carryOver(before, folder, header, makeStreams);
  else {
    if (isNew) mustHaveNoLater(before);
    makeStreams(header);
  }
}

/** @throws JournalUnavailable where the path leads to another file, or to none. */
function mustBe(path: string, made: FileIdentity): void {
  const trouble = new KeptFile(path, made, false).trouble();
  if (trouble !== null) throw new JournalUnavailable(`the journal cannot be opened: ${trouble}`);
}

function headerOf({ path }: LogName): LogHeader {
  const file = openSync(path, 'r');
  try {
    return readHeader(path, file).header;
  } finally {
    closeSync(file);
  }
}

function hasFiles(folder: string): boolean {
  return existsSync(folder) && logNames(folder).length > 0;
}
