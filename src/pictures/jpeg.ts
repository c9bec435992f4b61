/** The structure of a JPEG (ITU-T T.81, annex B): segments, and scans up to the end of the image. */
import type { Found } from './unfit.ts';

const endOfImage = 0xd9;
const startOfScan = 0xda;
const temporary = 0x01;
/** Baseline, extended and progressive, all Huffman-coded: what cameras and programs write. */
const usualFrames = new Set([0xc0, 0xc1, 0xc2]);
/** Other frames: lossless, differential and arithmetic ones. Tables (C4, C8, CC) are among their codes. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;

const componentsOfPrint = 4;

/** What follows the end of the image, such as a second one by some telephones, is not looked at. */
export function readJpeg(file: Buffer): Found {
  let size: Exclude<Found, string> | null = null;
  for (let at = 2; ; ) {
    if (file[at] !== 0xff) return at < file.length ? 'broken' : 'cut';
    while (file[at] === 0xff) at++;
    const marker = file[at];
    if (marker === undefined) return 'cut';
    at++;
    if (marker === endOfImage) return size ?? 'broken';
    if (marker === temporary || isRestart(marker)) continue;
    if (at + 2 > file.length) return 'cut';
    const end = at + file.readUInt16BE(at);
    if (end < at + 2) return 'broken';
    if (end > file.length) return 'cut';
    if (isFrame(marker)) {
      if (!usualFrames.has(marker) || size !== null || end < at + 8) return 'broken';
      if (file[at + 7] === componentsOfPrint) return 'print';
      size = { height: file.readUInt16BE(at + 3), width: file.readUInt16BE(at + 5) };
    }
    at = marker === startOfScan ? endOfScan(file, end) : end;
  }
}

/** Where the next marker is that ends a scan: in one, FF before 00 is data, and restarts are part of it. */
function endOfScan(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at !== -1; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && !isRestart(next)) return at;
  }
  return file.length;
}
