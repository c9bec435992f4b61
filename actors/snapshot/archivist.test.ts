import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { JournalCorrupt, JournalShort } from '../journal/journal.ts';
import type { Positions } from '../memory/positions.ts';
import { decodeState } from '../snapshot/format.ts';
import { emptyBoard, newRig, Rig } from '../testing/partition-rig.ts';
import { atOnce } from '../testing/snapshot-contract.ts';
import { SnapshotFolder, stateAfter } from '../testing/snapshot-folder.ts';
import { takeSnapshot } from './archivist.ts';
import { digestOf } from './format.ts';
import { type Pace, SnapshotAbandoned } from './store.ts';

let snapshots: SnapshotFolder;
let owner: Rig;
let logged: [level: string, message: string, snapshot: unknown][];

/** The owner of a partition with four orders, at whose positions the archivist looks. */
beforeEach(async () => {
  snapshots = new SnapshotFolder();
  logged = [];
  owner = newRig();
  await owner.open(100);
  await owner.sell([1, 2, 3, 4]);
});

afterEach(() => snapshots.remove());

function take(pace: Pace = atOnce): Promise<void> {
  const { journal, positions } = owner;
  journal.readFrom.length = 0;
  return takeSnapshot(0, {
    ...{ journal, positions, pace, snapshots: snapshots.store },
    log: (level, message, { snapshot }) => logged.push([level, message, snapshot]),
  });
}

const said = (level: string) => logged.filter(([each]) => each === level);
const stored = () => snapshots.store.list(0);
const cell = (name: Parameters<Positions['get']>[1]) => owner.positions.get(0, name);

/** A snapshot is the state of the journal up to an entry. */
async function expectState(seq: number): Promise<void> {
  const [newest] = await stored();
  const { header, body } = await snapshots.store.open(newest!, atOnce);
  const { items, chain, at, writer } = await stateAfter(owner.journal, seq);
  expect(header).toMatchObject({ seq, hash: chain.hash, entryAt: chain.at, at, writer });
  expect(header.sha256).toBe(digestOf(items).sha256);
  expect(digestOf(decodeState(header, body).items)).toEqual(digestOf(items));
}

describe('the archivist', () => {
  test('stores what the journal comes to, and tells what is covered by it', async () => {
    await take();
    expect(owner.journal.readFrom).toEqual([1]);
    const last = owner.journal.stored.length;
    await expectState(last);
    expect(cell('snapshotSeq')).toBe(last);
    expect(cell('ordersKept')).toBe(4);
    expect([cell('coveredFrom'), cell('coveredEvents')]).toEqual([0, cell('journalEvents')]);
  });

  test('goes on from the last one, and keeps the times that it has', async () => {
    await take();
    const first = owner.journal.stored.length;
    await owner.sell([5, 6], 2_000_000);
    await take();
    expect(owner.journal.readFrom).toEqual([first]);
    await expectState(first + 2);
    expect((await stored()).map(({ seq }) => seq)).toEqual([first + 2, first]);
    const { header } = await snapshots.store.open((await stored())[0]!, atOnce);
    const sequences = Array.from({ length: first + 2 }, (_, index) => index + 1);
    expect(header.times.map(([sequence]) => sequence)).toEqual(sequences);
    expect(header.times.at(-1)).toEqual([first + 2, 2_000_000]);
  });

  test('stores nothing where nothing is new', async () => {
    await take();
    const before = await stored();
    await take();
    expect(await stored()).toEqual(before);
    expect(owner.journal.readFrom).toEqual([owner.journal.stored.length]);
  });

  test('leaves no file behind, and covers nothing, where it is told to leave in the middle', async () => {
    let turnsMax = 0;
    for (let left = true; left; turnsMax++) {
      let turns = 0;
      const leaves = async () => {
        if (turns++ === turnsMax) throw new SnapshotAbandoned();
      };
      left = await take(leaves).then(
        () => false,
        (error) => {
          if (!(error instanceof SnapshotAbandoned)) throw error;
          return true;
        },
      );
      if (!left) break;
      expect(existing()).toEqual([]);
      expect([cell('snapshotSeq'), cell('coveredEvents')]).toEqual([0, 0]);
    }
    expect(turnsMax).toBeGreaterThan(0);
    expect(existing()).toHaveLength(1);
  });

  test('gives what is wrong with a journal, and stores nothing of it', async () => {
    const { stored: entries } = owner.journal;
    entries[4] = new Uint8Array(Buffer.from(Buffer.from(entries[4]!).toString().replace('1', '7')));
    await expect(take()).rejects.toThrow(JournalCorrupt);
    expect(existing()).toEqual([]);
  });

  test('does not take a server that knows less for the journal', async () => {
    owner.journal.hidden = 2;
    await expect(take()).rejects.toThrow(JournalShort);
    expect(existing()).toEqual([]);
  });

  test('says that what it has stored itself is damaged, and stores the state anew', async () => {
    await take();
    const [damaged] = await stored();
    snapshots.damage(damaged!);
    await take();
    expect(said('warning')).toEqual([['warning', 'passes over a snapshot', damaged!.name]]);
    expect(owner.journal.readFrom).toEqual([1]);
    await expectState(owner.journal.stored.length);
    await take();
    expect(said('warning')).toHaveLength(1);
  });

  test('says no more of those that the partition has told of', async () => {
    const other = newRig();
    await other.open(7);
    await other.sell([1, 2, 3, 4, 5, 6, 7]);
    const foreign = await snapshots.take(other.journal);
    const { journal } = owner;
    owner = new Rig(journal, emptyBoard(), 'another run', undefined, false, snapshots.store);
    await owner.recovered();
    expect(owner.logged.filter(([message]) => message === 'passes over a snapshot')).toHaveLength(
      1,
    );
    for (const user of [5, 6]) {
      await owner.sell([user]);
      await take();
    }
    expect(said('warning')).toEqual([]);
    expect((await stored()).map(({ name }) => name)).toContain(foreign.name);
  });
});

function existing(): string[] {
  try {
    return readdirSync(snapshots.path);
  } catch {
    return [];
  }
}
