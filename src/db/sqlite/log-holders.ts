/** Who keeps a SQLite log from being emptied, for operators: Linux shows the locks that processes have on a file. */
import { readFileSync, statSync } from 'node:fs';

const locks = '/proc/locks';

/** The bytes of the shared memory that SQLite locks for readers of a log ("WAL-Index Locks" in its file format). */
const readerBytes = { first: 123, last: 127 };

const sharedLock = /POSIX +ADVISORY +READ +(\d+) [\da-f]+:[\da-f]+:(\d+) (\d+) /;

/** Names the other processes that read a database within a transaction now; `a process` where that is not known. */
export function logHolders(database: string): string {
  const inode = statSync(`${database}-shm`, { throwIfNoEntry: false })?.ino;
  const found = new Set<number>();
  for (const line of (read(locks) ?? '').split('\n')) {
    const [, pid, file, byte] = (sharedLock.exec(line) ?? []).map(Number);
    if (file !== inode || pid === undefined || byte === undefined || pid === process.pid) continue;
    if (byte >= readerBytes.first && byte <= readerBytes.last) found.add(pid);
  }
  return found.size === 0 ? 'a process' : [...found].map(named).join(' and ');
}

function named(pid: number): string {
  const command = read(`/proc/${pid}/comm`);
  return command === null ? `process ${pid}` : `process ${pid} (${command.trim()})`;
}

/** Null where there is no such file, or not any more, or for others. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
