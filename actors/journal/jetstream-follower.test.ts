import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { bytesOf, fill } from '../testing/journal-contract.ts';
import { type NatsServer, startNats } from '../testing/nats.ts';
import { type NatsCluster, startNatsCluster } from '../testing/nats-cluster.ts';
import { waitUntil } from '../testing/process.ts';
import { type Relay, startRelay } from '../testing/relay.ts';
import { Chain, chainStart, encodeEntry, entryHash } from './codec.ts';
import { JetStreamJournal } from './jetstream.ts';
import { JournalCorrupt, JournalUnavailable } from './journal.ts';

setDefaultTimeout(240_000);

let server: NatsServer;
let cluster: NatsCluster | null;
let relay: Relay | null;
let opened: JetStreamJournal[];
let aborts: AbortController[];

beforeEach(async () => {
  [cluster, relay, opened, aborts] = [null, null, [], []];
  server = await startNats();
});

afterEach(async () => {
  server.thaw();
  for (const abort of aborts) abort.abort();
  for (const journal of opened) await journal.close();
  await relay?.stop();
  await cluster?.remove();
  await server.remove();
});

async function open(url = server.url, replicas = 1): Promise<JetStreamJournal> {
  const journal = await JetStreamJournal.open({ url, replicas, partitions: 2 });
  opened.push(journal);
  return journal;
}

/** Follows a partition and keeps what comes. */
function follow(journal: JetStreamJournal, partition: number, from = 1) {
  const abort = new AbortController();
  aborts.push(abort);
  const texts: string[] = [];
  const sequences: number[] = [];
  const reading = async () => {
    for await (const { sequence, bytes } of journal.followed.follow(
      partition,
      from,
      abort.signal,
    )) {
      sequences.push(sequence);
      texts.push(Buffer.from(bytes).toString('utf8'));
    }
    return 'ended';
  };
  const outcome = reading().catch((error: unknown) => error);
  return { abort, texts, sequences, outcome };
}

async function consumersOf(stream: string): Promise<number> {
  const info = await server.api(`STREAM.INFO.${stream}`, {});
  // The server's own answer.
  return (info as { state: { consumer_count: number } }).state.consumer_count;
}

/** A follower that is known to be under way: it has had an entry. */
async function followed(journal: JetStreamJournal) {
  await journal.append(0, 0, bytesOf('a'));
  const following = follow(journal, 0);
  await waitUntil('it follows', () => following.texts.length === 1);
  return following;
}

describe('a stream that is followed', () => {
  test('yields what is there and then each entry as it is stored, by whomever', async () => {
    const [journal, other] = [await open(), await open()];
    await fill(journal, 0, ['a', 'b', 'c']);
    const [all, tail] = [follow(other, 0), follow(other, 0, 3)];
    await waitUntil('what is there comes', () => all.texts.length === 3);
    for (let last = 3; last < 200; last++) {
      await journal.append(0, last, bytesOf(`entry ${last + 1}`));
    }
    const whole = () => all.texts.length === 200 && tail.texts.length === 198;
    await waitUntil('what is stored comes', whole);
    expect(all.sequences).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(tail.sequences).toEqual(all.sequences.slice(2));
    expect(tail.texts).toEqual(all.texts.slice(2));
  });

  test('is followed from its end on, and while it is empty', async () => {
    const journal = await open();
    await fill(journal, 0, ['a', 'b']);
    const [end, empty] = [follow(journal, 0, 3), follow(journal, 1)];
    await waitUntil('both are followed', async () => {
      return (await consumersOf('STAMPEDE_00')) + (await consumersOf('STAMPEDE_01')) === 2;
    });
    await journal.append(0, 2, bytesOf('c'));
    await journal.append(1, 0, bytesOf('first'));
    await waitUntil('both have come', () => end.texts.length + empty.texts.length === 2);
    expect(end).toMatchObject({ sequences: [3], texts: ['c'] });
    expect(empty).toMatchObject({ sequences: [1], texts: ['first'] });
  });

  test('rests for longer than its silence may last without breaking off', async () => {
    const journal = await open();
    const { texts, outcome } = await followed(journal);
    await Bun.sleep(4_000);
    await journal.append(0, 1, bytesOf('b'));
    await waitUntil('the next entry comes', () => texts.length === 2);
    expect(await Promise.race([outcome, 'goes on'])).toBe('goes on');
  });

  test('is heard of at the pace of its taker, and whole', async () => {
    const journal = await open();
    const entry = new Uint8Array(400_000).fill(65);
    for (let last = 0; last < 200; last++) await journal.append(0, last, entry);
    const abort = new AbortController();
    let next = 1;
    for await (const { sequence, bytes } of journal.followed.follow(0, 1, abort.signal)) {
      expect(sequence).toBe(next++);
      expect(bytes.length).toBe(entry.length);
      if (sequence % 50 === 0) await Bun.sleep(2_500);
      if (sequence === 200) abort.abort();
    }
    expect(next).toBe(201);
  });

  test('is let go by the signal, with its consumer', async () => {
    const journal = await open();
    const { abort, outcome } = await followed(journal);
    abort.abort();
    expect(await outcome).toBe('ended');
    await waitUntil('the consumer is gone', async () => (await consumersOf('STAMPEDE_00')) === 0);
    const atOnce = follow(journal, 0);
    atOnce.abort.abort();
    expect(await atOnce.outcome).toBe('ended');
    await waitUntil('nothing is left', async () => (await consumersOf('STAMPEDE_00')) === 0);
  });

  test('is let go by whoever takes no more', async () => {
    const journal = await open();
    await fill(journal, 0, ['a', 'b']);
    for await (const _ of journal.followed.follow(0, 1, new AbortController().signal)) break;
    await waitUntil('the consumer is gone', async () => (await consumersOf('STAMPEDE_00')) === 0);
  });
});

describe('following breaks off', () => {
  test('when the server is killed, and can be taken up again', async () => {
    const journal = await open();
    const { outcome } = await followed(journal);
    await server.kill();
    expect(await outcome).toBeInstanceOf(JournalUnavailable);
    expect(await follow(journal, 0).outcome).toBeInstanceOf(JournalUnavailable);
    await server.start();
    await waitUntil('it takes entries', () => journal.append(0, 1, bytesOf('b')).then(() => true));
    const again = follow(journal, 0, 2);
    await waitUntil('it goes on', () => again.texts.length === 1);
  });

  test('when the server hangs', async () => {
    const { outcome } = await followed(await open());
    await server.freeze();
    expect(await outcome).toBeInstanceOf(JournalUnavailable);
  });

  test('when the connection is silent', async () => {
    relay = await startRelay(server.port);
    const { outcome } = await followed(await open(`nats://127.0.0.1:${relay.port}`));
    relay.hold();
    expect(await outcome).toBeInstanceOf(JournalUnavailable);
  });

  test('when somebody deletes its consumer', async () => {
    const { outcome } = await followed(await open());
    const names = (await server.api('CONSUMER.NAMES.STAMPEDE_00', {})) as { consumers: string[] };
    await server.api(`CONSUMER.DELETE.STAMPEDE_00.${names.consumers[0]}`, {});
    expect(await outcome).toBeInstanceOf(JournalUnavailable);
  });

  test('when somebody deletes the stream', async () => {
    const { outcome } = await followed(await open());
    await server.api('STREAM.DELETE.STAMPEDE_00', {});
    expect(await outcome).toBeInstanceOf(JournalUnavailable);
  });

  test('when the journal is closed', async () => {
    const journal = await open();
    const { outcome } = await followed(journal);
    await journal.close();
    expect(await outcome).toBeInstanceOf(JournalUnavailable);
  });

  test('where an entry is missing', async () => {
    const journal = await open();
    await fill(journal, 0, ['a', 'b', 'c', 'd']);
    await mayLose();
    await server.api('STREAM.MSG.DELETE.STAMPEDE_00', { seq: 3 });
    const { outcome, texts } = follow(journal, 0);
    expect(await outcome).toBeInstanceOf(JournalCorrupt);
    expect(texts).toEqual(['a', 'b']);
    await server.api('STREAM.PURGE.STAMPEDE_00', { seq: 3 });
    expect(await follow(journal, 0).outcome).toBeInstanceOf(JournalCorrupt);
  });
});

/** Makes the stream of partition 0 anew, with its messages, as one that may lose them. */
async function mayLose(): Promise<void> {
  const { config } = (await server.api('STREAM.INFO.STAMPEDE_00', {})) as { config: object };
  await server.api('STREAM.DELETE.STAMPEDE_00', {});
  await server.api('STREAM.CREATE.STAMPEDE_00', {
    ...config,
    deny_purge: false,
    deny_delete: false,
  });
  for (const text of ['a', 'b', 'c', 'd']) await server.publish('stampede.journal.00', text);
}

test('an empty stream with a sequence is numbered by its first message', async () => {
  const journal = await open();
  await mayLose();
  await server.api('STREAM.PURGE.STAMPEDE_00', {});
  const head = { partition: 0, writer: 'test', at: 1 };
  const first = encodeEntry({ ...head, seq: 1, prev: chainStart }, []);
  const second = encodeEntry({ ...head, seq: 2, prev: entryHash(first) }, []);
  const early = follow(journal, 0);
  await waitUntil('it is followed', async () => (await consumersOf('STAMPEDE_00')) === 1);
  expect(await journal.last(0)).toBe(0);
  expect(await journal.append(0, 0, first)).toBe(1);
  expect(await journal.append(0, 1, second)).toBe(2);
  const [late, tail] = [follow(journal, 0), follow(journal, 0, 2)];
  const whole = () =>
    early.texts.length === 2 && late.texts.length === 2 && tail.texts.length === 1;
  await waitUntil('all have come', whole);
  expect([early.sequences, late.sequences, tail.sequences]).toEqual([[1, 2], [1, 2], [2]]);
});

/** Follows a partition into a chain, and takes it up again whenever it breaks off, until the signal aborts. */
async function keepFollowing(journal: JetStreamJournal, chain: Chain, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      const entries = journal.followed.follow(0, chain.sequence + 1, signal);
      for await (const { sequence, bytes } of entries) chain.next(sequence, bytes);
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error;
      await Bun.sleep(50);
    }
  }
}

/** Appends entries to a chain, one after the other; after a failure the journal is read first. */
async function write(journal: JetStreamJournal, chain: Chain, entries: number): Promise<void> {
  await waitUntil('entries are taken', async () => {
    for await (const { sequence, bytes } of journal.read(0, chain.sequence + 1)) {
      chain.next(sequence, bytes);
    }
    for (const end = chain.sequence + entries; chain.sequence < end; ) {
      const { sequence: last, hash: prev } = chain;
      const head = { partition: 0, seq: last + 1, prev, writer: 'test', at: last };
      const bytes = encodeEntry(head, []);
      await journal.append(0, last, bytes);
      chain.next(last + 1, bytes);
    }
    return true;
  });
}

describe('in a cluster of three, what breaks off is taken up, whole', () => {
  test('when the leader of the stream is killed', async () => {
    cluster = await startNatsCluster();
    const [journal, reader] = [await open(cluster.url, 3), await open(cluster.url, 3)];
    const [own, followed, abort] = [new Chain(0), new Chain(0), new AbortController()];
    aborts.push(abort);
    const following = keepFollowing(reader, followed, abort.signal);
    await write(journal, own, 100);
    await waitUntil('it has followed', () => followed.sequence === own.sequence);
    const leader = await cluster.untilLed('STAMPEDE_00');
    await cluster.nodes[leader]!.kill();
    await write(journal, own, 100);
    await waitUntil('it has followed', () => followed.sequence === own.sequence);
    expect(followed.hash).toBe(own.hash);
    await cluster.nodes[leader]!.start();
    abort.abort();
    await following;
  });

  test('when the node that the follower is connected to is cut off', async () => {
    cluster = await startNatsCluster();
    const [first, second, third] = cluster.nodes.map(({ url }) => url);
    const journal = await open(second, 3);
    const readers = await Promise.all(
      Array.from({ length: 4 }, () => open([first, second, third].join(','), 3)),
    );
    const [own, abort] = [new Chain(0), new AbortController()];
    aborts.push(abort);
    const chains = readers.map(() => new Chain(0));
    const following = readers.map((reader, index) =>
      keepFollowing(reader, chains[index]!, abort.signal),
    );
    const whole = () => chains.every(({ hash }) => hash === own.hash);
    await write(journal, own, 100);
    await waitUntil('all have followed', whole);
    cluster.cut(0);
    // A consumer on that very node goes on and hears of nothing; the probe of the journal finds that out.
    const probing = setInterval(() => {
      for (const reader of readers) void reader.probe().catch(() => undefined);
    }, 500);
    await write(journal, own, 100);
    await waitUntil('all have followed', whole);
    clearInterval(probing);
    cluster.heal(0);
    await write(journal, own, 100);
    await waitUntil('all have followed', whole);
    abort.abort();
    await Promise.all(following);
  });
});
