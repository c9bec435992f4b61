/**
 * What the files of a log are called: `<stream>-<number>.jsonl`, numbers from 1. A stream is what one actor thread
 * writes, one file after the other.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface LogName {
  path: string;
  stream: number;
  number: number;
}

const pattern = /^(0|[1-9]\d*)-([1-9]\d*)\.jsonl$/;

export function logName(folder: string, stream: number, number: number): LogName {
  return { path: join(folder, `${stream}-${number}.jsonl`), stream, number };
}

/** The names of all files of a log that exist, by stream, then by number. */
export function logNames(folder: string): LogName[] {
  const found: LogName[] = [];
  for (const file of readdirSync(folder)) {
    const match = pattern.exec(file);
    if (match !== null) found.push(logName(folder, Number(match[1]), Number(match[2])));
  }
  return found.sort((a, b) => a.stream - b.stream || a.number - b.number);
}
