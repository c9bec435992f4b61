import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { peerSilentMs } from '../limits.ts';
import { type NatsCluster, startNatsCluster } from '../testing/nats-cluster.ts';
import { waitUntil } from '../testing/process.ts';
import { chainStart, encodeEntry } from './codec.ts';
import { JetStreamJournal } from './jetstream.ts';
import { whyUnwritable } from './jetstream-probe.ts';
import { nameOf } from './jetstream-streams.ts';

setDefaultTimeout(240_000);

const nanoseconds = 1_000_000;
const peer = (activeMs: number, more: { current?: boolean; offline?: boolean } = {}) => ({
  ...{ name: 'a peer', current: true, offline: false, lag: 0, ...more },
  active: activeMs * nanoseconds,
});

describe('a stream can be written, as far as its leader tells,', () => {
  test('where no cluster keeps it, or its leader alone', () => {
    expect(whyUnwritable(undefined)).toBeNull();
    expect(whyUnwritable({ name: 'c', leader: 'a' })).toBeNull();
  });

  test('while the leader hears of a majority, itself included', () => {
    const [near, far] = [peer(900), peer(peerSilentMs)];
    expect(whyUnwritable({ leader: 'a', replicas: [near, far] })).toBeNull();
    expect(whyUnwritable({ leader: 'a', replicas: [near, near, far, far] })).toBeNull();
    expect(whyUnwritable({ leader: 'a', replicas: [far, far] })).toMatch(/hears of 0 of 2 others/);
    expect(whyUnwritable({ leader: 'a', replicas: [far] })).toMatch(/a, hears of 0 of 1 others/);
    expect(whyUnwritable({ leader: 'a', replicas: [near, far, far] })).toMatch(/1 of 3 others/);
  });

  test('by followers it was in touch with, and not by those it never heard of', () => {
    const never = peer(0, { current: false });
    expect(whyUnwritable({ leader: 'a', replicas: [never, never] })).toMatch(/0 of 2/);
    expect(whyUnwritable({ leader: 'a', replicas: [peer(0), never] })).toBeNull();
    const gone = peer(10, { offline: true });
    expect(whyUnwritable({ leader: 'a', replicas: [gone, gone] })).toMatch(/0 of 2/);
    expect(whyUnwritable({ leader: 'a', replicas: [peer(10, { current: false })] })).toBeNull();
  });

  test('not without a leader', () => {
    expect(whyUnwritable({ name: 'c', replicas: [peer(10)] })).toMatch(/no leader/);
    expect(whyUnwritable({ leader: '', replicas: [peer(10)] })).toMatch(/no leader/);
  });
});

describe('in a cluster', () => {
  let cluster: NatsCluster;
  const opened: JetStreamJournal[] = [];

  afterEach(async () => {
    for (const journal of opened.splice(0)) await journal.close();
    await cluster.remove();
  });

  test('probes find out that a node is cut off, and leave the streams as they were', async () => {
    cluster = await startNatsCluster();
    const partitions = 3;
    const open = async (node: number) => {
      const { url } = cluster.nodes[node]!;
      const journal = await JetStreamJournal.open({ url, replicas: 3, partitions });
      opened.push(journal);
      return journal;
    };
    const leader = await open(0).then(() => cluster.untilLed(nameOf(0)));
    const [behind, beside] = [await open(leader), await open((leader + 1) % 3)];
    for (let partition = 0; partition < partitions; partition++) {
      const head = { partition, seq: 1, prev: chainStart, writer: 'test', at: 0 };
      await behind.append(partition, 0, encodeEntry(head, []));
    }
    const fails = (journal: JetStreamJournal) =>
      journal.probe().then(
        () => false,
        () => true,
      );
    cluster.cut(leader);
    await waitUntil('the cut is noticed', () => fails(behind));
    await waitUntil('the others go on', async () => !(await fails(beside)));
    cluster.heal(leader);
    await waitUntil('all is well again', async () => !(await fails(behind)));
    for (let partition = 0; partition < partitions; partition++) {
      await waitUntil('the stream is as it was', async () => {
        const info = await cluster.nodes[leader]!.api(`STREAM.INFO.${nameOf(partition)}`, {});
        expect(info).toMatchObject({ state: { messages: 1, first_seq: 1, last_seq: 1 } });
        return true;
      });
    }
  });
});
