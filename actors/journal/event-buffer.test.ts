import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Event } from '../events.ts';
import { entryBytesMax, eventBytesMax, integerMax, itemIdMax } from '../limits.ts';
import { chainStart, encodeEntry, encodeEvent } from './codec.ts';
import { EventBuffer } from './event-buffer.ts';

const decoder = new TextDecoder();

/** Safe integers of every length: powers of ten and their neighbours too. */
const someInteger = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(99_999),
  fc
    .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: -1, max: 1 }))
    .map(([digits, beside]) => Math.max(0, 10 ** digits + beside)),
);
const somePlaced: fc.Arbitrary<Event> = fc.record({
  type: fc.constant('placed' as const),
  item: fc.integer({ min: 1, max: itemIdMax }),
  n: someInteger,
  user: someInteger,
  promo: someInteger,
  amount: someInteger,
  price: someInteger,
  nonce: someInteger,
});
const someOther: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ type: fc.constant('restocked' as const), item: someInteger, units: someInteger }),
  fc.record({ type: fc.constant('closed' as const), item: someInteger, promo: someInteger }),
);

const head = { partition: 3, seq: 17, prev: chainStart, writer: Bun.randomUUIDv7(), at: 1_000 };

describe('an event buffer', () => {
  test('makes the entry that its encoder would, whatever it held before', () => {
    const buffer = new EventBuffer();
    const someEvents = fc.array(fc.tuple(fc.oneof(somePlaced, someOther), someInteger));
    fc.assert(
      fc.property(someEvents, someInteger, (events, at) => {
        buffer.clear();
        for (const [event, eventAt] of events) buffer.add(event, eventAt, at);
        const texts = events.map(([event, eventAt]) => encodeEvent(event, eventAt, at));
        const entry = encodeEntry({ ...head, at }, texts);
        expect(decoder.decode(buffer.entry({ ...head, at }))).toBe(decoder.decode(entry));
        expect(buffer.count).toBe(events.length);
        expect(buffer.length).toBe(texts.join(',').length);
      }),
    );
  });

  test('takes as many of the longest events as fit an entry', () => {
    const buffer = new EventBuffer();
    const numbers = { n: integerMax, user: integerMax, promo: integerMax, amount: integerMax };
    const longest: Event = {
      type: 'placed',
      item: itemIdMax,
      ...numbers,
      price: integerMax,
      nonce: integerMax,
    };
    while (buffer.length < entryBytesMax - eventBytesMax) buffer.add(longest, integerMax, 0);
    const { events } = JSON.parse(decoder.decode(buffer.entry(head)));
    expect(events).toHaveLength(buffer.count);
    expect(events.at(-1)).toEqual({ ...longest, at: integerMax });
  });
});
