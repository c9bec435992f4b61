/** The first line of a log file: what the file is. */
import { JournalMisconfigured } from '../journal.ts';
import { lineEnd } from './line.ts';
import { readAt } from './scan.ts';

/** What the journal goes on from: that of a release before 0.6.0. */
export interface Before {
  /** Its name, in the folder in which the journal's own folder is. */
  file: string;
  /** By partition, its last entry. */
  last: readonly number[];
}

export interface LogHeader {
  stampede: 'journal';
  v: 1;
  /** The same in all files of a journal. */
  id: string;
  partitions: number;
  /** Null where the journal begins here. */
  before: Before | null;
}

/** A header names the last entries of up to 64 partitions. */
const headerBytesMax = 4_096;

/** @throws JournalMisconfigured where the file is no journal's, or of a later release. */
export function readHeader(path: string, file: number): { header: LogHeader; end: number } {
  const bytes = readAt(file, 0, headerBytesMax);
  const end = bytes.indexOf(lineEnd);
  const header = end < 0 ? null : parsed(bytes.subarray(0, end).toString());
  if (header === null) throw new JournalMisconfigured(`not a journal, or damaged: ${path}`);
  if (header.v !== 1)
    throw new JournalMisconfigured(`${path} has version ${header.v}, this engine reads 1`);
  return { header, end: end + 1 };
}

export function headerText(header: LogHeader): string {
  return `${JSON.stringify(header)}\n`;
}

function parsed(text: string): LogHeader | null {
  try {
    const header = JSON.parse(text) as LogHeader | null; // Its own word says what it is.
    return header?.stampede === 'journal' ? header : null;
  } catch {
    return null;
  }
}
