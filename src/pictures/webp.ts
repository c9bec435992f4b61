/** The structure of a WebP (RFC 9649): chunks in a RIFF file. What follows that is not looked at. */
import type { Found } from './unfit.ts';

const headerBytes = 12;
const animationFlag = 0x02;

interface Chunk {
  name: string;
  /** Its content. */
  data: Buffer;
}

/** Every chunk; or why they cannot be read. */
export function chunksOf(file: Buffer): Chunk[] | 'cut' | 'broken' {
  if (file.length < headerBytes) return 'cut';
  const end = 8 + file.readUInt32LE(4);
  if (end > file.length) return 'cut';
  const chunks: Chunk[] = [];
  for (let at = headerBytes; at < end; ) {
    if (at + 8 > end) return 'broken';
    const length = file.readUInt32LE(at + 4);
    if (at + 8 + length > end) return 'broken';
    const data = file.subarray(at + 8, at + 8 + length);
    chunks.push({ name: file.toString('latin1', at, at + 4), data });
    at += 8 + length + (length % 2);
  }
  return chunks;
}

export function readWebp(file: Buffer): Found {
  const chunks = chunksOf(file);
  if (typeof chunks === 'string') return chunks;
  const [first] = chunks;
  if (first === undefined) return 'broken';
  const { name, data } = first;
  const isAnimated = name === 'VP8X' && ((data[0] ?? 0) & animationFlag) !== 0;
  if (isAnimated || chunks.some((chunk) => /^AN(IM|MF)$/.test(chunk.name))) return 'animated';
  if (name === 'VP8X' && data.length >= 10) {
    return { width: 1 + data.readUIntLE(4, 3), height: 1 + data.readUIntLE(7, 3) };
  }
  if (name === 'VP8 ' && data.length >= 10) {
    // Two bits of each are for scaling.
    return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
  }
  if (name === 'VP8L' && data.length >= 5) {
    const bits = data.readUInt32LE(1);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  return 'broken';
}
