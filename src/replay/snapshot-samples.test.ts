/**
 * Snapshots that releases took of their sample journals. A later engine starts from one with the very state that the
 * journal gives, or passes over it by its version: which one, the version must say truly.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyTo, type Item } from '../../actors/item/item.ts';
import { Chain } from '../../actors/journal/codec.ts';
import { openJournal } from '../../actors/journal/open.ts';
import { sha256 } from '../../actors/sha256.ts';
import {
  decodeHeader,
  decodeState,
  digestOf,
  headerBytes,
  SnapshotUnfit,
  snapshotVersion,
} from '../../actors/snapshot/format.ts';
import { logAt } from '../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { version } from '../../package.json' with { type: 'json' };
import { laySample, samples } from '../testing/sample-journal.ts';

/** As the samples have them. */
const partitions = 3;

/** SHA-256 of every state that the events of release 0.6.0's sample lead to, as it is stored. */
const layout = {
  version: 2,
  fingerprint: '5f096aa05f86fa9ebeecb5b4d1aa480c749839b1c1e5da102bb4cbbef16bc354',
};

const names = readdirSync(samples).filter((name) => name.endsWith('.snapshot'));

let folder: TemporaryFolder;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

interface State {
  items: Map<number, Item>;
  chain: Chain;
}

/** Replays a partition of a release's sample; `each` is called after every event. */
async function replayed(
  release: string,
  partition: number,
  each: (state: State) => void = () => undefined,
): Promise<State> {
  const at = logAt(folder.file(release));
  if (!existsSync(at.before)) await laySample(release, at.before, partitions);
  const journal = await openJournal(at, partitions, { readonly: true });
  const state = { items: new Map<number, Item>(), chain: new Chain(partition) };
  for await (const { sequence, bytes } of journal.read(partition, 1)) {
    const { events, at } = state.chain.next(sequence, bytes);
    for (const event of events) {
      applyTo(state.items, event, event.at ?? at);
      each(state);
    }
  }
  await journal.close();
  return state;
}

test('there is one of each partition of this release', () => {
  const own = names.filter((name) => name.startsWith(`${version}-`));
  expect(own.toSorted()).toEqual([0, 1, 2].map((each) => `${version}-p${each}.snapshot`));
});

test.each(names)('%s gives the state of its journal, or is passed over', async (name) => {
  const [, release = '', partition] = /^(.*)-p(\d+)\.snapshot$/.exec(name)!;
  // Columns of 8 bytes begin where a file would be mapped.
  const bytes = Uint8Array.from(readFileSync(join(samples, name)));
  const written = JSON.parse(new TextDecoder().decode(bytes.subarray(0, headerBytes))) as {
    version: number;
  }; // The header's line, which every version begins with.
  if (written.version !== snapshotVersion) {
    expect(release).not.toBe(version);
    expect(() => decodeHeader(bytes.subarray(0, headerBytes))).toThrow(SnapshotUnfit);
    return;
  }
  const header = decodeHeader(bytes.subarray(0, headerBytes));
  const read = decodeState(header, bytes.slice(headerBytes));
  const { items, chain } = await replayed(release, Number(partition));
  expect([read.chain.sequence, read.chain.hash]).toEqual([chain.sequence, chain.hash]);
  expect(read.items.size).toBeGreaterThan(0);
  const { bytes: length, crc32, sha256 } = header;
  expect(digestOf(items)).toEqual({ bytes: length, crc32, sha256 });
  expect(digestOf(read.items)).toEqual(digestOf(items));
});

test('a state is stored in the form that belongs to the version of snapshots', async () => {
  const states: string[] = [];
  for (let partition = 0; partition < partitions; partition++)
    await replayed('0.6.0', partition, ({ items }) => states.push(digestOf(items).sha256));
  expect(states.length).toBeGreaterThan(500);
  const now = { version: snapshotVersion, fingerprint: sha256(states.join(' ')) };
  if (now.fingerprint !== layout.fingerprint && now.version === layout.version)
    throw new Error(
      `what is stored of a state has changed: raise snapshotVersion above ${layout.version}, and keep ${now.fingerprint} here`,
    );
  expect(now).toEqual(layout);
});
