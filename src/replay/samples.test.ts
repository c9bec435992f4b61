/**
 * Journals written by each release, with the books that this release itself made of them. Every later
 * release must come to the same. `src/README.md` says how a release adds its own.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../actors/journal/open.ts';
import { logAt } from '../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { ownPath } from '../own-files.ts';
import { laySample, samples } from '../testing/sample-journal.ts';
import type { ItemReport } from './item-report.ts';
import type { PartitionReport } from './part-report.ts';
import { replay } from './replay.ts';
import { reportOf } from './report.ts';

interface Books {
  partitions: PartitionReport[];
  items: ItemReport[];
}

const releases = readdirSync(samples)
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => name.replace(/\.jsonl$/, ''));

let folder: TemporaryFolder;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

async function journalOf(release: string, partitions: number) {
  const at = logAt(folder.file(release));
  await laySample(release, at.before, partitions);
  return openJournal(at, partitions, { readonly: true });
}

test('there is a sample of every release', () => {
  const changelog = readFileSync(ownPath('.github/CHANGELOG.md'), 'utf8');
  const released = [...changelog.matchAll(/^## (\d+\.\d+\.\d+)$/gm)].map(([, version]) => version!);
  expect(releases.toSorted()).toEqual(released.toSorted());
  const { version } = JSON.parse(readFileSync(ownPath('package.json'), 'utf8')) as {
    version: string;
  };
  expect(released).toContain(version);
});

test.each(releases)(
  'the journal of release %s gives the books that it gave then',
  async (release) => {
    const text = readFileSync(join(samples, `${release}.json`), 'utf8');
    const then = JSON.parse(text) as Books; // As `replay --json` of that release wrote it.
    const partitions = then.partitions.length;
    const journal = await journalOf(release, partitions);
    const now = reportOf(await replay({ journal, partitions }), null, 'CNY');
    await journal.close();
    expect(now.differences).toEqual({ count: 0, listed: [] });
    expect(now.partitions).toMatchObject(then.partitions);
    expect(now.items).toMatchObject(then.items);
  },
);
