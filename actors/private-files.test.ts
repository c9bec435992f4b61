import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { chmodSync, statSync } from 'node:fs';
import { makePrivateDatabase } from './private-files.ts';
import { type TemporaryFolder, temporaryFolder } from './testing/process.ts';

let folder: TemporaryFolder;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = folder.file('some.db');
});

afterEach(() => folder.remove());

/** Whether another process can get an exclusive lock on the database. */
function takenElsewhere(): boolean {
  const script = `
    const { Database } = require('bun:sqlite');
    const database = new Database(${JSON.stringify(path)}, { readwrite: true });
    database.run('PRAGMA busy_timeout = 0');
    database.run('BEGIN EXCLUSIVE');`;
  return Bun.spawnSync([process.execPath, '-e', script]).exitCode === 0;
}

test('a database keeps the locks of its connections when it is made private again', () => {
  makePrivateDatabase(path);
  const database = new Database(path, { readwrite: true });
  database.run('CREATE TABLE numbers (n INTEGER)');
  database.run('BEGIN EXCLUSIVE');
  chmodSync(path, 0o644);
  makePrivateDatabase(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(takenElsewhere()).toBe(false);
  database.run('COMMIT');
  database.close();
  expect(takenElsewhere()).toBe(true);
});
