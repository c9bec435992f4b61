import { afterEach, beforeEach, describe, expect, spyOn, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { canonical, type Item, unitsLeft } from '../item/item.ts';
import { OutcomeUnknown } from '../journal/journal.ts';
import { boardAnswer } from '../memory/board-answers.ts';
import { type Code, code } from '../protocol.ts';
import { SnapshotFiles } from '../snapshot/files.ts';
import type { StoredSnapshot } from '../snapshot/store.ts';
import { HeldJournal } from '../testing/held-journal.ts';
import { emptyBoard, item, newFollower, newRig, Rig, start } from '../testing/partition-rig.ts';
import { atOnce } from '../testing/snapshot-contract.ts';
import { SnapshotFolder, stateAfter } from '../testing/snapshot-folder.ts';

let snapshots: SnapshotFolder;

beforeEach(() => {
  snapshots = new SnapshotFolder();
});

const rigs: Rig[] = [];

/** Whoever is in the middle of a snapshot has its file open. */
afterEach(async () => {
  const stopped = rigs.splice(0);
  for (const { partition } of stopped) partition.stop();
  for (let turn = 0; turn < 20; turn++) {
    for (const rig of stopped) await rig.wakeAll();
    await setImmediate();
  }
  snapshots.remove();
});

/** The entry by which a buyer bought: the first two made the partition and the item. */
const entryOf = (user: number) => 2 + user;

const passedOver = ({ logged }: Rig) =>
  logged.filter(([message]) => message === 'passes over a snapshot');

/** The journal of a partition that has sold to users 1, 2, …, one unit and one entry each. */
async function journalOf(users: number, units = 100): Promise<HeldJournal> {
  const b = newRig();
  await b.open(units);
  await b.sell(Array.from({ length: users }, (_, index) => index + 1));
  return b.journal;
}

/** An engine that starts on a journal and the snapshots in the folder. */
async function started(journal: HeldJournal): Promise<Rig> {
  journal.readFrom.length = 0;
  const b = withSnapshots(journal);
  await b.recovered();
  return b;
}

function withSnapshots(journal: HeldJournal, board = emptyBoard(), positions?: Rig['positions']) {
  const b = new Rig(journal, board, 'another run', positions, false, snapshots.store);
  rigs.push(b);
  return b;
}

const stateOf = (items: ReadonlyMap<number, Item>) => [...items.values()].map(canonical);

/** The partition has the state of its whole journal, whatever it began with. */
async function expectWhole({ partition, journal }: Rig): Promise<void> {
  expect(partition.mode).toBe('ready');
  const { items } = await stateAfter(journal, journal.stored.length);
  expect(stateOf(partition.items)).toEqual(stateOf(items));
}

test('a partition begins with the newest snapshot, and reads only what came after it', async () => {
  const journal = await journalOf(6);
  await snapshots.take(journal, entryOf(2));
  await snapshots.take(journal, entryOf(4));
  const b = await started(journal);
  expect(journal.readFrom).toEqual([entryOf(4)]);
  const details = { sequence: entryOf(6), from: entryOf(4), events: 2 };
  expect(b.logged).toMatchObject([['recovered', details]]);
  expect(b.positions.get(0, 'snapshotSeq')).toBe(entryOf(4));
  await expectWhole(b);
  await b.sell([7]);
  expect(unitsLeft(b.partition.items.get(item)!)).toBe(100 - 7);
});

test('a snapshot of the last entry leaves nothing to read but that', async () => {
  const journal = await journalOf(6);
  await snapshots.take(journal);
  const b = await started(journal);
  expect(b.logged).toMatchObject([['recovered', { from: entryOf(6), events: 0 }]]);
  await expectWhole(b);
});

/** How a snapshot of a journal with six orders is spoilt, and what is said of it. */
const unfit: Record<
  string,
  [make: (journal: HeldJournal) => Promise<StoredSnapshot>, why: RegExp]
> = {
  'that was damaged': [
    async (journal) => {
      const stored = await snapshots.take(journal, entryOf(5));
      snapshots.damage(stored);
      return stored;
    },
    /damaged/,
  ],
  'of a later version': [
    async (journal) => {
      const stored = await snapshots.take(journal, entryOf(5));
      snapshots.ofVersion(99, stored);
      return stored;
    },
    /version 99/,
  ],
  'that is whole, and makes no sense': [
    async (journal) => {
      const stored = await snapshots.take(journal, entryOf(5));
      snapshots.garble(stored);
      return stored;
    },
    /makes no sense/,
  ],
  'of another journal': [
    async () => snapshots.take(await journalOf(6, 99), entryOf(6)),
    /of another journal/,
  ],
  'of a journal that went further': [
    async () => snapshots.take(await journalOf(9, 99), entryOf(9)),
    /ends before it/,
  ],
  'whose state the entries after it contradict': [
    async (journal) => {
      const { chain } = await stateAfter(journal, entryOf(5));
      const before = await stateAfter(journal, entryOf(4));
      return await snapshots.store.put({ ...before, chain }, atOnce);
    },
    /order|number|next/i,
  ],
};

describe.each(Object.entries(unfit))('a snapshot %s', (_, [spoilt, why]) => {
  test('is passed over, with one line however often recovery is tried', async () => {
    const journal = await journalOf(6);
    const { name } = await spoilt(journal);
    const b = withSnapshots(journal);
    // SQL is known to have an entry that the journal does not show yet.
    b.positions.set(0, 'sqlSeq', journal.stored.length + 1);
    await b.recovered();
    for (let tries = 1; tries < 4; tries++) {
      const { readings } = journal;
      while (journal.readings === readings) {
        await b.wakeAll();
        await setImmediate();
      }
    }
    expect(b.partition.mode).not.toBe('ready');
    b.positions.set(0, 'sqlSeq', 0);
    while (b.partition.mode !== 'ready') {
      await b.wakeAll();
      await setImmediate();
    }
    expect(passedOver(b).map(([, { snapshot }]) => snapshot)).toEqual([name]);
    expect(passedOver(b)[0]![1].why).toMatch(why);
    expect(b.logged.at(-1)).toMatchObject(['recovered', { from: 0, sequence: entryOf(6) }]);
    await expectWhole(b);
  });

  test('gives way to an older one', async () => {
    const journal = await journalOf(6);
    await snapshots.take(journal, entryOf(2));
    const { name } = await spoilt(journal);
    const b = await started(journal);
    expect(passedOver(b).map(([, { snapshot }]) => snapshot)).toEqual([name]);
    expect(b.logged.at(-1)).toMatchObject(['recovered', { from: entryOf(2), events: 4 }]);
    await expectWhole(b);
  });
});

test('where the snapshots cannot be read, the whole journal is, and one line says so', async () => {
  const journal = await journalOf(6);
  const { name } = await snapshots.take(journal);
  const noFolder = new SnapshotFiles(`${snapshots.path}/${name}`);
  const b = new Rig(journal, emptyBoard(), 'another run', undefined, false, noFolder);
  await b.recovered();
  expect(b.logged).toMatchObject([
    ['cannot read snapshots', { partition: 0 }],
    ['recovered', { from: 0, sequence: entryOf(6) }],
  ]);
  await expectWhole(b);
});

describe('the entry that was acknowledged last', () => {
  /** An engine whose last order is entry 4, beside which another engine has written three more. */
  async function writtenBeside(): Promise<Rig> {
    const b = withSnapshots(new HeldJournal(1));
    await b.open(100);
    await b.sell([1, 2]);
    for (let more = 1; more <= 3; more++)
      b.journal.storeBeside([`{"type":"restocked","item":${item},"units":1}`]);
    return b;
  }

  /** Its next append comes to nothing; it recovers, up to its barrier. */
  async function appendFails(b: Rig): Promise<void> {
    b.journal.readFrom.length = 0;
    b.place(3);
    b.partition.commit();
    await b.journal.refuse(new OutcomeUnknown('silence'));
    for (let turn = 0; turn < 50 && b.journal.held.length === 0; turn++) {
      await b.wakeAll();
      await Bun.sleep(1);
    }
  }

  test('is read: a snapshot after it vouches for nothing', async () => {
    const b = await writtenBeside();
    await snapshots.take(b.journal, 3);
    await snapshots.take(b.journal, 6);
    await appendFails(b);
    expect(b.journal.readFrom).toEqual([3]);
    await b.journal.acknowledgeBarrier();
    expect(passedOver(b)).toEqual([]);
    await expectWhole(b);
  });

  test('may be the one that a snapshot is of', async () => {
    const b = await writtenBeside();
    await snapshots.take(b.journal, 4);
    await snapshots.take(b.journal, 6);
    await appendFails(b);
    expect(b.journal.readFrom).toEqual([4]);
    await b.journal.acknowledgeBarrier();
    await expectWhole(b);
  });

  test('is missed where another stands in its place, whatever snapshots there are', async () => {
    const b = await writtenBeside();
    b.journal.stored.length = 3;
    for (let more = 1; more <= 4; more++)
      b.journal.storeBeside([`{"type":"restocked","item":${item},"units":2}`]);
    for (const last of [4, 6]) await snapshots.take(b.journal, last);
    await appendFails(b);
    expect(b.partition.mode).toBe('refusing');
    expect(b.logged.at(-1)).toMatchObject([
      'refusing to serve',
      { error: expect.stringContaining('another entry was acknowledged by this number') },
    ]);
  });
});

describe('how old what a copy lacks is', () => {
  const minuteMs = 60_000;
  const entries = 400;
  /** Entries ten seconds apart, and a rest of a day in the middle. */
  const madeAt = (order: number) => start + order * 10_000 + (order > entries / 2 ? 86_400_000 : 0);

  async function longJournal(units: number): Promise<HeldJournal> {
    const b = newRig();
    await b.open(units);
    for (let order = 1; order <= entries; order++) await b.sell([order], madeAt(order));
    return b.journal;
  }

  test('is known from a snapshot that has those entries: within a factor of two, never less', async () => {
    const journal = await longJournal(1_000);
    await snapshots.take(journal);
    const b = await started(journal);
    expect(journal.readFrom).toEqual([entryOf(entries)]);
    const now = madeAt(entries) + minuteMs;
    for (let order = 1; order <= entries; order++) {
      b.positions.reached(0, 'sql', entryOf(order) - 1);
      const { entries: lacking, ms } = b.positions.lag(0, 'sql', now);
      const age = now - madeAt(order);
      expect(lacking).toBe(entries - order + 1);
      expect(ms).toBeGreaterThanOrEqual(age);
      expect(ms).toBeLessThanOrEqual(2 * age);
    }
  });

  test('is not taken from a snapshot that is passed over', async () => {
    const other = newRig();
    await other.open(7_000);
    for (let order = 1; order <= 9; order++) await other.sell([order], madeAt(entries));
    await snapshots.take(other.journal);
    const journal = await journalOf(9);
    const b = await started(journal);
    expect(passedOver(b)).toHaveLength(1);
    b.positions.reached(0, 'sql', entryOf(3));
    expect(b.positions.lag(0, 'sql', start + minuteMs)).toEqual({ entries: 6, ms: minuteMs });
  });
});

/** What the board says to a user who wants a unit; `ok` sends the order to its actor. */
function boardSays({ board, positions }: Rig, userId: number): Code {
  const claims = { userId, itemId: item, promoId: 0, expiresAt: 9_999_999 };
  return boardAnswer({ board, positions, steadyClock: () => 0, partitions: 1 }, claims, 1, start);
}

/** Of these users, whom the board refuses. */
const refusedBy = (b: Rig, users: readonly number[]) =>
  users.filter((user) => boardSays(b, user) !== code.ok);

const [buyers, strangers] = [
  [1, 2, 3],
  [77, 78, 79],
];

/** A repeat gets its order from the actor, and whoever has not bought its refusal. */
function expectActorKnows(b: Rig): void {
  expect(b.codes(...buyers.map((user) => b.place(user)))).toEqual([code.ok, code.ok, code.ok]);
  const refused = b.codes(...strangers.map((user) => b.place(user)));
  expect(refused).toEqual(strangers.map(() => code.outOfStock));
}

describe('the buyers of a snapshot, of an item that is sold out', () => {
  let journal: HeldJournal;

  beforeEach(async () => {
    journal = await journalOf(3, 3);
    await snapshots.take(journal);
  });

  test('reach the actor at any moment; the board answers nobody until it knows them all', async () => {
    const b = await started(journal);
    expect(b.positions.get(0, 'unmarked')).toBe(1);
    expect(refusedBy(b, [...buyers, ...strangers])).toEqual([]);
    expectActorKnows(b);
    await b.wakeAll();
    expect(b.positions.get(0, 'unmarked')).toBe(0);
    expect(refusedBy(b, [...buyers, ...strangers])).toEqual(strangers);
    expectActorKnows(b);
  });

  test('are known from then on: a later recovery of the process marks none, and the board goes on answering', async () => {
    const b = await started(journal);
    await b.wakeAll();
    const marking = spyOn(b.board, 'markBuyer');
    const recovering = b.recovered('restart');
    while (journal.held.length === 0) await setImmediate();
    expect(refusedBy(b, [...buyers, ...strangers])).toEqual(strangers);
    await journal.acknowledge();
    await recovering;
    expect(journal.readFrom.at(-1)).toBe(entryOf(3));
    expect(marking).not.toHaveBeenCalled();
    expect(refusedBy(b, [...buyers, ...strangers])).toEqual(strangers);
  });

  test('are all marked anew by a thread that takes the place of one that died while it marked them', async () => {
    const dead = await started(journal);
    expect(dead.positions.get(0, 'unmarked')).toBe(1);
    const b = withSnapshots(journal, dead.board, dead.positions);
    const marked: number[] = [];
    const mark = b.board.markBuyer.bind(b.board);
    spyOn(b.board, 'markBuyer').mockImplementation((of, user) => {
      marked.push(user);
      mark(of, user);
    });
    const recovering = b.recovered('restart');
    while (journal.held.length === 0) await setImmediate();
    await journal.acknowledge();
    await recovering;
    await b.wakeAll();
    expect(marked).toEqual(buyers);
    expect(b.positions.get(0, 'unmarked')).toBe(0);
    expect(refusedBy(b, [...buyers, ...strangers])).toEqual(strangers);
  });

  test('are marked before rows are shown that this process has not seen, where the board has answered', async () => {
    const short = await journalOf(2, 3);
    const b = withSnapshots(short);
    await b.recovered();
    expect(b.positions.get(0, 'unmarked')).toBe(0);
    // Its thread dies; another engine sells the last unit, and stores a snapshot.
    short.storeBeside(journal.entries.at(-1)!.events.map((event) => JSON.stringify(event)));
    await snapshots.take(short);
    const next = withSnapshots(short, b.board, b.positions);
    const recovering = next.partition.recover('restart');
    while (next.positions.get(0, 'unmarked') === 0) {
      // What reads the snapshot sleeps; the marking is not to be woken.
      for (const { wake } of next.sleepers.splice(0)) wake();
      await setImmediate();
    }
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    // Not even its barrier is on its way.
    expect(short.held).toEqual([]);
    expect(next.partition.mode).toBe('recovering');
    expect(refusedBy(next, [...buyers, ...strangers])).toEqual([]);
    await next.wakeAll();
    while (short.held.length === 0) await setImmediate();
    await short.acknowledge();
    await recovering;
    expect(next.partition.mode).toBe('ready');
    expect(refusedBy(next, [...buyers, ...strangers])).toEqual(strangers);
  });

  test('are marked by a follower, and by the owner that it becomes meanwhile', async () => {
    const b = newFollower(journal, 'right', snapshots.store);
    rigs.push(b);
    await b.recovered();
    expect(b.partition.mode).toBe('following');
    expect(refusedBy(b, [...buyers, ...strangers])).toEqual([]);
    b.partition.take();
    while (journal.held.length === 0) await setImmediate();
    await journal.acknowledge();
    expect(b.partition.mode).toBe('ready');
    expect(refusedBy(b, [...buyers, ...strangers])).toEqual([]);
    expectActorKnows(b);
    await b.wakeAll();
    expect(refusedBy(b, [...buyers, ...strangers])).toEqual(strangers);
    expectActorKnows(b);
  });

  test('are marked where entries were followed by the same numbers that are not part of the journal', async () => {
    const copy = await journalOf(2, 3);
    const b = newFollower(copy, 'right', snapshots.store);
    rigs.push(b);
    await b.recovered();
    const heard = async (until: () => boolean) => {
      for (let turn = 0; turn < 50 && !until(); turn++) await setImmediate();
      expect(until()).toBe(true);
    };
    /** The last unit, sold to a user. */
    const sold = (user: number) => {
      const [event] = copy.entries.at(-1)!.events;
      const order = { ...event!, n: 3, user, nonce: user };
      copy.storeBeside([JSON.stringify(order)]);
    };
    // A server alone has sold it to 77; the others have sold it to 3.
    sold(77);
    await heard(() => b.positions.get(0, 'journalSeq') === entryOf(3));
    copy.stored.pop();
    sold(3);
    await snapshots.take(copy);
    copy.storeBeside([]);
    await heard(() => b.partition.mode !== 'following');
    while (b.partition.mode !== 'following') {
      for (const { wake } of b.sleepers.splice(0)) wake();
      await setImmediate();
    }
    expect(copy.readFrom.at(-1)).toBe(entryOf(3));
    await b.wakeAll();
    expect(refusedBy(b, [...buyers, ...strangers.slice(1)])).toEqual(strangers.slice(1));
    expect(b.positions.get(0, 'unmarked')).toBe(0);
  });

  test('stay unknown to the board of an engine that stops while it marks them', async () => {
    const b = await started(journal);
    b.partition.stop();
    await b.wakeAll();
    expect(b.positions.get(0, 'unmarked')).toBe(1);
  });
});
