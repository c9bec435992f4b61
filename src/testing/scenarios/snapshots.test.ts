import { afterEach, describe, expect, test } from 'bun:test';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { snapshotRoomBytes } from '../../../actors/limits.ts';
import { headerBytes, snapshotVersion } from '../../../actors/snapshot/format.ts';
import { startNats } from '../../../actors/testing/nats.ts';
import {
  canMount,
  smallFolder,
  type TemporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import { rewriteHeader } from '../../../actors/testing/snapshot-folder.ts';
import { ClusterRig } from '../cluster-rig.ts';
import { logged, snapshotSeqs } from '../engine-log.ts';
import { FaultRig } from '../fault-rig.ts';

/** Engines that store a snapshot every few events. */
const often = { script: 'src/testing/rehearsal-engine.ts', args: ['snapshots=20'] };

/** What is to be removed after a test, the last first. */
const removals: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const remove of removals.splice(0).reverse()) await remove();
}, 60_000);

function newRig(env: Record<string, string> = {}): FaultRig {
  const rig = new FaultRig(env, often);
  removals.push(() => rig.remove());
  return rig;
}

interface Named {
  name: string;
  partition: number;
  seq: number;
}

/** The snapshots in a folder, the newest first. */
function snapshotsIn(folder: string): Named[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const named = names.flatMap((name) => {
    const [, partition, seq] = /^p(\d+)-(\d+)-.*\.snapshot$/.exec(name) ?? [];
    return seq === undefined ? [] : [{ name, partition: Number(partition), seq: Number(seq) }];
  });
  return named.sort((a, b) => b.seq - a.seq);
}

const newestSeq = (folder: string, partition: number) =>
  snapshotsIn(folder).find((each) => each.partition === partition)?.seq ?? 0;

/** Waits until each partition with a sale has a newer snapshot than now. */
async function untilNewer(folder: string, partitions = [1, 2, 3]): Promise<void> {
  const before = new Map(partitions.map((each) => [each, newestSeq(folder, each)]));
  await waitUntil('snapshots are taken', () =>
    partitions.every((each) => newestSeq(folder, each) > before.get(each)!),
  );
}

const random = (from: number, to: number) => from + Math.random() * (to - from);

test('an engine that is killed at any moment while snapshots are taken starts from them, and everything stays true', async () => {
  const rig = newRig({ LOG_LEVEL: 'info' });
  await rig.sell();
  await untilNewer(rig.folder.file('snapshots'));
  let begun = 0;
  for (let kill = 1; kill <= 6; kill++) {
    await Bun.sleep(random(50, 500));
    await rig.engine.kill();
    await rig.start();
    await rig.untilReady();
    begun += logged(rig.engine, 'recovered').filter(({ from }) => from! > 0).length;
    expect(logged(rig.engine, 'passes over a snapshot')).toEqual([]);
    await rig.buyers.buy(30);
  }
  // Of three partitions each time, some of whose first orders may be too few yet.
  expect(begun).toBeGreaterThan(12);
  await rig.expectKept();
}, 240_000);

test('snapshots that are damaged, of a later version and of another journal are each passed over with one line', async () => {
  const rig = newRig();
  await rig.sell();
  const folder = rig.folder.file('snapshots');
  await untilNewer(folder);
  await rig.engine.kill();
  const newest = (partition: number) => snapshotsIn(folder).find((e) => e.partition === partition)!;
  const spoilt = [1, 2, 3].map((partition) => newest(partition).name);
  const [damaged, later, foreign] = spoilt.map((name) => join(folder, name));
  const bytes = readFileSync(damaged!);
  bytes[headerBytes + 50]! ^= 0xff;
  writeFileSync(damaged!, bytes);
  rewriteHeader(later!, { version: 2_000 });
  rewriteHeader(foreign!, { hash: 'f0'.repeat(32) });
  await rig.start();
  await rig.untilReady();
  await rig.buyers.buy(200);
  await untilNewer(folder);
  const told = logged(rig.engine, 'passes over a snapshot');
  const reasons = told.toSorted((a, b) => a.partition! - b.partition!).map(({ why }) => why);
  expect(reasons).toEqual([
    'it is damaged: its bytes do not match their checksum',
    `it has version 2000, this engine reads ${snapshotVersion}`,
    'it is of another journal',
  ]);
  await rig.expectKept();
}, 240_000);

describe.if(canMount)('a disk without room', () => {
  /** Beside what snapshots leave free there is room for those of a short sale. */
  const diskBytes = snapshotRoomBytes + 64 * 1024 * 1024;
  const mib = 1024 * 1024;

  /** Writes until there is no room. */
  function fillUp(ballast: string): void {
    try {
      for (;;) appendFileSync(ballast, new Uint8Array(mib));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
  }

  function available({ path }: TemporaryFolder): number {
    const { stdout } = Bun.spawnSync(['df', '--output=avail', '-B1', path]);
    return Number(stdout.toString().split('\n')[1]);
  }

  test('for snapshots keeps no order waiting: one line says so, and they are taken again when there is room; one without any stops sales, for the journal alone', async () => {
    const disk = smallFolder(diskBytes);
    const unmounted = () => {
      disk.remove();
      return true;
    };
    // Files that this process has read may be open for a moment yet.
    removals.push(() => waitUntil('the disk is idle', unmounted));
    const ballast = disk.file('ballast');
    const fill = (left: number) => writeFileSync(ballast, new Uint8Array(available(disk) - left));
    const rig = newRig({ DATA_DIR: disk.file('data') });
    await rig.sell();
    const folder = disk.file('data/snapshots');
    await untilNewer(folder);

    fill(snapshotRoomBytes - 32 * mib);
    const unable = () => logged(rig.engine, 'cannot store a snapshot');
    await waitUntil('it is said', () => unable().length > 0);
    const before = snapshotsIn(folder);
    const told = rig.buyers.refusedForNow;
    await rig.buyers.buy(200);
    expect(rig.buyers.refusedForNow).toBe(told);
    expect(unable().map(({ error }) => error)).toEqual([
      'SnapshotsUnavailable: there is too little room on the disk',
    ]);
    expect(snapshotsIn(folder)).toEqual(before);
    const isHalf = (name: string) => name.endsWith('.tmp');
    await waitUntil('a try leaves nothing behind', () => !readdirSync(folder).some(isHalf));

    truncateSync(ballast, 0);
    await untilNewer(folder);
    await rig.buyers.buy(50);

    fillUp(ballast);
    await rig.untilNotReady(/partition/);
    truncateSync(ballast, 0);
    await rig.buyers.buy(50);
    await rig.untilReady();
    await untilNewer(folder);
    await rig.engine.kill();
    await rig.start();
    expect(logged(rig.engine, 'passes over a snapshot')).toEqual([]);
    await rig.expectKept();
  }, 240_000);
});

describe('on NATS', () => {
  test('an engine without files starts from what others have stored; one that is killed while it stores is taken over from; everything stays true', async () => {
    const rig = await ClusterRig.on(await startNats(), {}, often);
    removals.push(() => rig.remove());
    for (let engine = 1; engine <= 3; engine++) await rig.add();
    await rig.sell();
    const allStored = async () => {
      const each = await Promise.all(rig.asked.map(({ engine }) => snapshotSeqs(engine)));
      return each[0]!.every((_, partition) => each.some((seqs) => seqs[partition]! > 0));
    };
    await waitUntil('a snapshot of each partition is stored', allStored);

    const { member: victim, owned } = await rig.busiest();
    const killedAt = performance.now();
    await rig.kill(victim);
    await rig.sellingAgain('killed with -9', killedAt, owned);

    const joined = await rig.add();
    const seqs = await snapshotSeqs(joined.engine);
    expect(seqs.filter((seq) => seq > 0)).toHaveLength(seqs.length);
    const files = snapshotsIn(join(joined.folder.path, 'snapshots'));
    expect(new Set(files.map(({ partition }) => partition)).size).toBe(seqs.length);

    await rig.startAgain(victim);
    await rig.untilShared();
    await rig.buyers.buy(200);
    for (const { engine } of rig.members)
      expect(logged(engine, 'passes over a snapshot')).toEqual([]);
    await rig.expectKept();
  }, 240_000);
});
