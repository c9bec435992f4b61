import { expect, test } from 'bun:test';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { temporaryFolder } from '../actors/testing/process.ts';
import { keptSecret } from './secrets.ts';

test('a secret is made once, of 256 random bits, and kept for its owner only', () => {
  const folder = temporaryFolder();
  const made = keptSecret(folder.path, 'one');
  expect(made.fresh).toBe(true);
  expect(Buffer.from(made.value, 'base64url')).toHaveLength(32);
  expect(statSync(folder.file('one')).mode & 0o777).toBe(0o600);
  expect(readFileSync(folder.file('one'), 'utf8')).toBe(`${made.value}\n`);
  expect(keptSecret(folder.path, 'one')).toEqual({ value: made.value, fresh: false });
  expect(keptSecret(folder.path, 'two').value).not.toBe(made.value);
  folder.remove();
});

test('an existing secret is taken as it is, without its line end', () => {
  const folder = temporaryFolder();
  writeFileSync(folder.file('mine'), 'a secret of my own\n');
  expect(keptSecret(folder.path, 'mine')).toEqual({ value: 'a secret of my own', fresh: false });
  folder.remove();
});

test('a secret that was copied here readable by others is its owner’s alone again', () => {
  const folder = temporaryFolder();
  writeFileSync(folder.file('mine'), 'a secret of my own\n');
  chmodSync(folder.file('mine'), 0o644);
  keptSecret(folder.path, 'mine');
  expect(statSync(folder.file('mine')).mode & 0o777).toBe(0o600);
  folder.remove();
});

test('an existing but empty secret is an error: an empty key would sign for anyone', () => {
  const folder = temporaryFolder();
  writeFileSync(folder.file('mine'), '\n');
  expect(() => keptSecret(folder.path, 'mine')).toThrow('mine');
  folder.remove();
});
