import { expect, test } from 'bun:test';
import type { JetStreamConnection } from './jetstream-connection.ts';
import { StreamReader } from './jetstream-reader.ts';
import { JournalUnavailable } from './journal.ts';

/** A server that gives one answer to all who ask about a stream, and whether that counts as one in full. */
function reading(info: object) {
  const counted: [string, boolean][] = [];
  const connection = {
    link: { manager: { streams: { info: async () => info } } },
    answered: (_: unknown, question: string, __: number, inFull: boolean) => {
      counted.push([question, inFull]);
    },
  };
  // The reader uses no more of a connection than this.
  const reader = new StreamReader(connection as unknown as JetStreamConnection);
  return { reader, counted };
}

test('a server that knows no leader of a stream has not answered in full: another may know one', async () => {
  const { reader, counted } = reading({ cluster: { leader: '' }, state: {} });
  expect(reader.info(3)).rejects.toThrow(JournalUnavailable);
  await reader.info(3).catch(() => undefined);
  expect(counted).toEqual([
    ['read 3', false],
    ['read 3', false],
  ]);
});

test('a server that knows the leader has, for that partition alone', async () => {
  const { reader, counted } = reading({ cluster: { leader: 'node-1' }, state: {} });
  await reader.info(3);
  expect(counted).toEqual([['read 3', true]]);
});
