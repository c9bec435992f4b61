import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { connect, createServer } from 'node:net';
import { appendRetryMs } from '../limits.ts';
import { bytesOf, fill, readTexts } from '../testing/journal-contract.ts';
import { type NatsServer, startNats } from '../testing/nats.ts';
import { type NatsCluster, startNatsCluster } from '../testing/nats-cluster.ts';
import { waitUntil } from '../testing/process.ts';
import { type Relay, startRelay } from '../testing/relay.ts';
import { Chain, encodeEntry } from './codec.ts';
import { JetStreamJournal } from './jetstream.ts';
import { subjectOf } from './jetstream-streams.ts';
import { isJournalFault } from './journal.ts';

setDefaultTimeout(240_000);

/** An append's sequence, or the name of the error that it ended with. */
type Outcome = number | string;

/** Begins as many appends as may be in flight, in one turn, and resolves with how each ended. */
function appendAll(journal: JetStreamJournal, last: number, texts: string[]): Promise<Outcome[]> {
  return Promise.all(
    texts.map((text, index) =>
      journal.append(0, last + index, bytesOf(text)).catch((error: Error) => error.name),
    ),
  );
}

const mine = ['mine 1', 'mine 2', 'mine 3', 'mine 4'];
const refused: Outcome[] = mine.map(() => 'Fenced');

let server: NatsServer;
let relay: Relay;
let opened: JetStreamJournal[];

beforeEach(async () => {
  opened = [];
  server = await startNats();
  relay = await startRelay(server.port);
});

afterEach(async () => {
  server.thaw();
  for (const journal of opened) await journal.close();
  await relay.stop();
  await server.remove();
});

async function open(url = server.url, replicas = 1): Promise<JetStreamJournal> {
  const journal = await JetStreamJournal.open({ url, replicas, partitions: 1 });
  opened.push(journal);
  return journal;
}

const openByRelay = () => open(`nats://127.0.0.1:${relay.port}`);

/** The last sequence, asked again while the server is away. */
async function lastOf(journal: JetStreamJournal): Promise<number> {
  let last = 0;
  await waitUntil('the journal tells its last sequence', async () => {
    last = await journal.last(0);
    return true;
  });
  return last;
}

/** Another writer's entries, just before or amid appends, leave no room for any of them. */
async function mustBeFenced(journal: JetStreamJournal, other: JetStreamJournal): Promise<void> {
  expect(await appendAll(journal, 0, mine)).toEqual([1, 2, 3, 4]);
  for (let foreign = 1; foreign <= mine.length; foreign++) {
    const last = await journal.last(0);
    for (let n = 0; n < foreign; n++) await other.append(0, last + n, bytesOf('foreign'));
    expect(await appendAll(journal, last, mine)).toEqual(refused);
    expect(await other.last(0)).toBe(last + foreign);
  }
  for (let round = 0; round < 20; round++) {
    const last = await journal.last(0);
    const racing = appendAll(journal, last, mine);
    const foreign = other.append(0, last, bytesOf('foreign')).catch((error: Error) => error.name);
    const outcomes = await racing;
    expect([[last + 1, last + 2, last + 3, last + 4], refused]).toContainEqual(outcomes);
    expect(await foreign).toBe(outcomes[0] === 'Fenced' ? last + 1 : 'Fenced');
  }
}

/**
 * A relay that loses one message to partition 0, when told so. As the client sends
 * what one turn of its loop gave it in one piece, small messages are whole there.
 */
async function startLossyRelay(port: number) {
  let skip = -1;
  const lossy = (chunk: Buffer): Buffer => {
    const text = chunk.toString('latin1');
    for (const { index, 0: line, 1: bytes } of text.matchAll(publishing)) {
      if (skip < 0 || skip-- > 0) continue;
      const end = index + line.length + Number(bytes) + 2;
      return Buffer.concat([chunk.subarray(0, index), chunk.subarray(end)]);
    }
    return chunk;
  };
  const listener = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('data', (chunk) => far.write(lossy(Buffer.from(chunk))));
    far.pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return {
    url: `nats://127.0.0.1:${address.port}`,
    /** Loses the message after the next `messages`. */
    lose(messages: number) {
      skip = messages;
    },
    /** Whether the message has been lost. */
    lost: () => skip < 0,
    stop: () => listener.close(),
  };
}

const publishing = /HPUB stampede\.journal\.00 \S+ \d+ (\d+)\r\n/g;

describe('appends in flight', () => {
  test.each([0, 1, 2, 3])('get round message %d of them that is lost on its way', async (nth) => {
    const lossy = await startLossyRelay(server.port);
    const journal = await open(lossy.url);
    await fill(journal, 0, ['a']);
    lossy.lose(nth);
    expect(await appendAll(journal, 1, mine)).toEqual([2, 3, 4, 5]);
    expect(lossy.lost()).toBe(true);
    expect(await readTexts(journal, 0)).toEqual(['a', ...mine]);
    lossy.stop();
  });

  test('are all refused behind a foreign entry', async () => {
    await mustBeFenced(await open(), await open());
  });

  test('are all refused behind a foreign entry that has no id, as an older release writes it', async () => {
    const journal = await open();
    expect(await appendAll(journal, 0, mine)).toEqual([1, 2, 3, 4]);
    await server.publish(subjectOf(0), 'foreign');
    expect(await appendAll(journal, 4, mine)).toEqual(refused);
    expect(await journal.last(0)).toBe(5);
    expect(await appendAll(journal, 5, mine)).toEqual([6, 7, 8, 9]);
  });

  test('are refused from the one on that a foreign entry overtakes', async () => {
    const [journal, other] = [await open(), await open()];
    await fill(journal, 0, ['a']);
    const first = journal.append(0, 1, bytesOf('b'));
    const foreign = first.then(() => other.append(0, 2, bytesOf('foreign')));
    expect(await foreign).toBe(3);
    expect(await appendAll(journal, 2, mine)).toEqual(refused);
    expect(await readTexts(journal, 0)).toEqual(['a', 'b', 'foreign']);
  });

  test('keep their order over many lines of them, on an empty partition and on', async () => {
    const journal = await open();
    const texts = Array.from({ length: 400 }, (_, index) => `entry ${index + 1}`);
    const appends: Promise<number>[] = [];
    for (const [last, text] of texts.entries()) {
      if (last >= journal.appendsInFlight) await appends[last - journal.appendsInFlight];
      appends.push(journal.append(0, last, bytesOf(text)));
    }
    expect(await Promise.all(appends)).toEqual(texts.map((_, index) => index + 1));
    expect(await readTexts(journal, 0)).toEqual(texts);
  });

  test('are stored once when their answers are late, and answered by what was stored', async () => {
    const journal = await openByRelay();
    await fill(journal, 0, ['a']);
    const listener = await server.listen(subjectOf(0));
    await server.freeze();
    const appends = appendAll(journal, 1, mine);
    // The server finds the first and the second of each when it goes on.
    await Bun.sleep(appendRetryMs * 1.3);
    server.thaw();
    expect(await appends).toEqual([2, 3, 4, 5]);
    await waitUntil('each was sent twice', () => listener.heard() === 2 * mine.length);
    listener.stop();
    expect(await readTexts(journal, 0)).toEqual(['a', ...mine]);
    expect(await appendAll(journal, 5, ['next'])).toEqual([6]);
  });

  test('are stored once when the line to the server is held', async () => {
    const journal = await openByRelay();
    await fill(journal, 0, ['a']);
    relay.hold();
    const appends = appendAll(journal, 1, mine);
    await Bun.sleep(appendRetryMs * 1.3);
    relay.heal();
    expect(await appends).toEqual([2, 3, 4, 5]);
    expect(await readTexts(journal, 0)).toEqual(['a', ...mine]);
  });

  test('are all unknown at once when the connection is lost', async () => {
    const journal = await openByRelay();
    await fill(journal, 0, ['a']);
    relay.hold();
    const appends = appendAll(journal, 1, mine);
    relay.cut();
    expect(await appends).toEqual(mine.map(() => 'OutcomeUnknown'));
    relay.heal();
    const last = await lastOf(journal);
    expect(await appendAll(journal, last, ['next'])).toEqual([last + 1]);
  });

  test('go on by sequence with a server that has forgotten the ids', async () => {
    const journal = await open();
    expect(await appendAll(journal, 0, mine)).toEqual([1, 2, 3, 4]);
    await server.api('STREAM.UPDATE.STAMPEDE_00', {
      ...((await server.api('STREAM.INFO.STAMPEDE_00', {})) as { config: object }).config,
      duplicate_window: 100_000_000,
    });
    await Bun.sleep(200);
    await server.stop();
    await server.start();
    expect(await lastOf(journal)).toBe(4);
    expect(await appendAll(journal, 4, mine)).toEqual([5, 6, 7, 8]);
  });
});

describe('an append that fails', () => {
  test('takes those behind it along that are added before anybody has heard of it', async () => {
    const [journal, other] = [await open(), await open()];
    await other.append(0, 0, bytesOf('foreign'));
    await journal.last(0);
    const first = journal.append(0, 0, bytesOf('mine'));
    // By the time that this is called, the append it follows has failed, and its sequence is taken.
    const second = first.catch(() => journal.append(0, 1, bytesOf('mine')));
    await expect(second).rejects.toThrow(/another writer has written/);
    expect(await journal.last(0)).toBe(1);
    expect(await journal.append(0, 1, bytesOf('after a reading'))).toBe(2);
  });
});

/**
 * A writer that keeps appends in flight, and reads after each failure, until it is told to stop. Resolves with
 * the entries that were acknowledged to it.
 */
async function keepWriting(journal: JetStreamJournal, writer: string, stopped: () => boolean) {
  const acknowledged = new Map<number, Uint8Array>();
  while (!stopped()) {
    try {
      const chain = new Chain(0);
      for await (const { sequence, bytes } of journal.read(0, 1)) chain.next(sequence, bytes);
      for (let failed = false; !failed && !stopped(); ) {
        const appends = mine.map(async () => {
          const [expectedLast, seq] = [chain.sequence, chain.sequence + 1];
          const bytes = encodeEntry({ partition: 0, seq, prev: chain.hash, writer, at: seq }, []);
          chain.next(seq, bytes);
          await journal.append(0, expectedLast, bytes);
          acknowledged.set(seq, bytes);
        });
        const outcomes = await Promise.allSettled(appends);
        failed = outcomes.some(({ status }) => status === 'rejected');
      }
    } catch (error) {
      if (!isJournalFault(error)) throw error;
    }
    await Bun.sleep(100);
  }
  return acknowledged;
}

describe('with three replicas', () => {
  let cluster: NatsCluster;
  let journals: JetStreamJournal[];

  beforeEach(async () => {
    cluster = await startNatsCluster();
    journals = [await open(cluster.url, 3), await open(cluster.nodes[1]!.url, 3)];
  });

  afterEach(async () => {
    for (const journal of journals) await journal.close();
    await cluster.remove();
  });

  test('appends in flight are all refused behind a foreign entry', async () => {
    await mustBeFenced(journals[0]!, journals[1]!);
  });

  test('two that write, while the leader is killed again and again, make one chain of what was acknowledged', async () => {
    let stopped = false;
    const writing = journals.map((journal, index) =>
      keepWriting(journal, `writer ${index}`, () => stopped),
    );
    for (let kill = 0; kill < 3; kill++) {
      const before = await lastOf(journals[0]!);
      await waitUntil('entries are taken', async () => (await journals[0]!.last(0)) > before + 50);
      const leader = await cluster.untilLed('STAMPEDE_00');
      await cluster.nodes[leader]!.kill();
      await cluster.nodes[leader]!.start();
      await cluster.untilWhole();
    }
    const before = await lastOf(journals[0]!);
    await waitUntil('entries are taken', async () => (await journals[0]!.last(0)) > before + 50);
    stopped = true;
    const acknowledged = await Promise.all(writing);
    let stored = new Map<number, Uint8Array>();
    // As whoever recovers does: a server that was killed may answer before it is as the others are.
    await waitUntil('the journal reads whole', async () => {
      stored = new Map();
      const chain = new Chain(0);
      try {
        for await (const { sequence, bytes } of journals[0]!.read(0, 1)) {
          chain.next(sequence, bytes);
          stored.set(sequence, bytes);
        }
        return true;
      } catch (error) {
        if (isJournalFault(error)) return false;
        throw error;
      }
    });
    for (const [sequence, bytes] of acknowledged.flatMap((each) => [...each])) {
      expect(Buffer.compare(stored.get(sequence)!, bytes)).toBe(0);
    }
  });
});
