import { expect, test } from 'bun:test';
import { Courier } from '../../../actors/cluster/courier.ts';
import { Board } from '../../../actors/memory/board.ts';
import { code } from '../../../actors/protocol.ts';
import { boardRow } from '../../../actors/testing/board-row.ts';
import { MemoryNetwork } from '../../../actors/testing/memory-courier.ts';
import { startNats } from '../../../actors/testing/nats.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { KnownEngines } from './known-engines.ts';
import { RefusalCounts } from './refusal-counts.ts';

/** Engines of one cluster, each with a board of three items. */
function cluster(...ids: string[]) {
  const network = new MemoryNetwork();
  const facts = { version: '0.5.0', startedAt: 1, actorThreads: 1 };
  const members = ids.map((id) => ({ ...facts, id, address: `http://${id}`, state: 'alive' }));
  const engines = members.map((own) => {
    const board = new Board(new SharedArrayBuffer(Board.bytes()));
    for (const item of [1, 2, 3]) board.write(item, boardRow({}));
    const known = new KnownEngines(own);
    known.heard(JSON.stringify(members));
    const courier = network.courier();
    const parts = { board, engines: known, courier, life: 0 };
    // A thread that asks need not be the one that answers.
    return { board, courier, known, threads: [0, 1].map((t) => counting({ ...parts, thread: t })) };
  });
  return { network, engines, members };
}

const counting = (parts: ConstructorParameters<typeof RefusalCounts>[0]) =>
  new RefusalCounts(parts);

test('an engine that is alone tells its own refusals, and asks nobody', async () => {
  const board = new Board(new SharedArrayBuffer(Board.bytes()));
  board.write(1, boardRow({}));
  board.count(1, code.limitReached);
  const engines = new KnownEngines({
    ...{ id: 'a', address: 'http://a', version: '0.5.0', startedAt: 1, actorThreads: 1 },
  });
  const counts = counting({ board, engines, courier: null, thread: 0, life: 0 });
  expect(await counts.ask([1])).toEqual({ engines: 1, silent: [] });
  expect(counts.of(1)).toEqual({ '30006': 1 });
});

test('what was refused is the sum over all engines, whichever is asked', async () => {
  const { network, engines } = cluster('a', 'b', 'c');
  for (const [times, { board }] of engines.entries()) {
    for (let n = 0; n <= times; n++) board.count(1, code.outOfStock);
  }
  engines[2]!.board.count(1, code.limitReached);
  engines[1]!.board.count(3, code.ended);
  for (const counts of engines.flatMap(({ threads }) => threads)) {
    const asked = counts.ask([1, 2]);
    network.deliver();
    expect(await asked).toEqual({ engines: 3, silent: [] });
    expect(counts.of(1)).toEqual({ '30001': 6, '30006': 1 });
    expect(counts.of(2)).toEqual({});
  }
});

test('who is silent, gone or of another mind is named, and nobody waits for long', async () => {
  const { network, engines, members } = cluster('a', 'b', 'c');
  const [{ threads, known, board }, b] = engines as [(typeof engines)[0], (typeof engines)[0]];
  const [counts] = threads as [RefusalCounts]; // One of two.
  board.count(1, code.outOfStock);
  b.board.count(1, code.outOfStock);
  // The answers of b are lost.
  b.courier.isConnected = false;
  const asked = counts.ask([1]);
  network.deliver();
  expect(await asked).toEqual({ engines: 3, silent: ['b'] });
  expect(counts.of(1)).toEqual({ '30001': 1 });
  b.courier.isConnected = true;
  const again = counts.ask([1]);
  for (const letter of network.onTheWay)
    if (letter.subject.endsWith('.c')) letter.bytes = new TextEncoder().encode('{"items":7}');
  network.deliver();
  expect(await again).toEqual({ engines: 3, silent: ['c'] });
  expect(counts.of(1)).toEqual({ '30001': 2 });
  known.heard(JSON.stringify([members[0], { ...members[1], state: 'gone' }, members[2]]));
  const last = counts.ask([1]);
  network.deliver();
  expect(await last).toEqual({ engines: 2, silent: [] });
  expect(counts.of(1)).toEqual({ '30001': 1 });
});

test('an engine that nobody hears at its address is silent at once', async () => {
  const { network, engines, members } = cluster('a', 'b');
  const [{ threads, known }] = engines as [(typeof engines)[0]];
  known.heard(JSON.stringify([...members, { ...members[0], id: 'never' }]));
  const asked = threads[0]!.ask([1]);
  network.deliver();
  expect(await asked).toEqual({ engines: 3, silent: ['never'] });
});

test('engines on a real server tell each other, and one that left is silent at once', async () => {
  const nats = await startNats();
  const facts = { version: '0.5.0', startedAt: 1, actorThreads: 1, state: 'alive' };
  const members = ['a', 'b', 'gone'].map((id) => ({ ...facts, id, address: `http://${id}` }));
  const engines = members.slice(0, 2).map((own) => {
    const board = new Board(new SharedArrayBuffer(Board.bytes()));
    board.write(1, boardRow({}));
    board.count(1, code.outOfStock);
    const known = new KnownEngines(own);
    known.heard(JSON.stringify(members));
    const courier = new Courier(nats, { name: own.id, report: () => undefined });
    return { courier, counts: counting({ board, engines: known, courier, thread: 0, life: 0 }) };
  });
  const [a] = engines as [(typeof engines)[0]];
  await waitUntil('both are connected', () => engines.every((each) => each.courier.isConnected));
  // A subscription has reached the server when what was sent after it has come back.
  await waitUntil('b answers', async () => (await a.counts.ask([1])).silent.length === 1);
  expect(await a.counts.ask([1])).toEqual({ engines: 3, silent: ['gone'] });
  expect(a.counts.of(1)).toEqual({ '30001': 2 });
  for (const { courier } of engines) await courier.close();
  await nats.remove();
});

test('who watches is told within moments, and asks no more than once a second', async () => {
  const { network, engines } = cluster('a', 'b');
  const [a, b] = engines as [(typeof engines)[0], (typeof engines)[0]];
  const counts = a.threads[0]!;
  b.board.count(2, code.outOfStock);
  for (let look = 0; look < 5; look++) counts.refresh([1, 2]);
  expect(network.onTheWay).toHaveLength(1);
  network.deliver();
  expect(counts.of(2)).toEqual({ '30001': 1 });
});
