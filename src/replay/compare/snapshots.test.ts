import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Journal } from '../../../actors/journal/journal.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import type { Recovered } from '../../../actors/partition/recovered.ts';
import { SnapshotFiles } from '../../../actors/snapshot/files.ts';
import { headerBytes, snapshotVersion } from '../../../actors/snapshot/format.ts';
import { SnapshotsUnavailable } from '../../../actors/snapshot/store.ts';
import { logAt } from '../../../actors/testing/log.ts';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { atOnce, stateAfter } from '../../../actors/testing/snapshot-contract.ts';
import { AuditRig } from '../../testing/audit-rig.ts';
import { forge, remove } from '../../testing/forgery.ts';
import { playFullSale } from '../../testing/full-sale.ts';
import { JournalMaker } from '../../testing/journal-maker.ts';
import { stateAt } from '../../testing/journal-state.ts';
import { salePartitions } from '../../testing/script-player.ts';
import { type Replayed, type ReplayOptions, replay } from '../replay.ts';
import { reportOf } from '../report.ts';
import type { Comparison } from './comparison.ts';
import { SnapshotChecks, type SnapshotSource } from './snapshots.ts';

const sale = new AuditRig(playFullSale);
/** The partition of the sale's item. */
const partition = 1;

const pathOf = (name: string) => sale.folder.file(`snapshots/${name}`);
const store = () => new SnapshotFiles(sale.folder.file('snapshots'));

async function withJournal<T>(use: (journal: Journal) => Promise<T>): Promise<T> {
  const journal = await openJournal(logAt(sale.folder.file('journal')), salePartitions, {
    readonly: true,
  });
  try {
    return await use(journal);
  } finally {
    await journal.close();
  }
}

/** Stores the state after an entry, changed by whoever forges it; returns the snapshot's name. */
async function put(
  seq: number,
  forged: (state: Recovered, before: Recovered) => Recovered = (state) => state,
): Promise<string> {
  const [state, before] = await withJournal((journal) =>
    Promise.all([stateAt(journal, partition, seq), stateAt(journal, partition, seq - 1)]),
  );
  return (await store().put(forged(state, before), atOnce)).name;
}

async function audited(
  limits: Pick<ReplayOptions, 'item' | 'to'> = {},
  sources: SnapshotSource[] = [store()],
): Promise<Replayed> {
  const snapshots = new SnapshotChecks(sources);
  return await withJournal((journal) =>
    replay({ journal, partitions: salePartitions, snapshots, ...limits }),
  );
}

/** Expects that no snapshot is found to differ, and what else is said of them. */
async function expectSaid(compared: number, said: unknown[]): Promise<void> {
  const { audit, comparisons } = await audited();
  expect(audit.findings.listed).toEqual([]);
  expect(comparisons).toMatchObject([
    { name: 'Snapshots', compared: { snapshots: compared }, skipped: said },
  ]);
}

async function lastEntry(): Promise<number> {
  return await withJournal((journal) => journal.last(partition));
}

describe('a snapshot with the state that the journal comes to', () => {
  test('is compared, wherever in a sale it was made: also while a draw is put in order', async () => {
    const last = await lastEntry();
    for (let seq = 2; seq <= last; seq++) {
      await put(seq);
      await expectSaid(Math.min(2, seq - 1), []);
    }
  });

  test('is compared after many orders at random, of all items of its partition', async () => {
    const folder = temporaryFolder();
    const journal = await openJournal(logAt(folder.file('journal')), 3);
    const maker = new JournalMaker({ journal, seed: 7, partitions: 3, items: 9, users: 40 });
    await maker.write(90);
    const files = new SnapshotFiles(folder.file('snapshots'));
    for (const partition of [0, 1, 2]) {
      for (const seq of [Math.ceil(maker.last(partition) / 2), maker.last(partition)]) {
        await files.put(await stateAt(journal, partition, seq), atOnce);
      }
    }
    const snapshots = new SnapshotChecks([files]);
    const { audit, comparisons } = await replay({ journal, partitions: 3, snapshots });
    await journal.close();
    folder.remove();
    expect(audit.findings.listed).toEqual([]);
    expect(comparisons).toMatchObject([{ compared: { snapshots: 6 }, skipped: [] }]);
  });

  test('is compared where the journal is read on for another comparison', async () => {
    const last = await lastEntry();
    await put(last);
    const snapshots = new SnapshotChecks([store()]);
    const { comparisons } = await withJournal(async (journal) => {
      const read = journal.read.bind(journal);
      let ends = last - 1;
      // The last entry comes when the journal has been read.
      journal.read = async function* (number, from) {
        for await (const entry of read(number, from)) {
          if (number !== partition || entry.sequence <= ends) yield entry;
        }
      };
      const reader: Comparison = {
        async compare({ audit, readOn }) {
          ends = last;
          await readOn(audit.partition(partition)!, last);
          return { name: 'Reader', compared: {}, skipped: [], ms: 0 };
        },
      };
      const comparisons = [reader];
      return await replay({ journal, partitions: salePartitions, snapshots, comparisons });
    });
    expect(comparisons[1]).toMatchObject({ compared: { snapshots: 1 }, skipped: [] });
  });
});

describe('a snapshot with another state', () => {
  test('is a difference, named with its partition and entry, though its checksums are right', async () => {
    const name = await put(8, (state, before) => ({ ...before, chain: state.chain }));
    const { audit, comparisons } = await audited();
    const what = 'it does not hold the state that the journal comes to at its entry';
    expect(audit.findings.listed).toEqual([
      {
        ...{ check: 'state', partition, sequence: 8, item: null },
        what: `snapshot ${name}: ${what}`,
      },
    ]);
    expect(comparisons).toMatchObject([{ compared: { snapshots: 1 }, skipped: [] }]);
  });

  test('is a difference also where its header names the SHA-256 of the right one', async () => {
    const right = await put(8);
    const header = readFileSync(pathOf(right)).subarray(0, headerBytes);
    const { sha256 } = JSON.parse(header.toString());
    rmSync(pathOf(right));
    const name = await put(8, (state, before) => ({ ...before, chain: state.chain }));
    rewriteHeader(name, { sha256 });
    const { audit } = await audited();
    expect(audit.findings.listed).toMatchObject([{ check: 'state', sequence: 8 }]);
  });
});

describe('what is said of a snapshot, and is no difference:', () => {
  test('it is damaged', async () => {
    const name = await put(8);
    const bytes = readFileSync(pathOf(name));
    bytes[bytes.length - 100]! ^= 1;
    writeFileSync(pathOf(name), bytes);
    await expectSaid(0, [`${name}: it is damaged: its bytes do not match their checksum`]);
  });

  test('its header names another SHA-256 than that of its bytes', async () => {
    const name = await put(8);
    rewriteHeader(name, { sha256: 'a'.repeat(64) });
    await expectSaid(1, [`${name}: its header names another SHA-256 than that of its bytes`]);
  });

  test('it has another version', async () => {
    const name = await put(8);
    rewriteHeader(name, { version: 99 });
    await expectSaid(0, [`${name}: it has version 99, this engine reads ${snapshotVersion}`]);
  });

  test('it is of another journal', async () => {
    const { name } = await store().put(stateAfter(8, partition), atOnce);
    await expectSaid(0, [`${name}: it is of another journal`]);
  });

  test('it is of another partition than its name says', async () => {
    const name = await put(8);
    const wrong = name.replace('p1-', 'p2-');
    renameSync(pathOf(name), pathOf(wrong));
    await expectSaid(0, [`${wrong}: it is of partition 1`]);
  });

  test('the journal ends before it', async () => {
    const { name } = await store().put(stateAfter(1_000, partition), atOnce);
    await expectSaid(0, [`${name}: the journal ends before it, at entry ${await lastEntry()}`]);
  });

  test('it is beyond --to', async () => {
    await put(4);
    await put(8);
    const { comparisons } = reportOf(await audited({ to: 5 }), 5, 'CNY');
    const said = 'not compared, snapshots beyond --to 5: 1';
    expect(comparisons).toMatchObject([{ compared: { snapshots: 1 }, skipped: [said] }]);
  });

  test('there is none, and nothing is compared', async () => {
    const { comparisons } = reportOf(await audited(), null, 'CNY');
    const said = 'there are no snapshots: nothing is compared with them';
    expect(comparisons).toMatchObject([{ compared: {}, skipped: [said] }]);
  });

  test('they cannot be read', async () => {
    const list = () => Promise.reject(new SnapshotsUnavailable('no permission'));
    const { audit, comparisons } = await audited({ item: 1 }, [{ list, open: store().open }]);
    expect(audit.findings.count).toBe(0);
    const said = 'partition 1: snapshots cannot be read: no permission';
    expect(comparisons).toMatchObject([{ skipped: [said] }]);
  });
});

test('a snapshot that is gone since it was listed is passed over', async () => {
  await put(8);
  const listed = await store().list(partition);
  for (const name of readdirSync(sale.folder.file('snapshots'))) rmSync(pathOf(name));
  const late = { list: async () => listed, open: store().open.bind(store()) };
  const { audit, comparisons } = await audited({ item: 1 }, [late]);
  expect(audit.findings.count).toBe(0);
  expect(comparisons).toMatchObject([{ compared: {} }]);
});

test('with one item, the snapshots of its partition are compared, and no others', async () => {
  const { name } = await store().put(stateAfter(8, 2), atOnce);
  await put(8);
  const { comparisons } = await audited({ item: 1 });
  expect(comparisons).toMatchObject([{ compared: { snapshots: 1 }, skipped: [] }]);
  expect((await audited()).comparisons[0]!.skipped.join()).toContain(name);
});

describe('in a journal that is not whole', () => {
  test('a snapshot after the gap has no state to be compared with', async () => {
    const name = await put(8);
    remove(sale.folder, 1, 5);
    const { comparisons } = await audited();
    const said = `${name}: the journal comes to no state at entry 8`;
    expect(comparisons).toMatchObject([{ compared: { snapshots: 0 }, skipped: [said] }]);
  });

  test('a snapshot whose entry is missing is said to have none', async () => {
    const name = await put(8);
    remove(sale.folder, 1, 8);
    const { comparisons } = await audited();
    expect(comparisons).toMatchObject([{ skipped: [`${name}: entry 8 cannot be read`] }]);
  });

  test('a snapshot is not taken for a state where the actor refuses an event', async () => {
    forge(sale.folder, partition, 4, (events) =>
      events.push({ type: 'dueSettled', item: 1, due: 9 }),
    );
    const state = await withJournal((journal) => stateAt(journal, partition, 3));
    const { hash } = (await audited({ to: 8 })).audit.partition(partition)!;
    state.chain.advance(8, hash, state.chain.at);
    const { name } = await store().put(state, atOnce);
    const { comparisons } = await audited();
    const said = `${name}: the journal comes to no state at entry 8`;
    expect(comparisons).toMatchObject([{ compared: { snapshots: 0 }, skipped: [said] }]);
  });
});

/** Changes fields of a snapshot's header, whose checksum is then that of what it says. */
function rewriteHeader(name: string, fields: Record<string, unknown>): void {
  const bytes = readFileSync(pathOf(name));
  const { headerCrc32: _, ...known } = JSON.parse(bytes.subarray(0, headerBytes).toString());
  const text = JSON.stringify({ ...known, ...fields });
  const line = JSON.stringify({ ...known, ...fields, headerCrc32: Bun.hash.crc32(text) });
  bytes.fill(' ', 0, headerBytes - 1);
  bytes.write(line);
  writeFileSync(pathOf(name), bytes);
}
