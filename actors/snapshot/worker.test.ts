import { expect, test } from 'bun:test';
import { openJournal } from '../journal/open.ts';
import { makeSharedMemory } from '../shared.ts';
import { logAt } from '../testing/log.ts';
import { temporaryFolder } from '../testing/process.ts';
import { snapshotTerms } from './due.ts';
import type { ArchivistThreadSettings, FromArchivistThread } from './worker.ts';

test('an archivist that is idle says so, and its thread ends once it has drained', async () => {
  const folder = temporaryFolder();
  const journal = logAt(folder.file('journal'));
  await (await openJournal(journal, 2)).close();
  const thread = new Worker(new URL('./worker.ts', import.meta.url));
  const said: string[] = [];
  const ended = new Promise<number>((resolve) => {
    thread.addEventListener('close', ({ code }) => resolve(code));
  });
  thread.onmessage = ({ data }: MessageEvent<FromArchivistThread>) => {
    said.push(data.type);
    if (data.type === 'idle') thread.postMessage({ type: 'drain' });
  };
  thread.postMessage({
    ...{ type: 'start', partitions: 2, journal, snapshotsFolder: folder.file('snapshots') },
    terms: { ...snapshotTerms, lookMs: 10, idleMs: 10 },
    memory: makeSharedMemory(1, 1),
    logLevel: 'warning',
  } satisfies ArchivistThreadSettings);
  expect(await ended).toBe(0);
  expect([said[0], said.at(-1)]).toEqual(['idle', 'drained']);
  folder.remove();
});
