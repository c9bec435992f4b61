/**
 * How a journal in SQLite, of a release before 0.6.0, goes on in a log: it stays as it is, and is read for what it has.
 * In this order, within one transaction on it, so that nobody else writes to it meanwhile:
 * 1. The log's files are made, durable, which say after which entries of it they begin.
 * 2. It is told that it goes on there, which also makes it refuse entries, from engines of earlier releases too.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { JournalMisconfigured } from '../journal.ts';
import { Segments } from '../segments.ts';
import type { LogHeader } from './log-header.ts';

/** @param makeFiles - makes the log's files with a header */
export function carryOver(
  path: string,
  folder: string,
  header: LogHeader,
  makeFiles: (header: LogHeader) => void,
): void {
  const segments = new Segments(path, { write: true });
  try {
    const { newest } = segments;
    if (newest.partitions !== header.partitions) {
      throw new JournalMisconfigured(
        `${path} was made with ${newest.partitions} partitions and cannot be opened with ${header.partitions}`,
      );
    }
    newest.exclusively(() => {
      if (newest.next() !== null)
        throw new JournalMisconfigured(
          `${path} goes on in ${folder}, which is missing: put it back`,
        );
      const last = Array.from({ length: newest.partitions }, (_, p) => newest.last(p));
      makeFiles({ ...header, before: { file: basename(path), last } });
      newest.continueIn({ file: basename(folder), id: header.id });
    });
  } finally {
    segments.close();
  }
}

/** A log that goes on from another journal needs it, as it was. @throws JournalMisconfigured */
export function mustBeCarriedOver(path: string, header: LogHeader, folder: string): void {
  const { before, id } = header;
  if (!existsSync(path))
    throw new JournalMisconfigured(`${folder} goes on from ${path}, which is missing: put it back`);
  const segments = new Segments(path, { write: true });
  try {
    const { newest } = segments;
    newest.exclusively(() => {
      const next = newest.next();
      const isAsItWas = before!.last.every((last, partition) => newest.last(partition) === last);
      if (!isAsItWas || (next !== null && next.id !== id)) {
        throw new JournalMisconfigured(
          `${folder} goes on from ${path}, but not as it is: one of them is an older copy, or of another journal`,
        );
      }
      // Whoever made the log may have died before it said so.
      if (next === null) newest.continueIn({ file: basename(folder), id });
    });
  } finally {
    segments.close();
  }
}
