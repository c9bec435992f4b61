import { describe, expect, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { appendsInFlightMax, entryEventsMax, payWindowDefaultMs, tallyMs } from '../limits.ts';
import { code } from '../protocol.ts';
import { item, newRig, type Rig, start } from '../testing/partition-rig.ts';

describe('a partition sends', () => {
  test('no answer before its event is durable (I2)', async () => {
    const b = newRig();
    await b.open(5);
    const bought = b.place(1);
    b.partition.commit();
    await setImmediate();
    expect(b.codes(bought)).toEqual([null]);
    expect(b.board.read(item)).toMatchObject({ left: 5, seq: 2 });
    await b.journal.acknowledge();
    expect(b.replies.get(bought)).toMatchObject({ code: code.ok, order: { n: 1, user: 1 } });
    expect(b.board.read(item)).toMatchObject({ left: 4, held: 1, seq: 3, leftSeq: 3 });
  });

  test('no refusal or repeat before the event it rests on', async () => {
    const b = newRig();
    await b.open(1);
    const [bought, refused, repeated] = [b.place(1), b.place(2), b.place(1)];
    b.partition.commit();
    await setImmediate();
    expect(b.codes(bought, refused, repeated)).toEqual([null, null, null]);
    await b.journal.acknowledge();
    expect(b.codes(bought, refused, repeated)).toEqual([code.ok, code.outOfStock, code.ok]);
    expect(b.replies.get(repeated)).toMatchObject({ repeated: true, order: { n: 1 } });
  });

  test('at once an answer that rests only on durable state', async () => {
    const b = newRig();
    await b.open(0);
    expect(b.codes(b.place(1))).toEqual([code.outOfStock]);
    expect(b.journal.held).toHaveLength(0);
  });
});

describe('a batch', () => {
  test('gathers while the journal is busy', async () => {
    const b = newRig();
    await b.open(9);
    for (const user of [1, 2, 3, 4]) {
      b.place(user);
      b.partition.commit();
    }
    await b.journal.acknowledgeAll();
    expect(b.journal.entries.map(({ events }) => events.length)).toEqual([0, 1, 1, 3]);
    expect(b.partition.idle).toBe(true);
  });

  test('is split where an entry would hold too many events', async () => {
    const b = newRig();
    await b.open(entryEventsMax * 2 + 10);
    for (let user = 1; user <= entryEventsMax * 2 + 5; user++) b.place(user);
    b.partition.commit();
    await b.journal.acknowledgeAll();
    const sizes = b.journal.entries.map(({ events }) => events.length);
    expect(sizes).toEqual([0, 1, entryEventsMax, entryEventsMax, 5]);
    expect(b.replies.size).toBe(entryEventsMax * 2 + 6);
  });

  test('shows the board its items as they are at its end, not later', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1);
    b.partition.commit();
    b.place(2);
    await b.journal.acknowledge();
    expect(b.board.read(item)).toMatchObject({ left: 8, seq: 3 });
    await b.journal.acknowledge();
    expect(b.board.read(item)).toMatchObject({ left: 7, seq: 4 });
  });
});

describe('a journal that takes several appends', () => {
  test('gets as many as it takes, and never more than the engine allows', async () => {
    for (const [takes, sent] of [
      [3, 3],
      [100, appendsInFlightMax],
    ] as const) {
      const b = newRig(takes);
      await b.open(99);
      for (let user = 1; user <= 20; user++) {
        b.place(user);
        b.partition.commit();
      }
      expect(b.journal.held).toHaveLength(sent);
      await b.journal.acknowledgeAll();
      expect(b.journal.entries.flatMap(({ events }) => events)).toHaveLength(21);
    }
  });

  test('may acknowledge in any order: replies leave in the order of the entries', async () => {
    const b = newRig(8);
    await b.open(9);
    const requests = [1, 2, 3].map((user) => {
      const request = b.place(user);
      b.partition.commit();
      return request;
    });
    await b.journal.acknowledge(2);
    await b.journal.acknowledge(1);
    expect(b.codes(...requests)).toEqual([null, null, null]);
    expect(b.board.read(item)?.left).toBe(9);
    await b.journal.acknowledge(0);
    expect(b.codes(...requests)).toEqual([0, 0, 0]);
    expect(b.board.read(item)).toMatchObject({ left: 6, seq: 5 });
  });
});

describe('time', () => {
  test('ends holds, and this is journaled, without any command', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1);
    b.partition.commit();
    await b.journal.acknowledge();
    expect(b.partition.dueAt).toBe(start + payWindowDefaultMs);
    b.partition.tick(start + payWindowDefaultMs - 1);
    expect(b.partition.idle).toBe(true);
    b.partition.tick(start + payWindowDefaultMs);
    b.partition.commit();
    await b.journal.acknowledge();
    expect(b.journal.entries.at(-1)?.events).toEqual([
      { type: 'expired', item, n: 1, amount: 1, placedAt: start },
    ]);
    expect(b.board.read(item)).toMatchObject({ left: 9, held: 0 });
  });

  test('never goes backwards in the journal, whatever the clock does', async () => {
    const b = newRig();
    await b.open(9);
    for (const [user, at] of [
      [1, start + 5_000],
      [2, start - 600_000],
      [3, start + 6_000],
    ] as const) {
      b.place(user, 1, at);
    }
    b.partition.commit();
    await b.journal.acknowledge();
    const { at, events } = b.journal.entries.at(-1)!;
    expect(events.map((event) => event.at ?? at)).toEqual([
      ...[start + 5_000, start + 5_000, start + 6_000],
    ]);
  });
});

describe('refusals for stock', () => {
  const refusedEvents = (b: Rig) =>
    b.journal.entries.flatMap(({ events }) => events.filter(({ type }) => type === 'refused'));

  test('are journaled before the number of units left changes', async () => {
    const b = newRig();
    await b.open(1);
    b.place(1, 3);
    b.place(2, 2);
    b.submit({ type: 'restock', item, units: 5, key: 0 });
    b.partition.commit();
    await b.journal.acknowledge();
    expect(b.journal.entries.at(-1)?.events).toEqual([
      { type: 'refused', item, count: 2, amount: 2 },
      { type: 'restocked', item, units: 5 },
    ]);
  });

  test('are journaled after a while, or at the end', async () => {
    for (const write of [
      (b: Rig) => b.partition.tick(start + tallyMs),
      (b: Rig) => b.partition.finish(start),
    ]) {
      const b = newRig();
      await b.open(0);
      b.place(1);
      b.partition.tick(start + tallyMs - 1);
      expect(b.partition.idle).toBe(true);
      write(b);
      b.partition.commit();
      await b.journal.acknowledge();
      expect(refusedEvents(b)).toEqual([{ type: 'refused', item, count: 1, amount: 1 }]);
    }
  });
});

test('a merchant who would take off sale what is not left is no buyer who was refused for stock', async () => {
  const b = newRig();
  await b.open(1);
  const refused = b.submit({ type: 'withdrawUnits', item, units: 2, key: 0 });
  b.partition.finish(start);
  expect(b.codes(refused)).toEqual([code.outOfStock]);
  expect(b.partition.idle).toBe(true);
});

describe('a stopped partition', () => {
  test('no longer decides anything', async () => {
    const b = newRig();
    await b.open(9);
    b.partition.stop();
    expect(b.codes(b.place(1))).toEqual([code.journalUnavailable]);
    expect(b.partition.mode).toBe('stopped');
  });
});
