import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { answerOf, KeptNotes, messageOf } from '../testing/webhook-journal.ts';
import type { Outcome } from './answer.ts';
import type { Delivery } from './delivery.ts';
import { Schedule } from './schedule.ts';
import { type WebhookTerms, webhookTerms } from './terms.ts';

const terms: WebhookTerms = { ...webhookTerms, inFlightMax: 4, windowMax: 10, waitingMax: 6 };
const middle = () => 0.5;
const day = 24 * 3_600_000;

/** A schedule of one partition whose entries have one event each, of these lanes. */
function scheduleOf(lanes: readonly (number | null)[], more: Partial<WebhookTerms> = {}) {
  const schedule = new Schedule({ ...terms, ...more }, middle);
  schedule.take(0, { seq: 0, hash: '' }, []);
  lanes.forEach((lane, index) => {
    schedule.read(0, { seq: index + 1, hash: '' }, [messageOf(index + 1, lane)]);
  });
  return schedule;
}

/** All that can be tried at a time, as sequences. */
function triable(schedule: Schedule, now: number): Delivery[] {
  const all: Delivery[] = [];
  for (let next = schedule.next(now); next !== null; next = schedule.next(now)) all.push(next);
  return all;
}

const seqs = (deliveries: readonly Delivery[]) => deliveries.map(({ message }) => message.seq);

/** Tries the next event, with an outcome. */
function answer(schedule: Schedule, outcome: Outcome, now: number, retryAfterMs = 0): Delivery {
  const delivery = schedule.next(now)!;
  schedule.answered(delivery, answerOf(outcome, { retryAfterMs }), now);
  return delivery;
}

function checkpointOf(schedule: Schedule) {
  const { checkpoint, rows } = schedule.begin().get(0)!;
  schedule.written();
  return { seq: checkpoint.seq, rows: rows.map((row) => [row.seq, row.state, row.nextTryAt]) };
}

describe('events of one order', () => {
  test('are tried one after the other, and those of other orders beside them', () => {
    const schedule = scheduleOf([1, 1, 2, 1]);
    const first = triable(schedule, 0);
    expect(seqs(first)).toEqual([1, 3]);
    schedule.answered(first[0]!, answerOf('delivered'), 0);
    expect(seqs(triable(schedule, 0))).toEqual([2]);
  });

  test('wait for one that fails, are noted with it, and let the checkpoint pass', () => {
    const schedule = scheduleOf([1, 1, 2]);
    answer(schedule, 'failed', 1_000);
    answer(schedule, 'delivered', 1_000);
    expect(checkpointOf(schedule)).toEqual({
      seq: 3,
      rows: [
        [1, 'waiting', 3_000],
        [2, 'waiting', null],
        [3, 'delivered', null],
      ],
    });
    schedule.read(0, { seq: 4, hash: '' }, [messageOf(4, 1)]);
    expect(checkpointOf(schedule)).toEqual({ seq: 4, rows: [[4, 'waiting', null]] });
    expect(schedule.next(2_999)).toBeNull();
    answer(schedule, 'delivered', 3_000);
    expect(seqs(triable(schedule, 3_000))).toEqual([2]);
  });

  test('go on when one is given up, three days after its first try', () => {
    const schedule = scheduleOf([1, 1]);
    let now = 5_000;
    for (; now < 5_000 + 3 * day; now += 60_000) {
      const next = schedule.next(now);
      if (next !== null) schedule.answered(next, answerOf('refused'), now);
    }
    const { rows } = checkpointOf(schedule);
    expect(rows).toEqual([
      [1, 'waiting', 5_000 + 3 * day],
      [2, 'waiting', null],
    ]);
    const last = answer(schedule, 'refused', 5_000 + 3 * day);
    expect([last.state, last.tries]).toEqual(['givenUp', 27]);
    expect(seqs(triable(schedule, now))).toEqual([2]);
  });
});

describe('the checkpoint', () => {
  test('stands before an event that was neither delivered nor noted', () => {
    const schedule = scheduleOf([1, 2, 3]);
    const [first, second, third] = triable(schedule, 0);
    for (const each of [second!, third!]) schedule.answered(each, answerOf('delivered'), 0);
    expect(checkpointOf(schedule).seq).toBe(0);
    schedule.answered(first!, answerOf('delivered'), 0);
    expect(checkpointOf(schedule).seq).toBe(3);
  });

  test('and the rows that it rests on are written together, or again', () => {
    const schedule = scheduleOf([1, 2]);
    answer(schedule, 'failed', 0);
    answer(schedule, 'delivered', 0);
    schedule.begin();
    schedule.unwritten();
    expect(checkpointOf(schedule)).toEqual({
      seq: 2,
      rows: [
        [1, 'waiting', 2_000],
        [2, 'delivered', null],
      ],
    });
  });

  test('does not have an event read again that is noted behind it', () => {
    const before = scheduleOf([1, 2]);
    const [first, second] = triable(before, 0) as [Delivery, Delivery];
    before.answered(second, answerOf('failed'), 0);
    const { checkpoint, rows } = before.begin().get(0)!;
    expect([checkpoint.seq, rows.length]).toEqual([0, 1]);
    const after = new Schedule(terms, middle);
    after.take(0, checkpoint, rows);
    for (const { message } of [first, second])
      after.read(0, { seq: message.seq, hash: '' }, [message]);
    expect(after.sizes).toEqual({ waiting: 1, open: 1, inFlight: 0 });
    answer(after, 'delivered', 0);
    expect(checkpointOf(after).seq).toBe(2);
  });

  test('waits while the window is full, or too many events wait', () => {
    const schedule = scheduleOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], { downAfter: 100 });
    expect(schedule.room).toBe(0);
    for (let each = 0; each < 5; each++) answer(schedule, 'refused', 0);
    expect([schedule.room, checkpointOf(schedule).seq]).toEqual([5, 5]);
    answer(schedule, 'refused', 0);
    expect(schedule.room).toBe(0);
  });
});

describe('a receiver', () => {
  test('that is down gets one try at a time, rarer and rarer, and what failed at once when it is back', () => {
    const schedule = scheduleOf([1, 2, 3, 4, 5, 6], { downAfter: 3 });
    for (const each of triable(schedule, 0)) schedule.answered(each, answerOf('unreachable'), 0);
    expect(schedule.health.isDown).toBe(true);
    expect(schedule.health.failingSince).toBe(0);
    expect(schedule.next(999)).toBeNull();
    const probe = schedule.next(1_000)!;
    expect(schedule.next(1_000)).toBeNull();
    schedule.answered(probe, answerOf('timeout'), 1_000);
    expect(schedule.next(2_999)).toBeNull();
    answer(schedule, 'delivered', 3_000);
    expect(schedule.health.failingSince).toBeNull();
    expect(triable(schedule, 3_000)).toHaveLength(4);
  });

  test('that refuses some events is not down for the others, which wait for none of those', () => {
    const schedule = scheduleOf([1, 2, 3], { downAfter: 3 });
    answer(schedule, 'refused', 0);
    answer(schedule, 'delivered', 0);
    answer(schedule, 'delivered', 0);
    expect(schedule.health.isDown).toBe(false);
    expect(schedule.next(1_999)).toBeNull();
    expect(seqs(triable(schedule, 2_000))).toEqual([1]);
  });

  test('is left alone for as long as it asks', () => {
    const schedule = scheduleOf([1, 2]);
    answer(schedule, 'busy', 0, 60_000);
    expect(schedule.next(59_999)).toBeNull();
    expect(triable(schedule, 60_000)).toHaveLength(2);
  });

  test('that says 410 gets nothing more but tests, until the merchant says go on', () => {
    const schedule = scheduleOf([1, 2]);
    answer(schedule, 'gone', 0);
    expect(schedule.health.stoppedAt).toBe(0);
    expect(schedule.next(3 * day)).toBeNull();
    schedule.test({ ...messageOf(9, null), type: 'webhook.test' });
    answer(schedule, 'delivered', 1);
    expect(schedule.next(3 * day)).toBeNull();
    schedule.health.goOn();
    expect(seqs(triable(schedule, 3 * day)).sort()).toEqual([1, 2]);
  });
});

test('a test is sent once, and an event again beside those of its order', () => {
  const schedule = scheduleOf([1, 1]);
  const delivered = answer(schedule, 'delivered', 0);
  schedule.test({ ...messageOf(9, null), type: 'webhook.test' });
  expect(answer(schedule, 'failed', 1).state).toBe('givenUp');
  schedule.again(delivered.row(false));
  schedule.again(delivered.row(false));
  expect(seqs(triable(schedule, 1)).sort()).toEqual([1, 2]);
});

test('tries are made at once when the merchant wishes, one or all', () => {
  const schedule = scheduleOf([1, 2, 3]);
  for (const each of triable(schedule, 0)) schedule.answered(each, answerOf('refused'), 0);
  expect(schedule.hurry('evt_0-2')).toBe(true);
  expect(seqs(triable(schedule, 1))).toEqual([2]);
  expect(schedule.hurry('evt_0-99')).toBe(false);
  schedule.hurryAll();
  expect(seqs(triable(schedule, 1))).toEqual([1, 3]);
});

test('what is under way of a partition that was dropped is not heard', () => {
  const schedule = scheduleOf([1]);
  const delivery = schedule.next(0)!;
  schedule.drop(0);
  schedule.take(0, { seq: 0, hash: '' }, []);
  schedule.read(0, { seq: 1, hash: '' }, [messageOf(1, 1)]);
  schedule.answered(delivery, answerOf('delivered'), 0);
  expect(schedule.sizes).toEqual({ waiting: 0, open: 1, inFlight: 0 });
});

/** What happens next, picked by a number. */
const step = fc.record({
  what: fc.constantFrom(
    ...['read', 'read', 'try', 'try', 'try', 'answer', 'answer'],
    ...['record', 'lose', 'crash', 'old'],
  ),
  outcome: fc.constantFrom<Outcome>('delivered', 'delivered', 'refused', 'failed', 'busy', 'gone'),
  which: fc.nat(),
  afterMs: fc.constantFrom(0, 10, 2_000, 60_000, 3_600_000),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A sender whose SQL and receiver outlive it. */
class Life {
  readonly kept = new KeptNotes();
  /** Ids by the first time they were taken. */
  readonly taken = new Set<string>();
  now = 0;
  #schedule = this.#start();
  /** Senders that were frozen, and go on with what they knew; nothing that they record is written. */
  readonly #old: Schedule[] = [];
  #read = 0;
  #underWay: { delivery: Delivery; schedule: Schedule }[] = [];

  constructor(readonly lanes: readonly number[]) {}

  #start(): Schedule {
    const schedule = new Schedule(terms, middle);
    schedule.take(0, { seq: this.kept.seq, hash: '' }, this.kept.waiting);
    return schedule;
  }

  do({ what, outcome, which, afterMs }: Step) {
    this.now += afterMs;
    switch (what) {
      case 'read':
        return this.readOne();
      case 'try':
        return this.tryOne();
      case 'answer':
        return this.answerOne(outcome, which);
      case 'record':
        return this.record(true);
      case 'lose':
        return this.record(false);
      case 'crash':
        this.#old.push(this.#schedule);
        this.#schedule = this.#start();
        this.#read = this.kept.seq;
        return;
      case 'old':
        if (this.#old.length > 0) this.tryOne(this.#old[which % this.#old.length]);
    }
  }

  readOne(): boolean {
    const lane = this.lanes[this.#read];
    if (lane === undefined || this.#schedule.room === 0) return false;
    const seq = ++this.#read;
    this.#schedule.read(0, { seq, hash: '' }, [messageOf(seq, lane)]);
    return true;
  }

  tryOne(schedule = this.#schedule): boolean {
    const delivery = schedule.next(this.now);
    if (delivery !== null) this.#underWay.push({ delivery, schedule });
    return delivery !== null;
  }

  answerOne(outcome: Outcome, which: number): boolean {
    const [answered] = this.#underWay.splice(which % Math.max(1, this.#underWay.length), 1);
    if (answered === undefined) return false;
    const { delivery, schedule } = answered;
    if (outcome === 'delivered') this.taken.add(delivery.message.id);
    schedule.answered(delivery, answerOf(outcome), this.now);
    return true;
  }

  record(isWritten: boolean): void {
    const notes = this.#schedule.begin().get(0)!;
    if (isWritten) {
      this.kept.write(notes);
      this.#schedule.written();
    } else this.#schedule.unwritten();
  }

  /** The receiver is well from here on, and the merchant says so. */
  finish(): void {
    this.#schedule.health.goOn();
    for (;;) {
      const tried = [this.readOne(), this.tryOne(), this.answerOne('delivered', 0)];
      this.record(true);
      const isDone = this.#read === this.lanes.length && this.kept.waiting.length === 0;
      if (isDone && !tried.includes(true)) return;
      this.now += 3_600_000;
    }
  }
}

test('whatever fails, and whenever it starts anew, every event arrives, and first arrivals of an order in order', () => {
  const lanes = fc.array(fc.integer({ min: 1, max: 5 }), {
    minLength: 1,
    maxLength: 40,
    size: 'max',
  });
  fc.assert(
    fc.property(lanes, fc.array(step, { maxLength: 300, size: 'max' }), (all, steps) => {
      const life = new Life(all);
      for (const each of steps) life.do(each);
      life.finish();
      expect(life.kept.seq).toBe(all.length);
      const arrived = [...life.taken].map((id) => Number(id.slice('evt_0-'.length)));
      const givenUp = life.kept.of('givenUp').map((id) => Number(id.slice('evt_0-'.length)));
      expect([...new Set([...arrived, ...givenUp])]).toHaveLength(all.length);
      for (const lane of new Set(all)) {
        const own = arrived.filter((seq) => all[seq - 1] === lane && !givenUp.includes(seq));
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 500 },
  );
});
