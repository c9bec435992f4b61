import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { type NatsServer, startNats } from '../testing/nats.ts';
import { Chain, chainStart, encodeEntry, entryHash } from './codec.ts';
import { JetStreamJournal } from './jetstream.ts';
import { numbersOf } from './jetstream-numbers.ts';
import { Fenced, JournalCorrupt } from './journal.ts';

setDefaultTimeout(240_000);

/** Entries 1 to `count` of partition 0, chained. */
function entriesOf(count: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let prev = chainStart;
  for (let seq = 1; seq <= count; seq++) {
    const bytes = encodeEntry({ partition: 0, seq, prev, writer: 'test', at: seq }, []);
    entries.push(bytes);
    prev = entryHash(bytes);
  }
  return entries;
}

const [first, second] = entriesOf(2) as [Uint8Array, Uint8Array];
const never = () => Promise.reject(new Error('nobody needs to read a message'));

describe('the numbers of a stream', () => {
  test('are its sequences where it begins at the beginning', async () => {
    const state = { messages: 7, first_seq: 1, last_seq: 7 };
    expect(await numbersOf(0, state, never)).toEqual({ first: 1, last: 7, offset: 0 });
  });

  test('begin after whatever sequence an empty stream claims to have', async () => {
    for (const [first_seq, last_seq] of [
      [0, 0],
      [1, 0],
      [21, 20],
    ] as const) {
      const state = { messages: 0, first_seq, last_seq };
      expect(await numbersOf(0, state, never)).toEqual({ first: 1, last: 0, offset: last_seq });
    }
  });

  test('begin with the first message where that is entry 1, and only there', async () => {
    const state = { messages: 3, first_seq: 21, last_seq: 23 };
    const begun = await numbersOf(0, state, async () => first);
    expect(begun).toEqual({ first: 1, last: 3, offset: 20 });
    const lost = await numbersOf(0, state, async () => second);
    expect(lost).toEqual({ first: 21, last: 23, offset: 0 });
    const foreign = await numbersOf(1, state, async () => first);
    expect(foreign).toEqual({ first: 21, last: 23, offset: 0 });
  });
});

describe('a stream that has a sequence and no message', () => {
  let server: NatsServer;
  let opened: JetStreamJournal[];

  beforeEach(async () => {
    opened = [];
    server = await startNats();
    await emptied([]);
  });

  afterEach(async () => {
    for (const journal of opened) await journal.close();
    await server.remove();
  });

  /** Makes the stream of the only partition, lets it lose 20 messages, and gives it these. */
  async function emptied(messages: readonly Uint8Array[]): Promise<void> {
    const journal = await open();
    await journal.close();
    opened.pop();
    const { config } = (await server.api('STREAM.INFO.STAMPEDE_00', {})) as { config: object };
    await server.api('STREAM.DELETE.STAMPEDE_00', {});
    // Only a stream that allows it can be emptied, and such a one can be told not to, later.
    await server.api('STREAM.CREATE.STAMPEDE_00', { ...config, deny_purge: false });
    for (let n = 1; n <= 20; n++) await server.publish('stampede.journal.00', 'lost');
    await server.api('STREAM.PURGE.STAMPEDE_00', {});
    for (const bytes of messages) {
      await server.publish('stampede.journal.00', Buffer.from(bytes).toString('utf8'));
    }
    await server.api('STREAM.UPDATE.STAMPEDE_00', config);
    const { state } = (await server.api('STREAM.INFO.STAMPEDE_00', {})) as { state: object };
    expect(state).toMatchObject({ messages: messages.length, first_seq: 21 });
  }

  async function open(): Promise<JetStreamJournal> {
    const journal = await JetStreamJournal.open({ url: server.url, replicas: 1, partitions: 1 });
    opened.push(journal);
    return journal;
  }

  async function chained(journal: JetStreamJournal): Promise<number> {
    const chain = new Chain(0);
    for await (const { sequence, bytes } of journal.read(0, 1)) chain.next(sequence, bytes);
    return chain.sequence;
  }

  test('is empty and whole: its entries are numbered from 1, for whoever reads them', async () => {
    const journal = await open();
    expect(await journal.last(0)).toBe(0);
    expect(await chained(journal)).toBe(0);
    const entries = entriesOf(10);
    for (const [last, bytes] of entries.entries()) {
      expect(await journal.append(0, last, bytes)).toBe(last + 1);
    }
    for (const reader of [journal, await open()]) {
      expect(await reader.last(0)).toBe(10);
      expect(await chained(reader)).toBe(10);
      const [third] = await Array.fromAsync(reader.read(0, 8));
      expect(third).toMatchObject({ sequence: 8, bytes: entries[7] });
    }
  });

  test('gets one first entry from two engines that start at once, and the other is fenced', async () => {
    const both = [await open(), await open()];
    for (const journal of both) expect(await journal.last(0)).toBe(0);
    const appends = await Promise.allSettled(both.map((journal) => journal.append(0, 0, first)));
    expect(appends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = appends.find((outcome) => outcome.status === 'rejected');
    expect(refused?.reason).toBeInstanceOf(Fenced);
    for (const journal of both) expect(await journal.last(0)).toBe(1);
    const loser = both[appends.findIndex(({ status }) => status === 'rejected')]!;
    expect(await loser.append(0, 1, second)).toBe(2);
    await expect(loser.append(0, 1, second)).rejects.toBeInstanceOf(Fenced);
    expect(await chained(both[0]!)).toBe(2);
  });

  test('refuses a writer that took it for one that begins at the beginning', async () => {
    const journal = await open();
    await expect(journal.append(0, 0, first)).rejects.toBeInstanceOf(Fenced);
  });

  test('is not to be confused with one that has lost its first entries', async () => {
    await emptied([second]);
    const journal = await open();
    const reading = Array.fromAsync(journal.read(0, 1));
    await expect(reading).rejects.toThrow(/missing: 21 is the first/);
    await expect(reading).rejects.toBeInstanceOf(JournalCorrupt);
  });
});
