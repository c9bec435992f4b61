import { expect, test } from 'bun:test';
import type { ToldMember, ToldPartition } from '../../../actors/cluster/told-members.ts';
import { Positions } from '../../../actors/memory/positions.ts';
import { shownEngines } from './engines.ts';
import { KnownEngines } from './known-engines.ts';

const startedAt = Date.UTC(2026, 10, 11);
const own = { id: 'a', address: 'http://a:3000', version: '0.5.0', startedAt, actorThreads: 2 };

/** An engine of two partitions, whose steady clock stands at ten seconds. */
function engine() {
  const positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  const engines = new KnownEngines(own);
  const parts = { positions, engines, partitions: 2, steadyClock: () => 10_000 };
  for (const partition of [0, 1]) {
    positions.setMode(partition, 'ready');
    positions.set(partition, 'journalSeq', 40 + partition);
  }
  return { positions, engines, shown: () => shownEngines(parts) };
}

const followed: ToldPartition = {
  ...{ owned: false, mode: 'following', since: startedAt, seq: 41, sqlSeq: 41, replicaSeq: 41 },
};

function member(id: string, owned: number[], more: Partial<ToldMember> = {}): ToldMember {
  const partitions = [0, 1].map((p): ToldPartition => {
    if (!owned.includes(p)) return followed;
    return { ...followed, owned: true, mode: 'ready', since: startedAt + 5_000, seq: 90 };
  });
  const common = { tokenSecret: 'x', sql: 'y', store: 'z' };
  const facts = { ...own, id, address: `http://${id}:3000`, layout: 1, common, partitions };
  return { ...facts, state: 'alive', heardAt: 9_900, ...more };
}

test('an engine that is alone owns everything, since it started', () => {
  const { engines, partitions, warnings } = engine().shown();
  expect(engines).toEqual([{ ...own, state: 'alive', self: true, heardMsAgo: 0, owned: 2 }]);
  expect(partitions[1]).toEqual({
    ...{ partition: 1, owner: 'a', mode: 'ready', since: startedAt },
    ...{ journalSeq: 41, sqlSeq: 0, replicaSeq: 0, webhookSeq: null, copy: null },
  });
  expect(warnings).toEqual([]);
});

test('of a cluster, each engine is shown, and what each owns, as its owner says', () => {
  const { positions, engines, shown } = engine();
  positions.set(0, 'ownedSince', startedAt + 1_000);
  positions.set(1, 'elsewhere', 1);
  positions.setMode(1, 'following');
  positions.set(1, 'ownerSeq', 90);
  positions.set(1, 'boardStaleAt', 10_600);
  const gone = member('c', [], { state: 'gone', heardAt: 4_000 });
  engines.heard(JSON.stringify([member('a', [0]), member('b', [1]), gone]));
  const { engines: all, partitions } = shown();
  expect(all.map(({ id, self, state, owned }) => [id, self, state, owned])).toEqual([
    ['a', true, 'alive', 1],
    ['b', false, 'alive', 1],
    ['c', false, 'gone', 0],
  ]);
  expect(all.map(({ heardMsAgo }) => heardMsAgo)).toEqual([0, 100, 6_000]);
  expect(partitions[0]).toMatchObject({ owner: 'a', since: startedAt + 1_000, copy: null });
  expect(partitions[1]).toMatchObject({
    ...{ owner: 'b', mode: 'ready', since: startedAt + 5_000, journalSeq: 90 },
    copy: { mode: 'following', seq: 41, entriesBehind: 49, behindMs: 400, answers: true },
  });
});

test('a partition that nobody owns is shown as this engine has it, and one of two owners as the later', () => {
  const { positions, engines, shown } = engine();
  for (const partition of [0, 1]) positions.set(partition, 'elsewhere', 1);
  positions.setMode(0, 'following');
  positions.set(0, 'boardStaleAt', 1);
  const late = member('c', [1]);
  late.partitions[1]!.since += 1;
  engines.heard(JSON.stringify([member('a', []), member('b', [1]), late]));
  const { partitions, warnings } = shown();
  expect(partitions[0]).toMatchObject({ owner: null, mode: 'following', since: null });
  expect(partitions[0]!.copy).toMatchObject({ behindMs: null, answers: false });
  expect(partitions[1]).toMatchObject({ owner: 'c' });
  expect(warnings).toEqual(['partition 1: more than one engine says that it owns it']);
});
