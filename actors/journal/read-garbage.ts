/** Keeps what reading a journal leaves behind from growing until the runtime collects it: the process keeps that size. */

/** Bytes to read, of all partitions of a thread, before their garbage is collected: that takes some milliseconds. */
const bytesMax = 8 * 2 ** 20;

let bytesRead = 0;

/** Counts an entry that was read and is needed no more. */
export function noteGarbage(bytes: number): void {
  bytesRead += bytes;
  if (bytesRead < bytesMax) return;
  bytesRead = 0;
  Bun.gc(true);
}
