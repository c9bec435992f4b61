/** Lets a thread wait for the order path, which needs the cores more. */
import { existsSync, readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Lowers the priority of only the thread that calls; Linux names a thread by an id of its own. */
export function lowerPriority(niceness: number): void {
  if (!existsSync('/proc/thread-self')) return;
  const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  setPriority(thread, niceness);
}
