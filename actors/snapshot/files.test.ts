import { describe, expect, test } from 'bun:test';
import { existsSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { snapshotTemporaryMs } from '../limits.ts';
import { temporaryFolder } from '../testing/process.ts';
import { atOnce, describeSnapshots, stateAfter } from '../testing/snapshot-contract.ts';
import { rewriteHeader } from '../testing/snapshot-folder.ts';
import { SnapshotFiles } from './files.ts';
import { headerBytes, SnapshotGone } from './format.ts';
import { SnapshotsUnavailable } from './store.ts';

function startFiles() {
  const folder = temporaryFolder();
  const path = join(folder.path, 'snapshots');
  return {
    path,
    store: new SnapshotFiles(path),
    other: () => new SnapshotFiles(path),
    damage: async (name: string) => {
      const file = await open(join(path, name), 'r+');
      await file.write(new Uint8Array([7, 7, 7]), 0, 3, headerBytes + 1_000);
      await file.close();
    },
    remove: async () => folder.remove(),
  };
}

describeSnapshots('a folder of snapshots', async () => startFiles());

describe('a snapshot in a file', () => {
  test('is passed over where it ends early, or is empty', async () => {
    const { path, store, remove } = startFiles();
    for (const size of [0, 100, headerBytes, headerBytes + 8]) {
      const stored = await store.put(stateAfter(size + 1), atOnce);
      truncateSync(join(path, stored.name), size);
      await expect(store.open(stored, atOnce)).rejects.toThrow('it is damaged');
    }
    await remove();
  });

  test('appears whole or not at all: what a dying engine leaves is never read, and goes in the end', async () => {
    const { path, store, remove } = startFiles();
    let turns = 0;
    const dies = async () => {
      if (++turns === 1) throw new Error('killed in the middle');
    };
    await expect(store.put(stateAfter(17), dies)).rejects.toThrow('killed in the middle');
    expect(readdirSync(path)).toEqual([]);
    const left = ['p3-17-0000000000000011.snapshot-x.tmp', 'p3-18-0000000000000012.snapshot-y.tmp'];
    for (const name of left) writeFileSync(join(path, name), 'half of it');
    const longAgo = new Date(Date.now() - snapshotTemporaryMs - 1_000);
    utimesSync(join(path, left[0]!), longAgo, longAgo);
    expect(await store.list(3)).toEqual([]);
    await store.put(stateAfter(19), atOnce);
    expect(left.map((name) => existsSync(join(path, name)))).toEqual([false, true]);
    await remove();
  });

  test('takes the place of one with its name that is damaged, or of another journal', async () => {
    const { path, store, damage, remove } = startFiles();
    const state = stateAfter(17);
    const { name, ...stored } = await store.put(state, atOnce);
    const spoil = [
      () => damage(name),
      async () => rewriteHeader(join(path, name), { hash: 'f0'.repeat(32) }),
      async () => rewriteHeader(join(path, name), { version: 99 }),
    ];
    for (const spoils of spoil) {
      await spoils();
      await store.put(state, atOnce);
      const { header } = await store.open({ name, ...stored }, atOnce);
      expect(header.hash).toBe(state.chain.hash);
    }
    await remove();
  });

  test('is gone where another engine removes it, also while it is opened', async () => {
    const { path, store, remove } = startFiles();
    const stored = await store.put(stateAfter(17), atOnce);
    const removes = async () => rmSync(join(path, stored.name), { force: true });
    await expect(store.open(stored, removes)).rejects.toThrow(SnapshotGone);
    await expect(store.open(stored, atOnce)).rejects.toThrow(SnapshotGone);
    await remove();
  });

  test('is not written where the folder cannot be', async () => {
    const { path, store, remove } = startFiles();
    writeFileSync(path, 'a file where the folder should be');
    await expect(store.put(stateAfter(17), atOnce)).rejects.toThrow(SnapshotsUnavailable);
    await expect(store.list(3)).rejects.toThrow(SnapshotsUnavailable);
    await remove();
  });

  test('survives that it is removed while it is used', async () => {
    const { store, remove } = startFiles();
    const stored = await store.put(stateAfter(17), atOnce);
    const { body } = await store.open(stored, atOnce);
    await remove();
    expect(body.some((byte) => byte !== 0)).toBe(true);
  });
});
