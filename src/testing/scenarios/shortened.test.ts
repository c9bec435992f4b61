import { afterEach, expect, test } from 'bun:test';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NatsServer, startNats } from '../../../actors/testing/nats.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { tokenFor } from '../engine-process.ts';
import { FaultRig } from '../fault-rig.ts';
import { changeLog, cutLog, lastInLog } from '../log-forgery.ts';
import { replay } from '../persistent-buyers.ts';

/** The item, and so the partition, whose journal is cut; the next one is left as it is. */
const [cut, whole] = [1, 2];

let rig: FaultRig;
let nats: NatsServer | null = null;

afterEach(async () => {
  await rig.remove();
  await nats?.remove();
  nats = null;
});

/** Sells for a moment, waits until SQL has everything, and stops the engine cleanly. */
async function sellAndStop(env: Record<string, string>): Promise<void> {
  rig = new FaultRig(env);
  await rig.sell();
  await rig.buyers.stop();
  await rig.untilProjected();
  expect(await rig.engine.stop()).toBe(0);
}

/** The partition refuses to serve and says why; the others sell. */
async function expectRefusing(why: RegExp): Promise<void> {
  await rig.untilNotReady(new RegExp(`^partition ${cut} is refusing`));
  expect(await rig.reasons()).not.toContain(`partition ${whole} is refusing`);
  await waitUntil('the log says why', () => why.test(rig.engine.process.output()));
  const ask = (itemId: number) =>
    rig.engine.place(tokenFor(rig.sales.find((sale) => sale.itemId === itemId)!, 9_999_999));
  expect(await ask(cut)).toMatchObject({ status: 503, errCode: 30002 });
  expect(await ask(whole)).toMatchObject({ status: 201 });
}

async function expectDifferences(): Promise<void> {
  const { code, output } = await replay(rig.folder.path, rig.env);
  expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining('I7') });
}

test('a log without its last entry: the partition refuses to serve, the others sell', async () => {
  await sellAndStop({});
  cutLog(rig.folder, cut, lastInLog(rig.folder, cut) - 1);
  await rig.start();
  await expectRefusing(/the journal ends at entry \d+, but entry \d+ was acknowledged/);
  await rig.engine.kill();
  await expectDifferences();
}, 240_000);

test('a log with bytes of an entry changed: the partition refuses to serve, the others sell', async () => {
  await sellAndStop({});
  const changed = lastInLog(rig.folder, cut) - 1;
  changeLog(rig.folder, (line, { partition, seq }) =>
    partition === cut && seq === changed ? `${line.slice(0, -9)}?garbage?` : line,
  );
  await rig.start();
  await expectRefusing(/refusing to serve/);
  await rig.engine.kill();
  expect(await replay(rig.folder.path)).toMatchObject({ code: 1 });
}, 240_000);

test('a JetStream store put back from an older copy under a running engine: the partitions that lost entries refuse to serve', async () => {
  nats = await startNats();
  rig = new FaultRig({ NATS_URL: nats.url });
  await rig.sell();
  await rig.buyers.stop();
  await nats.stop();
  const copy = rig.folder.file('older copy');
  cpSync(streamFolder(nats, cut), copy, { recursive: true });
  await nats.start();
  await rig.untilReady();
  const token = tokenFor(rig.sales[0]!, 8_888_888);
  await waitUntil('one more order', async () => (await rig.engine.place(token)).errCode === null);
  await rig.untilProjected();
  await nats.stop();
  rmSync(streamFolder(nats, cut), { recursive: true });
  cpSync(copy, streamFolder(nats, cut), { recursive: true });
  await nats.start();
  // The engine's connection survived, so the engine asks the journal again by itself.
  await expectRefusing(/the journal ends at entry \d+, but entry \d+ was acknowledged/);
  expect(await rig.engine.stop()).toBe(0);
  await rig.start();
  await expectRefusing(/the journal ends at entry \d+, but entry \d+ was acknowledged/);
  await rig.engine.kill();
  await expectDifferences();
}, 240_000);

test('a JetStream store with its last message damaged: the partition refuses to serve, the others sell', async () => {
  nats = await startNats();
  await sellAndStop({ NATS_URL: nats.url });
  await nats.kill();
  const block = newestBlock(join(streamFolder(nats, cut), 'msgs'));
  const bytes = readFileSync(block);
  bytes.fill(0, bytes.length - 40);
  writeFileSync(block, bytes);
  await nats.start();
  await rig.start();
  await expectRefusing(/refusing to serve/);
  await rig.engine.kill();
  expect((await replay(rig.folder.path, rig.env)).code).not.toBe(0);
}, 240_000);

function streamFolder({ folder }: NatsServer, partition: number): string {
  return folder.file(`jetstream/$G/streams/STAMPEDE_${String(partition).padStart(2, '0')}`);
}

function newestBlock(folder: string): string {
  const blocks = readdirSync(folder).filter((name) => name.endsWith('.blk'));
  const paths = blocks.map((name) => join(folder, name));
  return paths.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0]!;
}
