import { afterEach, describe, expect, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { Fenced, JournalUnavailable, OutcomeUnknown } from '../journal/journal.ts';
import { takeOverHoldMs, takeOverTriesMax } from '../limits.ts';
import { code } from '../protocol.ts';
import { HeldJournal } from '../testing/held-journal.ts';
import { item, newFollower, oneMoreUnit, type Rig, start } from '../testing/partition-rig.ts';

/** Lets followers hear what has been stored. */
async function heard(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

const rigs: Rig[] = [];

/** Who follows a journal in memory looks at it in every turn of the thread. */
afterEach(() => {
  for (const { partition } of rigs.splice(0)) partition.stop();
});

/** An engine that owns the partition, and one that follows it, on one journal; the item has some units. */
async function twoEngines(units = 5): Promise<{ owner: Rig; follower: Rig }> {
  const journal = new HeldJournal(1);
  const owner = newFollower(journal, 'left');
  const follower = newFollower(journal, 'right');
  rigs.push(owner, follower);
  await follower.partition.recover('start');
  await owner.partition.recover('start');
  await taken(owner);
  owner.submit({ type: 'open', item, price: 100, units });
  owner.partition.commit();
  await journal.acknowledge();
  await heard();
  return { owner, follower };
}

/** An owner with an order under way, whose partition the other takes: both have an append in flight. */
async function contested() {
  const { owner, follower } = await twoEngines();
  const underWay = owner.place(1);
  owner.partition.commit();
  follower.partition.take();
  await heard();
  return { owner, follower, underWay };
}

/** Has an engine take the partition. */
async function taken(rig: Rig): Promise<void> {
  rig.partition.take();
  await heard();
  await rig.journal.acknowledge();
  await heard();
  expect(rig.partition.mode).toBe('ready');
}

/** Has an owner give the partition up; nothing may be in flight. */
async function handedOver(rig: Rig): Promise<void> {
  rig.partition.handOver();
  rig.partition.tick(start);
  await heard();
  expect(rig.partition.mode).toBe('following');
}

describe('a follower', () => {
  test('shows on its board what the owner has journaled, and knows the buyers', async () => {
    const { owner, follower } = await twoEngines();
    owner.place(1);
    owner.partition.commit();
    await heard();
    expect(follower.board.read(item)).toMatchObject({ left: 5, seq: 3 });
    await owner.journal.acknowledge();
    await heard();
    expect(follower.board.read(item)).toEqual(owner.board.read(item)!);
    expect(follower.board.maybeBuyer(item, 1)).toBe(true);
    expect(follower.positions.get(0, 'journalSeq')).toBe(4);
    expect(follower.partition.mode).toBe('following');
  });

  test('tells of each change of the writer', async () => {
    const { owner, follower } = await twoEngines();
    expect(follower.writersSeen).toEqual(['left']);
    owner.place(1);
    owner.partition.commit();
    await owner.journal.acknowledge();
    await heard();
    expect(follower.writersSeen).toEqual(['left']);
  });

  test('goes on where it was when the reading breaks off', async () => {
    const { owner, follower } = await twoEngines();
    owner.journal.breakOff();
    await heard();
    owner.place(1);
    owner.partition.commit();
    await owner.journal.acknowledge();
    await heard();
    expect(follower.board.read(item)).toMatchObject({ left: 5 });
    await follower.wake();
    await heard();
    expect(follower.board.read(item)).toMatchObject({ left: 4 });
    expect(follower.journal.readings).toBe(3);
  });

  test('reads the journal anew when its copy proves to be another', async () => {
    const { owner, follower } = await twoEngines();
    // A server that was cut off had an entry that no other has: the follower alone has read it.
    follower.journal.storeBeside([oneMoreUnit]);
    await heard();
    expect(follower.board.read(item)).toMatchObject({ left: 6 });
    follower.journal.stored.pop();
    owner.place(1);
    owner.partition.commit();
    await owner.journal.acknowledge();
    owner.place(2);
    owner.partition.commit();
    await owner.journal.acknowledge();
    await heard();
    expect(follower.board.read(item)).toEqual(owner.board.read(item)!);
  });
});

describe('a command for a partition that is not this engine’s', () => {
  test('is sent to its owner', async () => {
    const { follower } = await twoEngines();
    follower.ownedElsewhere = true;
    const sent = follower.place(1);
    expect(follower.redirected).toEqual([sent]);
    expect(follower.codes(sent)).toEqual([null]);
  });

  test('waits while nobody owns it, and is decided once this engine does', async () => {
    const { owner, follower } = await twoEngines();
    await handedOver(owner);
    const waiting = follower.place(1);
    expect(follower.codes(waiting)).toEqual([null]);
    await taken(follower);
    follower.partition.tick(start);
    follower.partition.commit();
    await follower.journal.acknowledge();
    expect(follower.codes(waiting)).toEqual([code.ok]);
  });

  test('waits until another owner is known, and is then sent there', async () => {
    const { owner, follower } = await twoEngines();
    await handedOver(owner);
    const waiting = owner.place(1);
    follower.partition.take();
    owner.partition.tick(start);
    expect(owner.redirected).toEqual([]);
    owner.ownedElsewhere = true;
    owner.partition.tick(start);
    expect(owner.redirected).toEqual([waiting]);
  });

  test('is told that nothing was done when nobody comes to own it', async () => {
    const { owner } = await twoEngines();
    await handedOver(owner);
    const waiting = owner.place(1);
    owner.steadyNow = takeOverHoldMs - 1;
    owner.partition.tick(start);
    expect(owner.codes(waiting)).toEqual([null]);
    owner.steadyNow = takeOverHoldMs;
    owner.partition.tick(start);
    expect(owner.codes(waiting)).toEqual([code.journalUnavailable]);
  });
});

describe('a hand-over', () => {
  test('waits for what was decided, and decides nothing more', async () => {
    const { owner, follower } = await twoEngines();
    const decided = owner.place(1);
    owner.partition.commit();
    owner.partition.handOver();
    const later = owner.place(2);
    owner.partition.tick(start);
    expect([owner.partition.mode, owner.positions.owns(0)]).toEqual(['handing over', true]);
    await owner.journal.acknowledge();
    owner.partition.tick(start);
    expect([owner.partition.mode, owner.positions.owns(0)]).toEqual(['following', false]);
    expect(owner.codes(decided, later)).toEqual([code.ok, null]);
    await taken(follower);
    expect(follower.journal.entries.at(-1)).toMatchObject({ writer: 'right', events: [] });
    expect(follower.journal.readings).toBe(4);
  });

  test('journals the last refusals for stock', async () => {
    const { owner } = await twoEngines(0);
    expect(owner.codes(owner.place(1))).toEqual([code.outOfStock]);
    owner.partition.handOver();
    await owner.journal.acknowledge();
    expect(owner.journal.entries.at(-1)!.events).toMatchObject([{ type: 'refused', count: 1 }]);
    owner.partition.tick(start);
    expect(owner.partition.mode).toBe('following');
  });

  test('leaves a warm copy behind: taking back reads no more than what is new', async () => {
    const { owner, follower } = await twoEngines();
    await handedOver(owner);
    await taken(follower);
    follower.place(7);
    follower.partition.commit();
    await follower.journal.acknowledge();
    await handedOver(follower);
    await heard();
    await taken(owner);
    expect(owner.board.read(item)).toMatchObject({ left: 4, orders: 1 });
    const repeated = owner.place(7);
    expect(owner.replies.get(repeated)).toMatchObject({ code: code.ok, repeated: true });
  });

  test('of a partition that is not ready gives up at once', async () => {
    const { owner } = await twoEngines();
    owner.place(1);
    owner.partition.commit();
    owner.journal.readable = false;
    await owner.journal.refuse(new JournalUnavailable('away'));
    await heard();
    owner.partition.handOver();
    expect(owner.positions.owns(0)).toBe(false);
    owner.journal.readable = true;
    await owner.wakeAll();
    await heard();
    expect(owner.partition.mode).toBe('following');
  });
});

describe('a take-over', () => {
  test('of an owner that still writes reads its last entries, and fences it', async () => {
    const { owner, follower, underWay } = await contested();
    // The old owner's entry is stored first, and refuses the barrier.
    const [append, barrier] = follower.journal.held.splice(0);
    follower.journal.stored.push(append!.bytes);
    barrier!.reject(new Fenced(0, 3));
    append!.resolve(4);
    await heard();
    await follower.journal.acknowledge();
    await heard();
    expect(owner.codes(underWay)).toEqual([code.ok]);
    expect(follower.partition.mode).toBe('ready');
    expect(follower.board.read(item)).toMatchObject({ left: 4 });
  });

  test('is given up where another engine goes on writing', async () => {
    const { follower } = await twoEngines();
    follower.partition.take();
    for (let refused = 0; refused < takeOverTriesMax; refused++) {
      await heard();
      await follower.journal.refuse(new Fenced(0, 3));
    }
    await heard();
    expect(follower.positions.owns(0)).toBe(false);
    expect(follower.partition.mode).toBe('following');
  });
});

describe('an owner', () => {
  test('that is fenced by another follows it, and says of what was under way that nobody knows', async () => {
    const { owner, follower, underWay } = await contested();
    await follower.journal.acknowledgeBarrier();
    await heard();
    expect(follower.partition.mode).toBe('ready');
    await owner.journal.refuse(new Fenced(0, 3));
    await heard();
    expect(owner.codes(underWay)).toEqual([code.outcomeUnknown]);
    expect([owner.partition.mode, owner.positions.owns(0)]).toEqual(['following', false]);
    expect(owner.writersSeen.at(-1)).toBe('right');
  });

  test('finds by itself that another has taken its partition, though by a mere barrier', async () => {
    const { owner, follower } = await twoEngines();
    await taken(follower);
    await owner.partition.look();
    await heard();
    expect([owner.partition.mode, owner.positions.owns(0)]).toEqual(['following', false]);
  });

  test('whose append failed leaves the partition to who has taken it meanwhile', async () => {
    const { owner, follower, underWay } = await contested();
    await follower.journal.acknowledgeBarrier();
    await owner.journal.refuse(new OutcomeUnknown('timed out'));
    await heard();
    expect(owner.codes(underWay)).toEqual([code.outcomeUnknown]);
    expect([owner.partition.mode, owner.positions.owns(0)]).toEqual(['following', false]);
    expect(follower.partition.mode).toBe('ready');
  });

  test('whose lease has ended answers nothing that the journal does not prove to be its own', async () => {
    const { owner } = await twoEngines(0);
    owner.positions.leaseEndsAt = 700;
    owner.steadyNow = 699;
    expect(owner.codes(owner.place(1))).toEqual([code.outOfStock]);
    owner.steadyNow = 700;
    const [first, second] = [owner.place(2), owner.place(3)];
    owner.partition.commit();
    expect(owner.codes(first, second)).toEqual([null, null]);
    await owner.journal.acknowledge();
    expect(owner.codes(first, second)).toEqual([code.outOfStock, code.outOfStock]);
    expect(owner.journal.entries.at(-1)!.events).toEqual([]);
    const last = owner.place(4);
    owner.partition.commit();
    await owner.journal.refuse(new Fenced(0, 4));
    expect(owner.codes(last)).toEqual([code.outcomeUnknown]);
  });

  test('whose newest entry is such a proof goes on from its time, though its clock is set back', async () => {
    const { owner } = await twoEngines();
    owner.positions.leaseEndsAt = 1;
    owner.steadyNow = 2;
    owner.submit({ type: 'read', item, n: 1, user: 0 }, start + 3_600_000);
    owner.partition.commit();
    await owner.journal.acknowledge();
    void owner.partition.recover('restart');
    await heard();
    await owner.journal.acknowledgeAll();
    await heard();
    expect(owner.partition.mode).toBe('ready');
    const placed = owner.place(1, 1, start);
    owner.partition.commit();
    await owner.journal.acknowledge();
    expect(owner.codes(placed)).toEqual([code.ok]);
    const times = owner.journal.entries.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});
