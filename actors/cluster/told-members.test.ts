import { expect, test } from 'bun:test';
import { goneToldMs } from '../limits.ts';
import type { Member } from './members.ts';
import { drawsOf } from './rendezvous.ts';
import { toldMembers } from './told-members.ts';

const now = 5_000_000;

function member(id: string, state: Member['state'], startedAt: number, port = 3_000): Member {
  const common = { tokenSecret: 'x', sql: 'y', store: 'z' };
  const facts = { v: 1 as const, id, n: 1, serial: 1, version: '0.5.0', layout: 1, leaving: false };
  const address = `http://127.0.0.1:${port}`;
  const beat = {
    ...facts,
    archives: true,
    address,
    startedAt,
    actorThreads: 1,
    common,
    partitions: [],
  };
  const heard = { beat, heardAt: now - 3_000, ownN: 1, storedAfterN: 0, spoke: true };
  return { id, state, ...heard, draws: drawsOf(id, 1, 1) };
}

const told = (members: Member[], at = now) =>
  toldMembers(members, at).map(({ id, state }) => [id, state]);

test('of engines that are no more, those are told that have fallen silent, and not for ever', () => {
  const members = [member('a', 'alive', 1), member('b', 'gone', 2, 1), member('c', 'left', 3, 2)];
  expect(told(members)).toEqual([
    ['a', 'alive'],
    ['b', 'gone'],
  ]);
  expect(told(members, now + goneToldMs)).toEqual([['a', 'alive']]);
});

test('an engine that died and was started again is told once', () => {
  expect(told([member('a', 'gone', 1), member('b', 'alive', 2)])).toEqual([['b', 'alive']]);
});
