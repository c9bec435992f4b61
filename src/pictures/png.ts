/** The structure of a PNG (W3C): chunks, from IHDR to IEND. What follows that is not looked at. */
import type { Found } from './unfit.ts';

const signatureBytes = 8;
/** A chunk's length, its name and its checksum, which the decoder compares. */
const frameBytes = 12;
const headerBytes = 13;

export function readPng(file: Buffer): Found {
  let size: Exclude<Found, string> | null = null;
  let hasData = false;
  for (let at = signatureBytes; ; ) {
    if (at + frameBytes > file.length) return 'cut';
    const length = file.readUInt32BE(at);
    const name = file.toString('latin1', at + 4, at + 8);
    if (at + frameBytes + length > file.length) return 'cut';
    if ((name === 'IHDR') !== (size === null)) return 'broken';
    if (name === 'IHDR') {
      if (length !== headerBytes) return 'broken';
      size = { width: file.readUInt32BE(at + 8), height: file.readUInt32BE(at + 12) };
    }
    if (name === 'acTL') return 'animated';
    hasData ||= name === 'IDAT';
    if (name === 'IEND') return hasData && size !== null ? size : 'broken';
    at += frameBytes + length;
  }
}
