/** Pictures for tests, in the forms in which merchants send them, and forms that nobody should take. */

const bmpHeaderBytes = 54;

/** A picture of stripes in a colour, as a bitmap: the runtime reads those, and makes the others of it. */
function bitmap(width: number, height: number, hue: number): Buffer {
  const rowBytes = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(bmpHeaderBytes + rowBytes * height);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(bmpHeaderBytes, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shade = 90 + Math.round((120 * x) / width) + (Math.floor((x + y) / 24) % 2) * 40;
      const at = bmpHeaderBytes + y * rowBytes + x * 3;
      for (const channel of [0, 1, 2]) file[at + channel] = channel === hue ? 40 : shade;
    }
  }
  return file;
}

/** @param hue - 0, 1 or 2: which colour is missing, so that pictures differ. */
export async function testPicture(
  form: 'jpeg' | 'png' | 'webp',
  width: number,
  height: number,
  hue = 0,
): Promise<Buffer> {
  return new Bun.Image(bitmap(width, height, hue))[form]().buffer();
}

/** A JPEG with a segment more, right behind its start. */
export function withSegment(jpeg: Buffer, marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
}

const big = (value: number, bytes: 2 | 4) => {
  const written = Buffer.alloc(bytes);
  written.writeUIntBE(value, 0, bytes);
  return written;
};

/** An entry of a TIFF directory: tag, type, count, value. */
const entry = (tag: number, type: number, count: number, value: Buffer) =>
  Buffer.concat([big(tag, 2), big(type, 2), big(count, 4), value]);

/** EXIF as a telephone writes it that was held upright: turned by 90°, and where it was taken. */
export function exifWithPlace(): Buffer {
  const gpsAt = 8 + 2 + 2 * 12 + 4;
  const turned = entry(0x0112, 3, 1, Buffer.concat([big(6, 2), big(0, 2)]));
  const gps = entry(0x8825, 4, 1, big(gpsAt, 4));
  const north = entry(0x0001, 2, 2, Buffer.from('N\0\0\0', 'latin1'));
  const datum = Buffer.from('SECRET-PLACE\0', 'latin1');
  const named = entry(0x0012, 2, datum.length, big(gpsAt + 2 + 2 * 12 + 4, 4));
  return Buffer.concat([
    Buffer.from('Exif\0\0MM\0*', 'latin1'),
    ...[big(8, 4), big(2, 2), turned, gps, big(0, 4)],
    ...[big(2, 2), north, named, big(0, 4), datum],
  ]);
}
