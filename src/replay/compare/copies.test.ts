import { describe, expect, test } from 'bun:test';
import type { Sequence } from '../../../actors/events.ts';
import { chainStart, encodeEntry, entryHash } from '../../../actors/journal/codec.ts';
import { JetStreamJournal } from '../../../actors/journal/jetstream.ts';
import { type JournalCopies, JournalUnavailable } from '../../../actors/journal/journal.ts';
import { startNatsCluster } from '../../../actors/testing/nats-cluster.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { Audit } from '../audit/audit.ts';
import { replay } from '../replay.ts';
import { reportOf, textOf } from '../report.ts';
import type { Compared } from './comparison.ts';
import { copiesComparison } from './copies.ts';

/** Chained entries of a partition, without events, as a writer makes them. */
function entriesOf(partition: number, count: number, writer = 'test'): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let prev = chainStart;
  for (let seq = 1; seq <= count; seq++) {
    const bytes = encodeEntry({ partition, seq, prev, writer, at: seq }, []);
    entries.push(bytes);
    prev = entryHash(bytes);
  }
  return entries;
}

const written = entriesOf(0, 5);

/** What a server answers at each reading; the last of these from then on. Null: nothing. */
type Answers = (readonly (readonly [Sequence, Uint8Array])[] | null)[];

const numbered = (entries: readonly Uint8Array[]) =>
  entries.map((bytes, index) => [index + 1, bytes] as const);
const whole: Answers = [numbered(written)];

/** Compares copies with an audit that has read what was written. */
async function compared(servers: Record<string, Answers | 'unreachable'>) {
  const audit = new Audit({ partitions: 1 });
  for (const [sequence, bytes] of numbered(written)) audit.partitions[0]!.entry(sequence, bytes);
  const readings = new Map<string, number>();
  const copies: JournalCopies = {
    keepers: async () =>
      Object.entries(servers).map(([server, answers]) => ({
        server,
        reachable: answers !== 'unreachable',
      })),
    async *read(_partition, server, upTo) {
      const reading = readings.get(server) ?? 0;
      readings.set(server, reading + 1);
      const answers = servers[server]!;
      if (answers === 'unreachable') throw new Error('nobody may ask it');
      const answer = answers[Math.min(reading, answers.length - 1)]!;
      if (answer === null) throw new JournalUnavailable('no answer');
      for (const [sequence, bytes] of answer) if (sequence <= upTo) yield { sequence, bytes };
    },
  };
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  const hashAt = async (_partition: number, sequence: Sequence) =>
    entryHash(written[sequence - 1]!);
  const names = { items: new Map(), promos: new Map() };
  const readAgain = () => {
    throw new Error('nobody may ask it');
  };
  const reading = { audit, names, to: null, readOn: async () => undefined, readAgain, hashAt };
  const result: Compared = await copiesComparison(copies, sleep).compare(reading);
  return { ...result, findings: audit.findings.listed, pauses, readings };
}

describe('the copies that servers keep of a journal', () => {
  test('are the same where each is whole and ends with the same hash, and are read once', async () => {
    const { compared: counts, skipped, findings, pauses } = await compared({ a: whole, b: whole });
    expect({ counts, skipped, findings, pauses }).toEqual({
      ...{ counts: { same: 2 }, skipped: [], findings: [], pauses: [] },
    });
  });

  test('are a difference where one has another entry, a gap or a fork at both readings', async () => {
    const changed = numbered(written.with(2, entriesOf(0, 5, 'evil')[2]!));
    const gap = numbered(written).filter(([sequence]) => sequence !== 3);
    const forked = numbered(entriesOf(0, 5, 'another'));
    const {
      compared: counts,
      findings,
      readings,
    } = await compared({
      ...{ a: whole, changed: [changed], gap: [gap], forked: [forked] },
    });
    expect(counts).toEqual({ same: 1 });
    expect(findings.map(({ check }) => check)).toEqual(['I8', 'I8', 'I8']);
    const [first, second, third] = findings.map(({ what }) => what);
    expect(first).toMatch(/the copy of server changed differs, read twice: entry 3: the hash/);
    expect(second).toMatch(/the copy of server gap differs, read twice: entry 4: missing/);
    expect(third).toContain(entryHash(forked[4]![1]));
    expect([...readings.values()]).toEqual([1, 2, 2, 2]);
  });

  test('that differ once only are no difference, but are told of', async () => {
    const gap = numbered(written).filter(([sequence]) => sequence !== 3);
    const {
      compared: counts,
      findings,
      skipped,
      pauses,
    } = await compared({
      a: [gap, ...whole],
    });
    expect([counts, findings]).toEqual([{ same: 1 }, []]);
    expect(pauses).toHaveLength(1);
    expect(skipped).toEqual([expect.stringMatching(/^a, partition 0: entry 4.*read again$/)]);
  });

  test('that are behind, or do not answer, are no difference, but are told of', async () => {
    const {
      compared: counts,
      findings,
      skipped,
    } = await compared({
      ...{ late: [numbered(written.slice(0, 3))], empty: [[]], mute: [null], gone: 'unreachable' },
    });
    expect([counts, findings]).toEqual([{ same: 0 }, []]);
    expect(skipped).toEqual([
      'late, partition 0: it ends at entry 3, 5 is the last',
      'empty, partition 0: it ends at entry 0, 5 is the last',
      'mute, partition 0: not read: no answer',
      'gone, partition 0: not read, the others do not hear of it',
    ]);
  });

  test('that are behind, and not what was written, are a difference', async () => {
    const { findings } = await compared({ a: [numbered(entriesOf(0, 3, 'another'))] });
    expect(findings).toMatchObject([{ check: 'I8', sequence: 3 }]);
  });
});

test('a replay reads the copy of each server of a cluster, and says which it read for the audit', async () => {
  const cluster = await startNatsCluster();
  const partitions = 1;
  const settings = { url: cluster.url, replicas: 3, partitions };
  const journal = await JetStreamJournal.open(settings);
  try {
    for (const [last, bytes] of entriesOf(0, 100).entries()) await journal.append(0, last, bytes);
    const comparisons = [copiesComparison(journal.copies!)];
    const replayed = await replay({ journal, partitions, comparisons });
    expect(replayed.comparisons[0]).toMatchObject({ compared: { same: 3 }, skipped: [] });
    expect(replayed.answeredBy).toEqual([
      expect.stringMatching(
        /^server node-\d \(\w+\), stream led by node-\d, entries read from node-\d$/,
      ),
    ]);
    const text = textOf(reportOf(replayed, null, 'CNY'));
    expect(text).toContain('Read from: server node-');
    expect(text).toContain('Copies, compared: same 3');
    const leader = await cluster.untilLed('STAMPEDE_00');
    const cut = [0, 1, 2].find(
      (node) => node !== leader && !journal.answeredBy(0).startsWith(`server node-${node} `),
    )!;
    cluster.cut(cut);
    await waitUntil('the others miss it', async () => {
      const keepers = await journal.copies!.keepers(0);
      return keepers.some(({ server, reachable }) => server === `node-${cut}` && !reachable);
    });
    const again: unknown[] = [];
    // Where it led the cluster too, nobody makes a reader until there is a new leader: a replay says so, and ends.
    await waitUntil('a replay can read', async () => {
      again.push((await replay({ journal, partitions, comparisons })).comparisons[0]);
      return true;
    });
    const missed = `node-${cut}, partition 0: not read, the others do not hear of it`;
    expect(again).toMatchObject([{ compared: { same: 2 }, skipped: [missed] }]);
  } finally {
    await journal.close();
    await cluster.remove();
  }
}, 240_000);
