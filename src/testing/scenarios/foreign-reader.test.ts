import { afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, renameSync, statSync } from 'node:fs';
import { journalLogBytesMax, journalLogLookBytes } from '../../../actors/limits.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { goOn, holdReader } from '../../../actors/testing/segments.ts';
import { spawnEngine } from '../engine-process.ts';
import { FaultRig } from '../fault-rig.ts';
import { replay } from '../persistent-buyers.ts';

setDefaultTimeout(240_000);

let rig: FaultRig;

afterEach(() => rig.remove());

const file = (name: string) => rig.folder.file(name);
const logBytes = () => statSync(file('journal.db-wal')).size;
const says = (text: RegExp) =>
  waitUntil(`the log says ${text}`, () => text.test(rig.engine.process.output()));

test('a transaction that somebody holds open on journal.db: its log stays within its limit, selling goes on in another file, and all is kept', async () => {
  rig = new FaultRig({});
  await rig.sell();
  const release = holdReader(file('journal.db'));
  const isGoingOn = () => existsSync(file('journal-2.db'));
  await waitUntil('the journal goes on in a new file', isGoingOn, 120_000);
  await says(/cannot be emptied while .* has a transaction open on .*journal\.db: it goes on in/);
  await rig.buyers.buy(300);
  expect(logBytes()).toBeGreaterThan(journalLogBytesMax);
  expect(logBytes()).toBeLessThan(journalLogBytesMax + 2 * journalLogLookBytes);
  release();
  await says(/journal\.db is over: its log is emptied/);
  expect(logBytes()).toBe(0);
  await rig.engine.kill();
  await rig.start();
  await rig.buyers.buy(100);
  await rig.expectKept();
});

test('a journal of several files: without the first nothing is sold until it is back, and without the last nothing starts', async () => {
  rig = new FaultRig({});
  await rig.sell();
  goOn(file('journal.db'));
  await rig.buyers.buy(100);
  renameSync(file('journal.db'), file('elsewhere'));
  await rig.untilNotReady(/partition/);
  await says(/journal\.db is gone/);
  renameSync(file('elsewhere'), file('journal.db'));
  await rig.untilReady();
  await rig.buyers.buy(100);
  await rig.expectKept();
  renameSync(file('journal-2.db'), file('elsewhere'));
  const failed = spawnEngine({ dataDir: rig.folder.path });
  expect(await failed.ended).toBeGreaterThan(0);
  const line = failed.output().trim().split('\n').at(-1);
  expect(line).toStartWith('stampede: cannot start: ');
  expect(line).toContain(`goes on in ${file('journal-2.db')}, which is missing: put it back`);
  expect(await replay(rig.folder.path)).toMatchObject({
    code: 2,
    output: expect.stringContaining('which is missing'),
  });
});
