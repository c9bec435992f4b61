import { describe, expect, test } from 'bun:test';
import { boundaryOf, readMultipart } from './multipart.ts';

const boundary = 'a-boundary';

/** A form as it comes, in pieces of a length. */
async function* pieces(form: Buffer, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < form.length; at += length) yield form.subarray(at, at + length);
}

const read = (form: Buffer, length = 7, fileBytesMax = 100) =>
  readMultipart(pieces(form, length), boundary, fileBytesMax);

const part = (disposition: string, content: Buffer | string) =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
const end = Buffer.from(`--${boundary}--\r\n`);

/** Much like a delimiter, and all bytes there are. */
const tricky = Buffer.from([...Buffer.from(`\r\n--a-boundar\r\n--\r\n`), ...Array(60).keys()]);

describe('a form with files', () => {
  test('is read as its texts and files, in pieces of whatever length', async () => {
    const form = Buffer.concat([
      part('name="title"', 'Ein Krug, 杯'),
      part('name="pictures"; filename="a%22b.jpg"', tricky),
      part('name="pictures"; filename="杯.png"', ''),
      part('name="more"; filename=""', ''),
      end,
    ]);
    for (const length of [1, 2, 5, 64, form.length]) {
      const { values, files } = await read(form, length);
      expect(values).toEqual({ title: 'Ein Krug, 杯' });
      expect(files.map(({ name }) => name)).toEqual(['a"b.jpg', '杯.png']);
      expect(Buffer.from(files[0]!.bytes!).equals(tricky)).toBe(true);
      expect(files[1]!.bytes).toHaveLength(0);
    }
  });

  test('is what the runtime makes of it', async () => {
    const sent = new FormData();
    sent.append('title', 'A mug');
    sent.append('pictures', new File([new Uint8Array(tricky)], 'mug.jpg', { type: 'image/jpeg' }));
    const response = new Response(sent);
    const its = boundaryOf(response.headers.get('content-type'))!;
    const { values, files } = await readMultipart(response.body!, its, 100);
    expect(values).toEqual({ title: 'A mug' });
    expect(files).toEqual([{ name: 'mug.jpg', bytes: tricky }]);
  });

  test('keeps nothing of a file that is too large, and the others all the same', async () => {
    const form = Buffer.concat([
      part('name="pictures"; filename="large"', Buffer.alloc(101)),
      part('name="pictures"; filename="small"', Buffer.alloc(100)),
      end,
    ]);
    const { files } = await read(form);
    expect(files.map(({ name, bytes }) => [name, bytes?.length])).toEqual([
      ['large', undefined],
      ['small', 100],
    ]);
  });

  test('has what came whole, where the rest is cut off or cannot be read', async () => {
    const whole = part('name="title"', 'A mug');
    const cut = part('name="pictures"; filename="cut"', Buffer.alloc(50)).subarray(0, -9);
    expect(await read(Buffer.concat([whole, cut]))).toEqual({
      values: { title: 'A mug' },
      files: [],
    });
    const next = Buffer.from(`--${boundary}`);
    expect((await read(Buffer.concat([whole, next]))).values).toEqual({ title: 'A mug' });
    const headless = Buffer.concat([whole, next, Buffer.alloc(10_000, 65), end]);
    expect((await read(headless)).values).toEqual({ title: 'A mug' });
    expect(await read(Buffer.from('nothing of the kind'))).toEqual({ values: {}, files: [] });
    const long = part('name="a"', Buffer.alloc(70_000, 65));
    expect((await read(Buffer.concat([long, end]), 999)).values).toEqual({});
  });

  test('is told by its type', () => {
    expect(boundaryOf('multipart/form-data; boundary=abc')).toBe('abc');
    expect(boundaryOf('multipart/form-data; charset=utf-8; boundary="a b"')).toBe('a b');
    for (const other of [null, 'application/json', 'multipart/mixed; boundary=abc']) {
      expect(boundaryOf(other)).toBeNull();
    }
  });
});
