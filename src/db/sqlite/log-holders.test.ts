import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { startProcess, temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { logHolders } from './log-holders.ts';

test.if(existsSync('/proc/locks'))('the process that holds a log is named', async () => {
  const folder = temporaryFolder();
  const path = folder.file('some.db');
  const database = new Database(path);
  database.run('PRAGMA journal_mode = WAL; CREATE TABLE numbers (n)');
  // The timer keeps the connection alive, which would lose its lock to the garbage collector.
  const program = `
    import { Database } from 'bun:sqlite';
    const database = new Database(${JSON.stringify(path)}, { readonly: true });
    database.run('BEGIN');
    database.query('SELECT count(*) FROM numbers').get();
    console.log('reads');
    setInterval(() => database.inTransaction, 1_000);`;
  const holder = startProcess({ command: [process.execPath, '-e', program] });
  await waitUntil('the reader reads', () => holder.output().includes('reads'));
  expect(logHolders(path)).toStartWith(`process ${holder.pid} (`);
  await holder.kill();
  expect(logHolders(path)).toBe('a process');
  database.close();
  folder.remove();
});
