import { expect, test } from 'bun:test';
import { picturesAtHandBytesMax } from '../../actors/limits.ts';
import { PictureFiles } from './files.ts';

/** Pictures of a length, of which some are there; counts what is read. */
function counting(length: number) {
  const reads: string[] = [];
  const file = async (id: string) => {
    reads.push(id);
    await Bun.sleep(1);
    if (id === 'none') return null;
    return { type: 'image/webp' as const, bytes: new Uint8Array(length) };
  };
  return { files: new PictureFiles({ file }), reads };
}

test('a crowd that looks at a picture has it read once', async () => {
  const { files, reads } = counting(10);
  const crowd = await Promise.all(Array.from({ length: 50 }, () => files.file('a')));
  expect(crowd.every((each) => each?.bytes.length === 10)).toBe(true);
  await files.file('a');
  expect(reads).toEqual(['a']);
});

test('a picture that is not there may come', async () => {
  const { files, reads } = counting(10);
  expect(await files.file('none')).toBeNull();
  expect(await files.file('none')).toBeNull();
  expect(reads).toHaveLength(2);
});

test('only so many bytes are at hand, those that were asked for last', async () => {
  const { files, reads } = counting(picturesAtHandBytesMax / 2);
  for (const id of ['a', 'b', 'a', 'c', 'a', 'b']) await files.file(id);
  expect(reads).toEqual(['a', 'b', 'c', 'b']);
});

test('what SQL says of its own state is passed on, and asked again', async () => {
  let tries = 0;
  const away = new Error('away');
  const files = new PictureFiles({
    file: () => {
      tries++;
      return Promise.reject(away);
    },
  });
  await expect(files.file('a')).rejects.toBe(away);
  await expect(files.file('a')).rejects.toBe(away);
  expect(tries).toBe(2);
});
