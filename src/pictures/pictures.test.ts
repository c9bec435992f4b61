import { describe, expect, test } from 'bun:test';
import { crc32 } from 'node:zlib';
import { encodePng } from '../admission/png.ts';
import { exifWithPlace, testPicture, withSegment } from '../testing/test-pictures.ts';
import { inspect } from './inspect.ts';
import { PictureMaker } from './maker.ts';

const maker = new PictureMaker();
const jpeg = await testPicture('jpeg', 640, 320);
const png = await testPicture('png', 640, 320);
const webp = await testPicture('webp', 640, 320);

async function made(bytes: Uint8Array) {
  const { value, unfit } = await maker.make(bytes);
  expect(unfit).toBeNull();
  return value!;
}

async function refused(bytes: Uint8Array) {
  const { value, unfit } = await maker.make(bytes);
  expect(value).toBeNull();
  return unfit;
}

/** A PNG with a chunk more, before its data. */
function withChunk(file: Buffer, name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const frame = Buffer.alloc(named.length + 8);
  frame.writeUInt32BE(content.length, 0);
  named.copy(frame, 4);
  frame.writeUInt32BE(crc32(named), named.length + 4);
  const afterHeader = 8 + 12 + 13;
  return Buffer.concat([file.subarray(0, afterHeader), frame, file.subarray(afterHeader)]);
}

/** A PNG that claims a size, with nothing like it inside. */
function claiming(width: number, height: number): Buffer {
  const file = Buffer.from(encodePng(new Uint8Array(1), 1, 1));
  file.writeUInt32BE(width, 16);
  file.writeUInt32BE(height, 20);
  file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  return file;
}

describe('a picture that a merchant sends', () => {
  test('is known by its content, with its size', () => {
    for (const file of [jpeg, png, webp]) {
      expect(inspect(file)).toEqual({ width: 640, height: 320 });
    }
  });

  test('becomes WebP, with a small one for lists, and the same one each time', async () => {
    for (const file of [jpeg, png, webp]) {
      const { picture, small } = await made(file);
      expect(picture).toMatchObject({ type: 'image/webp', width: 640, height: 320 });
      expect(small).toMatchObject({ type: 'image/webp', width: 480, height: 240 });
      expect(inspect(picture.bytes)).toEqual({ width: 640, height: 320 });
      expect(picture.id).toBe(Bun.SHA256.hash(picture.bytes, 'hex'));
      expect((await made(file)).picture.id).toBe(picture.id);
    }
  });

  test('is made smaller where it is large, and is its own small one where it is small', async () => {
    const large = await made(await testPicture('jpeg', 3_200, 800));
    expect(large.picture).toMatchObject({ width: 1_600, height: 400 });
    const tiny = await made(await testPicture('png', 20, 10));
    expect(tiny.small).toBe(tiny.picture);
    expect(tiny.picture).toMatchObject({ width: 20, height: 10 });
  });

  test('is turned as the camera was held, and tells nobody where it was taken', async () => {
    const taken = withSegment(jpeg, 0xe1, exifWithPlace());
    expect(taken.includes('SECRET-PLACE')).toBe(true);
    const { picture, small } = await made(taken);
    expect(picture).toMatchObject({ width: 320, height: 640 });
    for (const { bytes } of [picture, small]) {
      const text = Buffer.from(bytes).toString('latin1');
      expect(text).not.toContain('SECRET-PLACE');
      expect(text).not.toMatch(/Exif|EXIF|XMP/);
    }
  });

  test('loses its comments and whatever comes after its end', async () => {
    const script = '<script>alert(1)</script>PK\x03\x04';
    const comment = Buffer.from(script, 'latin1');
    for (const file of [
      Buffer.concat([jpeg, comment]),
      Buffer.concat([png, comment]),
      Buffer.concat([webp, comment]),
      withSegment(jpeg, 0xfe, comment),
      withChunk(png, 'tEXt', Buffer.from(`Comment\0${script}`, 'latin1')),
    ]) {
      const { picture } = await made(file);
      expect(Buffer.from(picture.bytes).includes('<script>')).toBe(false);
    }
  });

  test('keeps the profile of its colours, unless that is too large', async () => {
    const profile = (bytes: number) =>
      Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), Buffer.alloc(bytes, 7)]);
    const { picture } = await made(withSegment(jpeg, 0xe2, profile(600)));
    expect(Buffer.from(picture.bytes).includes('ICCP')).toBe(true);
    expect(await refused(withSegment(jpeg, 0xe2, profile(40_000)))).toBe('profile');
  });
});

describe('a file is refused', () => {
  test('that is none of the three kinds, whatever its name', async () => {
    const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    const avif = Buffer.from('\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf', 'latin1');
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
    for (const file of [gif, avif, svg, Buffer.from('<html>'), Buffer.from('PK\x03\x04')]) {
      expect(await refused(file)).toBe('kind');
    }
    expect(await refused(new Uint8Array())).toBe('empty');
  });

  test('wherever it is cut off', async () => {
    for (const file of [jpeg, png, webp]) {
      for (const part of [0.2, 0.5, 0.9]) {
        expect(await refused(file.subarray(0, Math.floor(file.length * part)))).toBe('cut');
      }
      expect(await refused(file.subarray(0, -1))).toBe('cut');
      for (let length = 1; length < 64; length++) {
        expect(inspect(file.subarray(0, length))).toBeOneOf(['kind', 'cut', 'broken']);
      }
    }
  });

  test('that claims more pixels than may be, before any is decoded', async () => {
    expect(await refused(claiming(50_000, 50_000))).toBe('pixels');
    expect(await refused(claiming(0, 10))).toBe('broken');
    const webpBomb = Buffer.from(webp);
    webpBomb.writeUInt16LE(16_383, 26);
    webpBomb.writeUInt16LE(16_383, 28);
    expect(await refused(webpBomb)).toBe('pixels');
  });

  test('that is damaged inside', async () => {
    const swapped = Buffer.from(png);
    swapped.fill(0xff, swapped.length >> 1, swapped.length - 40);
    expect(await refused(swapped)).toBe('broken');
    expect(await refused(claiming(100, 100))).toBe('broken');
    const rest = Buffer.from(webp);
    rest.fill(0xff, 23, 26);
    expect(await refused(rest)).toBe('broken');
    const noFrame = Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xd9])]);
    expect(await refused(noFrame)).toBe('broken');
  });

  test('that moves', async () => {
    expect(await refused(withChunk(png, 'acTL', Buffer.alloc(8)))).toBe('animated');
    const head = Buffer.alloc(18);
    head.write('VP8X', 0, 'latin1');
    head.writeUInt32LE(10, 4);
    head[8] = 0x02;
    const moving = Buffer.concat([webp.subarray(0, 12), head, webp.subarray(12)]);
    moving.writeUInt32LE(moving.length - 8, 4);
    expect(await refused(moving)).toBe('animated');
  });

  test('that has the colours of print', async () => {
    const printed = Buffer.from(jpeg);
    const frame = printed.indexOf(Buffer.from([0xff, 0xc0]));
    printed[frame + 9] = 4;
    expect(await refused(printed)).toBe('print');
  });

  test('without harm to the next', async () => {
    const [bad, good] = await Promise.all([
      maker.make(jpeg.subarray(0, 100)),
      maker.make(jpeg),
      maker.make(claiming(100, 100)),
    ]);
    expect(bad.unfit).toBe('cut');
    expect(good.unfit).toBeNull();
  });
});
