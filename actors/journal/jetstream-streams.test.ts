import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { bytesOf, contractPartitions } from '../testing/journal-contract.ts';
import { type NatsServer, startNats } from '../testing/nats.ts';
import { JetStreamJournal } from './jetstream.ts';
import type { JetStreamOptions } from './jetstream-streams.ts';
import { JournalMisconfigured, JournalUnavailable } from './journal.ts';

const partitions = contractPartitions;

// Each test starts a server.
setDefaultTimeout(240_000);

let server: NatsServer;
let opened: JetStreamJournal[];

beforeEach(async () => {
  opened = [];
  server = await startNats();
});
afterEach(async () => {
  for (const journal of opened) await journal.close();
  await server.remove();
});

async function open(options: Partial<JetStreamOptions> = {}): Promise<JetStreamJournal> {
  const { url } = server;
  const journal = await JetStreamJournal.open({ url, replicas: 1, partitions, ...options });
  opened.push(journal);
  return journal;
}

/** Makes the first partition's stream as the journal would, except for `config`. */
async function foreignStream(config: Record<string, unknown>): Promise<void> {
  const answer = await server.api('STREAM.CREATE.STAMPEDE_00', {
    name: 'STAMPEDE_00',
    subjects: ['stampede.journal.00'],
    retention: 'limits',
    storage: 'file',
    discard: 'new',
    num_replicas: 1,
    deny_delete: true,
    deny_purge: true,
    ...config,
  });
  expect(answer).not.toHaveProperty('error');
}

describe('streams', () => {
  test('of another number of partitions are refused', async () => {
    await open({ partitions: 8 });
    await expect(open({ partitions: 4 })).rejects.toThrow(
      /holds a journal of 8 partitions, it cannot be opened with 4/,
    );
    await expect(open({ partitions: 16 })).rejects.toBeInstanceOf(JournalMisconfigured);
  });

  test('tell a reader how many partitions the journal was made with', async () => {
    await open({ partitions: 3 });
    const { url } = server;
    const reader = await JetStreamJournal.open({ url, replicas: 1, readonly: true });
    opened.push(reader);
    expect(reader.partitions).toBe(3);
  });

  test('are not made by a reader', async () => {
    const reading = open({ readonly: true, patienceMs: 0 });
    await expect(reading).rejects.toThrow(/it has not been made yet/);
    await expect(reading).rejects.toBeInstanceOf(JournalUnavailable);
  });

  for (const [what, config] of [
    ['another subject', { subjects: ['somebody.else'] }],
    ['an age limit', { max_age: 60_000_000_000 }],
    ['a limit on entries', { max_msgs: 10 }],
    ['deletion allowed', { deny_delete: false }],
    ['storage in memory', { storage: 'memory' }],
    ['old entries discarded', { discard: 'old' }],
  ] as const) {
    test(`with ${what} are refused`, async () => {
      await foreignStream({ description: 'Stampede journal, partition 0 of 8', ...config });
      await expect(open()).rejects.toThrow(/stream STAMPEDE_00 is not this journal's/);
    });
  }

  test('that someone else made are refused', async () => {
    await foreignStream({ description: 'orders of another shop' });
    await expect(open()).rejects.toThrow(/description is "orders of another shop"/);
  });

  test('that are missing from a journal in use are not recreated', async () => {
    const journal = await open();
    await journal.append(0, 0, bytesOf('a'));
    await journal.append(3, 0, bytesOf('b'));
    await server.api('STREAM.DELETE.STAMPEDE_03', {});
    await expect(open()).rejects.toThrow(/stream STAMPEDE_03 of the journal is missing/);
  });

  test('on a server that takes only short messages are refused', async () => {
    const small = await startNats({ maxPayloadBytes: 65_536 });
    const opening = JetStreamJournal.open({ url: small.url, replicas: 1, partitions });
    await expect(opening).rejects.toThrow(/raise max_payload/);
    await small.remove();
  });
});
