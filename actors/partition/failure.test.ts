import { describe, expect, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { canonical, unitsLeft } from '../item/item.ts';
import { Chain } from '../journal/codec.ts';
import { Fenced, JournalUnavailable, OutcomeUnknown } from '../journal/journal.ts';
import { code } from '../protocol.ts';
import { emptyBoard, item, newRig, oneMoreUnit, Rig, start } from '../testing/partition-rig.ts';

describe('when an append fails', () => {
  /** Two orders in two appends under way, and one in the open batch. */
  async function threeOrders(): Promise<{ b: Rig; requests: number[] }> {
    const b = newRig(2);
    await b.open(9);
    const requests = [1, 2, 3].map((user) => {
      const request = b.place(user);
      b.partition.commit();
      return request;
    });
    return { b, requests };
  }

  test('before anything was stored, everyone is told that nothing was done', async () => {
    const { b, requests } = await threeOrders();
    await b.journal.refuse(new JournalUnavailable('full'));
    expect(b.codes(...requests)).toEqual(requests.map(() => code.journalUnavailable));
  });

  test('with an unknown outcome, only those whose events were never sent are told so', async () => {
    const { b, requests } = await threeOrders();
    await b.journal.refuse(new OutcomeUnknown('silence'));
    const { outcomeUnknown, journalUnavailable } = code;
    expect(b.codes(...requests)).toEqual([outcomeUnknown, outcomeUnknown, journalUnavailable]);
  });

  test('but the one before it may be stored, its buyer is told that the outcome is unknown', async () => {
    const { b, requests } = await threeOrders();
    b.journal.store(1);
    await b.journal.refuse(new JournalUnavailable('full'), 1);
    await b.journal.acknowledgeBarrier();
    expect(b.codes(requests[0]!)).toEqual([code.outcomeUnknown]);
    expect(b.replies.get(b.place(1))).toMatchObject({ code: code.ok, repeated: true });
  });

  test('the state is that of the journal again, and work goes on', async () => {
    const { b } = await threeOrders();
    await b.journal.refuse(new JournalUnavailable('full'));
    await b.journal.acknowledgeBarrier();
    expect(b.partition.mode).toBe('ready');
    expect(unitsLeft(b.partition.items.get(item)!)).toBe(9);
    const again = b.place(2);
    b.journal.held = [];
    b.partition.commit();
    await b.journal.acknowledge();
    expect(b.replies.get(again)).toMatchObject({ code: code.ok, order: { n: 1 } });
  });

  test('later outcomes of the dropped appends are ignored', async () => {
    const { b, requests } = await threeOrders();
    await b.journal.refuse(new OutcomeUnknown('silence'));
    await b.journal.refuse(new OutcomeUnknown('silence'));
    await b.journal.acknowledgeBarrier();
    expect(b.positions.get(0, 'recoveries')).toBe(2);
    expect(b.positions.get(0, 'appendErrors')).toBe(1);
    expect(b.codes(requests[1]!)).toEqual([code.outcomeUnknown]);
  });
});

describe('an append whose outcome is unknown', () => {
  async function timedOut(): Promise<{ b: Rig; late: Uint8Array; lost: number }> {
    const b = newRig();
    await b.open(9);
    const lost = b.place(1);
    b.partition.commit();
    const late = b.journal.held[0]!.bytes;
    await b.journal.refuse(new OutcomeUnknown('silence'));
    return { b, late, lost };
  }

  test('lets no command be decided until an entry without events stands in its way', async () => {
    const { b } = await timedOut();
    expect(b.partition.mode).toBe('recovering');
    expect(b.codes(b.place(2))).toEqual([code.journalUnavailable]);
    await b.journal.acknowledgeBarrier();
    expect(b.partition.mode).toBe('ready');
    expect(b.journal.entries.at(-1)).toMatchObject({ seq: 3, events: [] });
  });

  test('that is stored late refuses that entry, and is read', async () => {
    const { b, late, lost } = await timedOut();
    b.journal.stored.push(late);
    await b.journal.refuse(new Fenced(0, 1));
    expect(b.partition.mode).toBe('unavailable');
    await b.wakeAll();
    await b.journal.acknowledgeBarrier();
    expect(b.codes(lost, b.place(1))).toEqual([code.outcomeUnknown, code.ok]);
  });

  test('leaves the partition to another writer whose entry refuses the barrier', async () => {
    const { b, lost } = await timedOut();
    const other = new Rig(b.journal, emptyBoard(), 'another run');
    await other.partition.recover('start');
    other.place(7);
    other.partition.commit();
    // The barrier is on its way when the other's entry is stored.
    b.journal.stored.push(b.journal.held[1]!.bytes);
    await b.journal.refuse(new Fenced(0, 1));
    expect(b.partition.mode).toBe('unavailable');
    b.sleepers.shift()!.wake();
    await setImmediate();
    expect(b.partition.mode).toBe('fenced');
    expect(b.codes(lost)).toEqual([code.outcomeUnknown]);
  });
});

describe('recovery', () => {
  test('rebuilds exactly the live state (I6), and numbers go on', async () => {
    const first = newRig();
    await first.open(9);
    for (const user of [1, 2, 3]) first.place(user);
    first.submit({ type: 'pay', item, n: 2, user: 2 });
    first.partition.commit();
    await first.journal.acknowledgeAll();
    const second = new Rig(first.journal, emptyBoard(), 'next run');
    await second.partition.recover('start');
    const [before, after] = [first, second].map((b) => canonical(b.partition.items.get(item)!));
    expect(after).toBe(before!);
    const next = second.place(4);
    second.partition.commit();
    await second.journal.acknowledge();
    expect(second.replies.get(next)?.order?.n).toBe(4);
    const chain = new Chain(0);
    for (const [index, bytes] of first.journal.stored.entries()) chain.next(index + 1, bytes);
    expect(chain.sequence).toBe(4);
  });

  test('refuses commands until it is over, and is retried until the journal can be read', async () => {
    const b = newRig();
    b.journal.readable = false;
    expect(b.codes(b.place(1))).toEqual([code.journalUnavailable]);
    await b.partition.recover('start');
    expect(b.partition.mode).toBe('unavailable');
    b.sleepers.shift()!.wake();
    await setImmediate();
    expect(b.partition.mode).toBe('unavailable');
    b.journal.readable = true;
    await b.wakeAll();
    expect(b.partition.mode).toBe('ready');
  });

  test('refuses to serve a journal that has been tampered with', async () => {
    const b = newRig();
    await b.open(9);
    b.journal.stored[1] = Buffer.from(
      Buffer.from(b.journal.stored[1]!).toString('utf8').replace('"units":9', '"units":8'),
    );
    b.place(1);
    b.partition.commit();
    await b.journal.acknowledge();
    await b.partition.recover('start');
    expect(b.partition.mode).toBe('refusing');
  });

  test('keeps the time of every event, however far off its own clock is', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1, 1, start + 10);
    b.partition.commit();
    await b.journal.acknowledge();
    b.partition.tick(start + 500_000);
    await b.partition.recover('start');
    expect(b.partition.items.get(item)?.orders.createdAtOf(1)).toBe(start + 10);
  });
});

describe('a fenced partition', () => {
  test('that nobody else has written goes on: the server that refused it knew less', async () => {
    const before = newRig();
    await before.open(9);
    const b = new Rig(before.journal, before.board, 'next run');
    await b.partition.recover('start');
    const request = b.place(1);
    b.partition.commit();
    await b.journal.refuse(new Fenced(0, 1));
    await b.journal.acknowledgeBarrier();
    expect(b.partition.mode).toBe('ready');
    expect(b.codes(request, b.place(1))).toEqual([code.outcomeUnknown, null]);
  });

  test('takes a short answer for no sign of the other engine', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1);
    b.partition.commit();
    b.journal.storeBeside([oneMoreUnit]);
    await b.journal.refuse(new Fenced(0, 1));
    expect(b.partition.mode).toBe('fenced');
    b.journal.hidden = 1;
    await b.wake();
    b.journal.hidden = 0;
    await b.wake();
    await b.journal.acknowledgeBarrier();
    expect(b.partition.mode).toBe('ready');
  });

  test('says that the outcome is unknown, and leaves the partition to the other engine', async () => {
    const b = newRig();
    await b.open(9);
    const request = b.place(1);
    b.partition.commit();
    b.journal.storeBeside([oneMoreUnit]);
    await b.journal.refuse(new Fenced(0, 1));
    expect(b.codes(request)).toEqual([code.outcomeUnknown]);
    expect(b.partition.mode).toBe('fenced');
    expect(b.codes(b.place(2))).toEqual([code.journalUnavailable]);
    await b.wakeAll();
    await b.journal.acknowledgeBarrier();
    expect(b.partition.mode).toBe('ready');
    expect(b.partition.items.get(item)?.loaded).toBe(10);
    expect(b.journal.entries.at(-1)).toMatchObject({ seq: 4, events: [] });
  });

  test('knows that its board is behind until it has caught up, whatever happens meanwhile', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1);
    b.partition.commit();
    b.journal.storeBeside([oneMoreUnit]);
    b.journal.readable = false;
    await b.journal.refuse(new Fenced(0, 1));
    expect([b.partition.mode, b.positions.behind(0)]).toEqual(['unavailable', true]);
    // A restarted thread finds the board of the previous one.
    b.partition.stop();
    const next = new Rig(b.journal, b.board, 'next run', b.positions);
    b.journal.readable = true;
    const recovered = next.partition.recover('restart');
    expect([next.partition.mode, next.positions.behind(0)]).toEqual(['fenced', true]);
    await setImmediate();
    await b.journal.acknowledgeBarrier();
    await recovered;
    expect([next.partition.mode, next.positions.behind(0)]).toEqual(['ready', false]);
    expect(b.board.read(item)?.loaded).toBe(10);
  });

  test('knows that its board is behind when its barrier is refused', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1);
    b.partition.commit();
    const late = b.journal.held[0]!.bytes;
    await b.journal.refuse(new OutcomeUnknown('silence'));
    expect(b.positions.behind(0)).toBe(false);
    b.journal.stored.push(late);
    await b.journal.refuse(new Fenced(0, 1));
    expect(b.positions.behind(0)).toBe(true);
    await b.wakeAll();
    await b.journal.acknowledgeBarrier();
    expect([b.partition.mode, b.positions.behind(0)]).toEqual(['ready', false]);
  });

  test('does not take a journal that cannot be read for a silent engine', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1);
    b.partition.commit();
    b.journal.storeBeside([oneMoreUnit]);
    await b.journal.refuse(new Fenced(0, 1));
    b.journal.readable = false;
    for (let look = 0; look < 3; look++) {
      b.sleepers.shift()!.wake();
      await setImmediate();
      expect([b.partition.mode, b.sleepers.length]).toEqual(['fenced', 1]);
    }
    b.journal.readable = true;
    await b.wakeAll();
    await b.journal.acknowledgeBarrier();
    expect(b.partition.mode).toBe('ready');
  });
});

describe('a thread that died with an append under way', () => {
  /** The rig of the next thread over the same memory, recovering, and what the first left behind. */
  async function restarted(): Promise<{ b: Rig; late: Uint8Array; lost: number; dead: Rig }> {
    const dead = newRig();
    await dead.open(9);
    const lost = dead.place(1);
    dead.partition.commit();
    const late = dead.journal.held.pop()!.bytes;
    const b = new Rig(dead.journal, dead.board, 'this run', dead.positions);
    void b.partition.recover('restart');
    await setImmediate();
    return { b, late, lost, dead };
  }

  test('is followed by one that decides nothing until a barrier stands in its way', async () => {
    const { b } = await restarted();
    expect(b.codes(b.place(2))).toEqual([code.journalUnavailable]);
    await b.journal.acknowledgeBarrier();
    expect(b.partition.mode).toBe('ready');
    expect(b.journal.entries.at(-1)).toMatchObject({ seq: 3, events: [] });
  });

  test('is followed by one that reads the append at once, where it was stored late', async () => {
    const { b, late, lost, dead } = await restarted();
    b.journal.stored.push(late);
    await b.journal.refuse(new Fenced(0, 1));
    await b.wakeAll();
    await b.journal.acknowledgeBarrier();
    expect(b.partition.mode).toBe('ready');
    expect([...dead.codes(lost), ...b.codes(b.place(1))]).toEqual([null, code.ok]);
  });
});

describe('a broken invariant', () => {
  const broken = new TypeError('loaded is not what it was');

  test('in a recovery is thrown with its own name, and not tried again', async () => {
    const b = newRig();
    b.journal.read = () => {
      throw broken;
    };
    await expect(b.partition.recover('start')).rejects.toBe(broken);
    await setImmediate();
    expect(b.sleepers).toHaveLength(0);
  });

  test('while a barrier is written is thrown, too', async () => {
    const b = newRig();
    b.journal.append = () => Promise.reject(broken);
    await expect(b.partition.recover('restart')).rejects.toBe(broken);
  });
});
