import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { queueModes } from '../../actors/events.ts';
import { code } from '../../actors/protocol.ts';
import { Actor, id, join, pay, place, publish, secret } from '../../actors/testing/item-driver.ts';
import { queueOpensAt } from './draft-promo.ts';
import { isInTheWay, type Terms, warningsOfTerms } from './promo-warnings.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** When the merchant drafts the sales of these tests: it begins an hour later, for an hour. */
const now = hourMs;
const startAt = now + hourMs;

/** A sale without anything to be warned of. */
const fine: Terms = {
  ...{ price: 500, startAt, endAt: startAt + hourMs, limitPerUser: 1 },
  ...{ gateFactor: 5, payWindowS: 900, admitS: 300, queue: 'fifo', queueOpenAt: null },
};
const item = { left: 100, price: 1_000 };

const codesOf = (terms: Partial<Terms>, of: Partial<typeof item> | null = {}, at = now) =>
  warningsOfTerms({ ...fine, ...terms }, of === null ? null : { ...item, ...of }, at).map(
    ({ code }) => code,
  );

describe('a draft', () => {
  test('with the usual terms has nothing to be warned of, in line, by lot or without a queue', () => {
    for (const queue of queueModes) expect(codesOf({ queue })).toEqual([]);
  });

  test.each([
    ['priceAboveNormal', { price: 1_001 }, { price: 1_000 }],
    ['free', { price: 0 }, { price: 1 }],
    ['startInPast', { startAt: now - 1 }, { startAt: now }],
    ['endInPast', { startAt: 0, endAt: now }, { startAt: 0, endAt: now + 1 }],
    ['shorterThanMinute', { endAt: startAt + 59_999 }, { endAt: startAt + minuteMs }],
    ['longerThanWeek', { endAt: startAt + 168 * hourMs + 1 }, { endAt: startAt + 168 * hourMs }],
    ['oneBuyerTakesAll', { limitPerUser: 100 }, { limitPerUser: 99 }],
    ['admissionsOutliveSale', { admitS: 3_600 }, { admitS: 3_599 }],
    ['paymentsOutliveSale', { payWindowS: 3_600 }, { payWindowS: 3_599 }],
    ['nextBuyerTooLate', { payWindowS: 3_300 }, { payWindowS: 3_299 }],
    ['nextBuyerTooLate', { payWindowS: 3_599 }, { payWindowS: 3_600 }],
    ['gateLeavesUnits', { gateFactor: 1 }, { gateFactor: 3 }],
    [
      'noTimeToJoinDraw',
      { queue: 'draw', queueOpenAt: startAt - minuteMs + 1 },
      { queue: 'draw', queueOpenAt: startAt - minuteMs },
    ],
    ['noTimeToJoinDraw', { queue: 'draw', startAt: now + 59_999 }, { queue: 'fifo' }],
    [
      'queueOpenAtUnused',
      { queueOpenAt: startAt - 1 },
      { queue: 'draw', queueOpenAt: startAt - minuteMs },
    ],
  ] as const)('has %s at that point and no sooner', (code, terms, without) => {
    expect(codesOf(terms)).toContain(code);
    expect(codesOf(without)).not.toContain(code);
  });

  test('of an item without units, or that nobody knows, has one of them', () => {
    expect(codesOf({}, { left: 0 })).toEqual(['nothingLeft']);
    expect(codesOf({ limitPerUser: 5 }, { left: 0 })).toEqual(['nothingLeft']);
    expect(codesOf({ price: 9_999 }, null)).toEqual(['nothingLeft']);
  });

  test('that is over already is told that, and not how it would go', () => {
    const over = { startAt: 0, endAt: now - 1, payWindowS: 9_999, queue: 'draw' } as const;
    expect(codesOf(over)).toEqual(['endInPast']);
  });

  test('that has begun is judged by the time that is left', () => {
    expect(codesOf({}, {}, startAt + 50 * minuteMs)).toEqual([
      'startInPast',
      'paymentsOutliveSale',
    ]);
  });

  test('cannot be published at all where another is in its time, or its own is over', () => {
    const other = { id: 6, name: 'Noon', isPublished: true };
    const overlaps = { code: 'overlaps', other, units: 0 } as const;
    expect(isInTheWay(overlaps)).toBe(true);
    expect(isInTheWay({ ...overlaps, other: { ...other, isPublished: false } })).toBe(false);
    expect(isInTheWay({ code: 'endInPast', other: null, units: 0 })).toBe(true);
    expect(isInTheWay({ code: 'free', other: null, units: 0 })).toBe(false);
  });
});

/** Terms in seconds, so that boundaries are met. */
const someSale = fc.record({
  left: fc.integer({ min: 1, max: 9 }),
  lastsS: fc.integer({ min: 60, max: 240 }),
  admitS: fc.integer({ min: 10, max: 120 }),
  payWindowS: fc.integer({ min: 10, max: 200 }),
  gateFactor: fc.integer({ min: 1, max: 6 }),
  limitPerUser: fc.integer({ min: 1, max: 3 }),
  price: fc.constantFrom(0, 500),
  queue: fc.constantFrom(...queueModes),
});
type SomeSale = typeof someSale extends fc.Arbitrary<infer Sale> ? Sale : never;
type LetIn = { user: number; nonce: number };

/** More than any of these sales lets in. */
const peopleMax = 500;

/** A sale under the rules of the item's actor, with as many buyers as come. */
class Crowd {
  readonly actor = new Actor();
  #users = 0;
  #seen = 0;

  constructor(
    readonly terms: Terms,
    left: number,
  ) {
    const { payWindowS, admitS, gateFactor, limitPerUser: limit, price, queue, endAt } = terms;
    this.actor.send({ type: 'open', item: id, price: 1_000, units: left }, now);
    const own = { payWindowMs: payWindowS * 1_000, admitMs: admitS * 1_000 };
    const choice = { ...own, gateFactor, limit, price, queue, startAt, endAt };
    const opens = { queueOpenAt: queue === 'draw' ? queueOpensAt(terms) : startAt };
    const draw = queue === 'draw' ? { ...opens, secret } : opens;
    this.actor.send(publish({ ...choice, ...draw }), now);
    if (queue === 'draw') this.come(startAt - 1);
  }

  /** More come than there is room for; those who are let in by now, and were not before. */
  come(at: number): LetIn[] {
    // A queue takes them all at once; without one each asks until the first is refused.
    const isOff = this.terms.queue === 'off';
    for (let n = this.#users; n < peopleMax || isOff; n++) {
      const user = ++this.#users;
      const reply = this.actor.send(join(user, user), at);
      if (isOff && reply.code !== code.ok) break;
    }
    this.actor.pass(at);
    const fresh = this.letIn.slice(this.#seen);
    this.#seen += fresh.length;
    return fresh;
  }

  get letIn(): LetIn[] {
    return this.actor.journal.flatMap(({ event }) => (event.type === 'admitted' ? [event] : []));
  }

  /** Orders as many as the buyer may have, and pays at once or not at all. */
  order({ user, nonce }: LetIn, at: number, { pays, amount }: { pays: boolean; amount: number }) {
    for (let units = amount; units > 0; units--) {
      const { order } = this.actor.send(place(user, nonce, { amount: units }), at);
      if (order === null) continue;
      if (pays) this.actor.send(pay(order.n, user), at);
      return;
    }
  }

  /** Units nobody has bought when the sale is over. */
  get unsold(): number {
    const { loaded, sold } = this.actor.item!;
    return loaded - sold;
  }
}

/** The first who are let in order at the last moment, and do not pay; the next buy at once. */
function sellToLatePayers(sale: SomeSale): number {
  const crowd = new Crowd(termsOf(sale), sale.left);
  const first = crowd.come(startAt);
  const { admitS, payWindowS, limitPerUser, lastsS } = sale;
  const orderAt = startAt + admitS * 1_000 - 1;
  for (const buyer of first) crowd.order(buyer, orderAt, { pays: false, amount: limitPerUser });
  const backAt = orderAt + payWindowS * 1_000;
  for (const at of [orderAt + 1, backAt]) {
    if (at >= startAt + lastsS * 1_000) continue;
    for (const buyer of crowd.come(at)) crowd.order(buyer, at, { pays: true, amount: 1 });
  }
  return crowd.unsold;
}

/** One in five of those who are let in buys a unit at once; the others let their admission lapse. */
function sellToOneInFive(sale: SomeSale): number {
  const crowd = new Crowd(termsOf(sale), sale.left);
  let admitted = 0;
  for (let at = startAt; at < startAt + sale.lastsS * 1_000; at += sale.admitS * 1_000) {
    for (const buyer of crowd.come(at)) {
      if (++admitted % 5 === 0) crowd.order(buyer, at, { pays: true, amount: 1 });
    }
  }
  return crowd.unsold;
}

function termsOf({ left: _, lastsS, ...terms }: SomeSale): Terms {
  return { ...terms, startAt, endAt: startAt + lastsS * 1_000, queueOpenAt: null };
}

const warned = (sale: SomeSale) =>
  warningsOfTerms(termsOf(sale), { ...item, left: sale.left }, now);
const tooLate = ['admissionsOutliveSale', 'paymentsOutliveSale', 'nextBuyerTooLate'];

describe("a sale under the rules of its item's actor", () => {
  test('sells everything to whoever comes, where it has nothing to be warned of', () => {
    let sales = 0;
    const check = fc.property(someSale, (sale) => {
      const codes = warned(sale).map(({ code }) => code);
      // What one buyer may have, and what it costs, keeps nothing from being sold.
      if (codes.some((code) => code !== 'oneBuyerTakesAll' && code !== 'free')) return;
      sales++;
      expect(sellToLatePayers(sale)).toBe(0);
      expect(sellToOneInFive(sale)).toBe(0);
    });
    fc.assert(check, { numRuns: 300 });
    expect(sales).toBeGreaterThan(20);
  });

  test('keeps units where it is warned that what was not paid comes back too late', () => {
    let sales = 0;
    const check = fc.property(someSale, (sale) => {
      const { price, admitS, payWindowS, lastsS, left } = sale;
      const isWarned = warned(sale).some(({ code }) => tooLate.includes(code));
      expect(isWarned).toBe(admitS + (price === 0 ? 0 : payWindowS) >= lastsS);
      if (!isWarned || price === 0 || admitS > lastsS || admitS + payWindowS === lastsS) return;
      sales++;
      expect(sellToLatePayers(sale)).toBe(left);
    });
    fc.assert(check, { numRuns: 200 });
    expect(sales).toBeGreaterThan(20);
  });

  test('keeps as many units behind its gate as it is warned of', () => {
    let sales = 0;
    const check = fc.property(someSale, (sale) => {
      const behindGate = warned(sale).find(({ code }) => code === 'gateLeavesUnits');
      if (behindGate === undefined) return;
      sales++;
      expect(sellToOneInFive(sale)).toBe(behindGate.units);
    });
    fc.assert(check, { numRuns: 300 });
    expect(sales).toBeGreaterThan(10);
  });
});
