import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Event, itemTexts } from '../events.ts';
import {
  actorNameBytesMax,
  admitMsMax,
  archivedPromosMax,
  duesPerItemMax,
  entryHeadBytesMax,
  eventBytesMax,
  gateFactorMax,
  hashDigits,
  integerMax,
  itemIdMax,
  loadedUnitsMax,
  ordersPerItemMax,
  orderUnitsMax,
  partitionsMax,
  payWindowMsMax,
  priceMinorMax,
  promoIdMax,
  referenceCharactersMax,
  timeMsMax,
} from '../limits.ts';
import { Chain, chainStart, decodeEntry, encodeEntry, encodeEvent, entryHash } from './codec.ts';
import { JournalCorrupt } from './journal.ts';

/** A name of as many bytes as one may have. */
const by = '店'.repeat(actorNameBytesMax / 3);

const largest = {
  opened: { type: 'opened', item: itemIdMax, price: priceMinorMax, units: loadedUnitsMax, by },
  restocked: { type: 'restocked', item: itemIdMax, units: loadedUnitsMax, key: integerMax, by },
  unitsWithdrawn: {
    ...{ type: 'unitsWithdrawn', item: itemIdMax, units: loadedUnitsMax, key: integerMax, by },
  },
  edited: {
    type: 'edited',
    item: itemIdMax,
    price: priceMinorMax,
    normalSale: false,
    limit: loadedUnitsMax,
    texts: [...itemTexts],
    by,
  },
  paused: { type: 'paused', item: itemIdMax, promo: integerMax, by },
  resumed: { type: 'resumed', item: itemIdMax, promo: integerMax, by },
  ended: { type: 'ended', item: itemIdMax, promo: integerMax, by },
  extended: { type: 'extended', item: itemIdMax, promo: integerMax, endAt: timeMsMax, by },
  promoWithdrawn: { type: 'promoWithdrawn', item: itemIdMax, promo: integerMax, by },
  joined: {
    draw: true,
    type: 'joined',
    item: itemIdMax,
    user: integerMax,
    promo: integerMax,
    nonce: integerMax,
  },
  leftQueue: { type: 'leftQueue', item: itemIdMax, user: integerMax, promo: integerMax },
  drawn: {
    type: 'drawn',
    item: itemIdMax,
    promo: integerMax,
    entrants: ordersPerItemMax,
    seed: 'f'.repeat(hashDigits),
  },
  queueEnded: { type: 'queueEnded', item: itemIdMax, promo: integerMax, waiting: ordersPerItemMax },
  lapsed: { type: 'lapsed', item: itemIdMax, user: integerMax, promo: integerMax },
  refunded: {
    type: 'refunded',
    item: itemIdMax,
    n: ordersPerItemMax,
    amount: orderUnitsMax,
    placedAt: timeMsMax,
    back: false,
    amountMinor: integerMax,
    reference: 'r'.repeat(referenceCharactersMax),
    by,
  },
  refundDue: {
    type: 'refundDue',
    item: itemIdMax,
    due: duesPerItemMax,
    n: ordersPerItemMax,
    placedAt: timeMsMax,
    amountMinor: integerMax,
    reason: 'unknownOrder',
    reference: 'r'.repeat(referenceCharactersMax),
    by,
  },
  dueSettled: {
    type: 'dueSettled',
    item: itemIdMax,
    due: duesPerItemMax,
    reference: 'r'.repeat(referenceCharactersMax),
    by,
  },
  published: {
    type: 'published',
    item: itemIdMax,
    promo: integerMax,
    price: priceMinorMax,
    startAt: timeMsMax,
    endAt: timeMsMax,
    limit: loadedUnitsMax,
    gateFactor: gateFactorMax,
    payWindowMs: payWindowMsMax,
    queue: 'draw',
    admitMs: admitMsMax,
    queueOpenAt: timeMsMax,
    secret: 'f'.repeat(hashDigits),
    by,
  },
  closed: { type: 'closed', item: itemIdMax, promo: integerMax },
  admitted: {
    type: 'admitted',
    item: itemIdMax,
    user: integerMax,
    promo: integerMax,
    nonce: integerMax,
  },
  placed: {
    type: 'placed',
    item: itemIdMax,
    n: ordersPerItemMax,
    user: integerMax,
    promo: integerMax,
    amount: orderUnitsMax,
    price: priceMinorMax,
    nonce: integerMax,
    tokenEndsAt: timeMsMax,
  },
  paid: {
    type: 'paid',
    item: itemIdMax,
    n: ordersPerItemMax,
    amount: orderUnitsMax,
    placedAt: timeMsMax,
    late: true,
    amountMinor: integerMax,
    reference: 'r'.repeat(referenceCharactersMax),
    by,
  },
  cancelled: {
    type: 'cancelled',
    item: itemIdMax,
    n: ordersPerItemMax,
    amount: orderUnitsMax,
    placedAt: timeMsMax,
    by,
  },
  expired: {
    type: 'expired',
    item: itemIdMax,
    n: ordersPerItemMax,
    amount: orderUnitsMax,
    placedAt: timeMsMax,
  },
  archived: {
    type: 'archived',
    item: itemIdMax,
    upTo: ordersPerItemMax,
    promos: Array(archivedPromosMax).fill(promoIdMax),
  },
  refused: {
    type: 'refused',
    item: itemIdMax,
    count: integerMax,
    amount: orderUnitsMax,
    seen: integerMax,
  },
} satisfies { [Type in Event['type']]: Event & { type: Type } };

/** Any event: each number field takes any value up to the largest it may have. */
const anyEvent: fc.Arbitrary<Event> = fc
  .constantFrom<Event[]>(...Object.values(largest))
  .chain((event) => {
    const fields = Object.entries(event).map(([name, value]) => [
      name,
      typeof value === 'number' ? fc.integer({ min: 0, max: value }) : fc.constant(value),
    ]);
    // The record has exactly the fields of one of the events above.
    return fc.record(Object.fromEntries(fields)) as fc.Arbitrary<Event>;
  });

const writer = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000';

/** The stored bytes of a chain of entries, each with one event. */
function chainOf(length: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let prev = chainStart;
  for (let seq = 1; seq <= length; seq++) {
    const at = 1_000 + seq;
    const event = encodeEvent({ type: 'restocked', item: 3, units: seq }, at, at);
    const bytes = encodeEntry({ partition: 3, seq, prev, writer, at }, [event]);
    entries.push(bytes);
    prev = entryHash(bytes);
  }
  return entries;
}

function follow(entries: Uint8Array[]): Chain {
  const chain = new Chain(3);
  for (const [index, bytes] of entries.entries()) chain.next(index + 1, bytes);
  return chain;
}

/** The entry's bytes with one text in them replaced. */
function edited(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to), 'utf8');
}

describe('an event', () => {
  test('of any kind parses back to itself', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(timeMsMax), (event, at) => {
        expect(JSON.parse(encodeEvent(event, at, at))).toEqual(event);
      }),
    );
  });

  test('carries its time only where it differs from its entry', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(timeMsMax), fc.nat(timeMsMax), (event, at, entryAt) => {
        const parsed = JSON.parse(encodeEvent(event, at, entryAt));
        expect(parsed).toEqual(at === entryAt ? event : { ...event, at });
      }),
    );
  });

  for (const event of Object.values(largest)) {
    test(`of kind ${event.type} is never longer than its bound`, () => {
      const longest = encodeEvent(event, timeMsMax, 0);
      expect(Buffer.byteLength(longest)).toBeLessThanOrEqual(eventBytesMax);
    });
  }
});

describe('an entry', () => {
  const head = { partition: 3, seq: 17, prev: 'ab'.repeat(32), writer, at: 1_700_000_000_000 };

  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 50 }), fc.string(), (events, anyWriter) => {
        const encoded = events.map((event) => encodeEvent(event, head.at, head.at));
        const bytes = encodeEntry({ ...head, writer: anyWriter }, encoded);
        expect(decodeEntry(3, 17, bytes)).toEqual({ v: 1, ...head, writer: anyWriter, events });
      }),
    );
  });

  test('has the documented text', () => {
    const bytes = encodeEntry({ ...head, writer: 'w' }, ['{"type":"closed","item":3,"promo":1}']);
    expect(Buffer.from(bytes).toString('utf8')).toBe(
      `{"v":1,"partition":3,"seq":17,"prev":"${head.prev}","writer":"w","at":1700000000000,"events":[{"type":"closed","item":3,"promo":1}]}`,
    );
  });

  test('has a head that is never longer than its bound', () => {
    const longest = { ...head, partition: partitionsMax - 1, seq: integerMax, at: timeMsMax };
    expect(encodeEntry(longest, []).length).toBeLessThanOrEqual(entryHeadBytesMax);
  });

  const bytes = encodeEntry(head, ['{"type":"closed","item":3,"promo":1}']);
  const wrong: [string, Uint8Array][] = [
    ['nothing', new Uint8Array()],
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0xfe, 0x7b)],
    ['text that is not JSON', bytes.subarray(0, -1)],
    ['JSON that is not an object', Buffer.from('null')],
    ['another version', edited(bytes, '"v":1', '"v":2')],
    ['another partition', edited(bytes, '"partition":3', '"partition":4')],
    ['another sequence', edited(bytes, '"seq":17', '"seq":18')],
    ['no hash', edited(bytes, '"prev"', '"post"')],
    ['no writer', edited(bytes, '"writer"', '"reader"')],
    ['no time', edited(bytes, '"at":1700000000000', '"at":"noon"')],
    ['no events', edited(bytes, '"events"', '"evidence"')],
  ];
  for (const [what, stored] of wrong) {
    test(`is refused when what is stored is ${what}`, () => {
      expect(() => decodeEntry(3, 17, stored)).toThrow(JournalCorrupt);
    });
  }
});

describe('the chain', () => {
  test('accepts entries as they were written', () => {
    const entries = chainOf(5);
    const chain = follow(entries);
    expect(chain.sequence).toBe(5);
    expect(chain.at).toBe(1_005);
    expect(chain.hash).toBe(entryHash(entries[4]!));
  });

  test('goes on past entries that its writer made itself', () => {
    const entries = chainOf(3);
    const chain = follow(entries.slice(0, 1));
    chain.advance(2, entryHash(entries[1]!), 1_002);
    expect(chain.next(3, entries[2]!).seq).toBe(3);
  });

  test('finds a changed byte, in the entry after it', () => {
    const entries = chainOf(3);
    entries[1] = edited(entries[1]!, '"units":2', '"units":3');
    expect(() => follow(entries)).toThrow(/sequence 3: the hash of the entry before/);
  });

  test('finds any single changed bit in any entry but the last', () => {
    const entries = chainOf(2);
    fc.assert(
      fc.property(fc.nat(entries[0]!.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const changed = Uint8Array.from(entries[0]!);
        changed[at]! ^= 1 << bit;
        expect(() => follow([changed, entries[1]!])).toThrow(JournalCorrupt);
      }),
    );
  });

  test('finds a missing entry', () => {
    const entries = chainOf(3);
    const chain = follow(entries.slice(0, 1));
    expect(() => chain.next(3, entries[2]!)).toThrow(/sequence 3: missing: entries after 1/);
    entries.splice(1, 1);
    expect(() => follow(entries)).toThrow(JournalCorrupt);
  });

  test('finds swapped entries', () => {
    const [first, second, third] = chainOf(3);
    expect(() => follow([first!, third!, second!])).toThrow(JournalCorrupt);
  });

  test('finds an entry of another history', () => {
    const other = encodeEntry(
      { partition: 3, seq: 2, prev: 'f'.repeat(64), writer, at: 1_002 },
      [],
    );
    expect(() => follow([chainOf(1)[0]!, other])).toThrow(/the hash of the entry before/);
  });

  test('finds time that goes backwards', () => {
    const [first] = chainOf(1);
    const prev = entryHash(first!);
    const second = encodeEntry({ partition: 3, seq: 2, prev, writer, at: 1_000 }, []);
    expect(() => follow([first!, second])).toThrow(/time went backwards/);
  });

  test('stays where it was when an entry is refused', () => {
    const entries = chainOf(2);
    const chain = follow(entries.slice(0, 1));
    expect(() => chain.next(2, entries[0]!)).toThrow(JournalCorrupt);
    expect(chain.next(2, entries[1]!).seq).toBe(2);
  });
});
