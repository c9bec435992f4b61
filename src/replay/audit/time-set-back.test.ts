import { expect, test } from 'bun:test';
import { chainStart, encodeEntry } from '../../../actors/journal/codec.ts';
import {
  newestTimes,
  type PartitionTime,
  setTimeBack,
} from '../../../actors/journal/newest-time.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import { logAt } from '../../../actors/testing/log.ts';
import { AuditRig } from '../../testing/audit-rig.ts';
import { salePartitions } from '../../testing/script-player.ts';
import { reportOf, textOf } from '../report.ts';

const sale = new AuditRig();
const hourMs = 3_600_000;

/** Sets the time of the sale's partition 1 back by an hour, from what `change` makes of its end. */
async function setBack(change: (time: PartitionTime) => PartitionTime): Promise<PartitionTime> {
  const journal = await openJournal(logAt(sale.folder.file('journal')), salePartitions);
  try {
    const time = (await newestTimes(journal, salePartitions)).find((each) => each.partition === 1)!;
    await setTimeBack(journal, change(time), 'operator', time.at - hourMs);
    const { sequence } = time;
    const [after] = (await newestTimes(journal, salePartitions)).filter((t) => t.partition === 1);
    const head = { partition: 1, seq: sequence + 2, prev: after!.hash, writer: 'w', at: after!.at };
    const refused = `{"type":"refused","item":1,"count":1,"amount":1000,"at":${after!.at + 1}}`;
    await journal.append(1, sequence + 1, encodeEntry(head, [refused]));
    return time;
  } finally {
    await journal.close();
  }
}

test('a time that an operator set back is no difference, and is reported', async () => {
  const { sequence, at } = await setBack((time) => time);
  expect(await sale.findings()).toEqual([]);
  const report = reportOf(await sale.audited(), null, 'CNY');
  const [from, to] = [at, at - hourMs].map((each) => new Date(each).toISOString());
  const setting = { partition: 1, sequence: sequence + 1, from: from!, to: to! };
  expect(report.timesSetBack).toEqual([setting]);
  expect(textOf(report)).toContain(`partition 1, entry ${sequence + 1}: from ${from} to ${to}`);
});

test('a time set back from another time than it stood at is a difference', async () => {
  const { sequence } = await setBack((time) => ({ ...time, at: time.at + 1 }));
  await sale.expectFinding(`rules 1/${sequence + 1} item -: time was set back from`);
});

test('an entry that sets the time back reads as documented', () => {
  const head = { partition: 3, seq: 17, prev: chainStart, writer: 'w', at: 5, timeSetBackFrom: 9 };
  expect(Buffer.from(encodeEntry(head, [])).toString()).toBe(
    `{"v":1,"partition":3,"seq":17,"prev":"${chainStart}","writer":"w","at":5,"timeSetBackFrom":9,"events":[]}`,
  );
});
