import { describe, expect, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { OutcomeUnknown } from '../journal/journal.ts';
import { refusalPauseMsMax, shortConfirmMs } from '../limits.ts';
import { code } from '../protocol.ts';
import { emptyBoard, newRig, oneMoreUnit, Rig } from '../testing/partition-rig.ts';

/** The messages that were logged, in order. */
function messages({ logged }: Rig): string[] {
  return logged.map(([message]) => message);
}

/** A new process over a journal whose last entry it does not show, and SQL has rows of. */
async function shortAtStart(): Promise<Rig> {
  const before = newRig();
  await before.open(9);
  before.journal.hidden = 1;
  const b = new Rig(before.journal, emptyBoard(), 'next run');
  b.positions.set(0, 'sqlSeq', 2);
  await b.partition.recover('start');
  return b;
}

/** Lets pauses pass for as long as the partition does not refuse; how long they were, in sum. */
async function untilRefusing(b: Rig): Promise<number> {
  let passedMs = 0;
  while (b.partition.mode !== 'refusing') passedMs += await b.wake();
  return passedMs;
}

describe('a journal that answers short', () => {
  for (const cell of ['sqlSeq', 'journalSeq'] as const) {
    test(`is believed by a recovery only after seconds and other readings, by ${cell}`, async () => {
      const b = newRig();
      b.positions.set(0, cell, 2);
      await b.partition.recover('start');
      expect(b.partition.mode).toBe('unavailable');
      const readings = b.journal.readings;
      expect(await untilRefusing(b)).toBeGreaterThanOrEqual(shortConfirmMs);
      expect(b.journal.readings).toBeGreaterThan(readings + 1);
      expect(b.positions.mode(0)).toBe('refusing');
      expect(b.codes(b.place(1))).toEqual([code.journalUnavailable]);
    });
  }

  test('for a moment stops no sale: the partition goes on when the journal is whole', async () => {
    const b = await shortAtStart();
    await b.wake();
    await b.wake();
    expect(b.partition.mode).toBe('unavailable');
    b.journal.hidden = 0;
    await b.wake();
    expect(b.partition.mode).toBe('ready');
    expect(messages(b)).toEqual([
      'the journal answers short: asking again',
      'the journal is whole again',
      'recovered',
    ]);
  });

  test('now and then is never believed, however often', async () => {
    const b = await shortAtStart();
    for (let spell = 0; spell < 20; spell++) {
      b.journal.hidden = 1;
      await b.wake();
      b.journal.hidden = 0;
      b.journal.readable = false;
      await b.wake();
      b.journal.readable = true;
    }
    b.journal.hidden = 0;
    expect(b.partition.mode).toBe('unavailable');
    await b.wake();
    expect(b.partition.mode).toBe('ready');
  });

  test('is no fence for a partition that looks, and its orders go on', async () => {
    const b = newRig();
    await b.open(9);
    b.journal.hidden = 1;
    await b.partition.look();
    expect([b.partition.mode, b.positions.get(0, 'fences')]).toEqual(['ready', 0]);
    const request = b.place(1);
    b.partition.commit();
    await b.journal.acknowledge();
    expect(b.codes(request)).toEqual([code.ok]);
  });

  test('for seconds is read anew by a partition that looks', async () => {
    const b = newRig();
    await b.open(9);
    b.journal.hidden = 1;
    let looks = 0;
    for (; b.positions.mode(0) === 'ready'; looks++) await b.partition.look();
    expect(looks).toBeGreaterThan(2);
    await setImmediate();
    expect(b.positions.get(0, 'fences')).toBe(0);
    await untilRefusing(b);
    b.journal.hidden = 0;
    await b.wake();
    await b.journal.acknowledgeBarrier();
    expect(b.partition.mode).toBe('ready');
  });
});

describe('a partition that refuses to serve', () => {
  test('reads again at pauses that grow, says who answered, and goes on when all is whole', async () => {
    const b = await shortAtStart();
    await untilRefusing(b);
    const pauses: number[] = [];
    for (let reading = 0; reading < 12; reading++) pauses.push(await b.wake());
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.at(-1)).toBe(refusalPauseMsMax);
    expect(pauses[0]).toBeLessThan(refusalPauseMsMax / 10);
    expect(b.partition.mode).toBe('refusing');
    const [message, details] = b.logged.at(-1)!;
    expect(message).toBe('refusing to serve');
    expect(details).toMatchObject({ answeredBy: b.journal.answeredBy(0) });
    b.journal.hidden = 0;
    await b.wake();
    expect(b.partition.mode).toBe('ready');
  });

  test('because of a broken chain goes on when another server answers with the whole of it', async () => {
    const before = newRig();
    await before.open(9);
    const whole = before.journal.stored[1]!;
    const other = Buffer.from(Buffer.from(whole).toString('utf8').replace('"seq":2', '"seq":3'));
    before.journal.stored[1] = other;
    const b = new Rig(before.journal, emptyBoard(), 'next run');
    await b.partition.recover('start');
    expect(b.partition.mode).toBe('refusing');
    await b.wake();
    expect(b.partition.mode).toBe('refusing');
    b.journal.stored[1] = whole;
    await b.wake();
    expect(b.partition.mode).toBe('ready');
  });

  test('because of another entry than was acknowledged to it goes on with the one that was', async () => {
    const b = newRig();
    await b.open(9);
    b.place(1);
    b.partition.commit();
    await b.journal.acknowledge();
    const acknowledged = b.journal.stored.pop()!;
    // A server whose copy differs: its chain is whole, and as long, but nobody was told of this entry.
    b.journal.storeBeside([oneMoreUnit]);
    b.place(2);
    b.partition.commit();
    await b.journal.refuse(new OutcomeUnknown('silence'));
    expect(b.partition.mode).toBe('refusing');
    expect(b.logged.at(-1)![1].error).toMatch(/another entry was acknowledged/);
    b.journal.stored[2] = acknowledged;
    await b.wake();
    await b.journal.acknowledgeBarrier();
    expect(b.partition.mode).toBe('ready');
    expect(b.codes(b.place(1))).toEqual([code.ok]);
  });

  test('is left to an operator where nobody else keeps the journal, and refuses at once', async () => {
    const b = newRig();
    b.journal.mayHeal = false;
    b.positions.set(0, 'sqlSeq', 2);
    await b.partition.recover('start');
    expect(b.partition.mode).toBe('refusing');
    expect(b.sleepers).toEqual([]);
  });
});
