import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { writeBodies } from './bodies.ts';

let folder: TemporaryFolder;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

test('bodies are dealt out to files evenly, each to one of them', () => {
  const files = writeBodies(folder.file('bodies'), ['a', 'b', 'c', 'd', 'e'], 2);
  expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(['a\nc\ne\n', 'b\nd\n']);
});

test('no file is empty', () => {
  expect(() => writeBodies(folder.file('few'), ['a'], 2)).toThrow(RangeError);
});
