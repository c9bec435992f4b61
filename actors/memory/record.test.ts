import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { queueModes } from '../events.ts';
import { actorNameBytesMax, recordWords, referenceCharactersMax } from '../limits.ts';
import {
  type Code,
  type Command,
  code,
  type OrderStatus,
  orderStatus,
  type Reply,
  standings,
} from '../protocol.ts';
import { readCommand, requestAt, writeCommand } from './record.ts';
import { readReply, writeReply } from './reply-record.ts';

const integer = fc.maxSafeNat();
const item = fc.integer({ min: 1, max: 131_071 });
const is = <const Type extends string>(type: Type) => fc.constant(type);
const ofOrder = { item, n: integer, user: integer };
const time = integer;

/** Text of at most so many bytes. */
const text = (bytesMax: number, unit: fc.StringConstraints['unit']) =>
  fc
    .string({ unit: unit ?? 'grapheme', minLength: 1, maxLength: bytesMax })
    .filter((value) => Buffer.byteLength(value) <= bytesMax);
const by = text(actorNameBytesMax, 'grapheme');
const reference = text(referenceCharactersMax, 'grapheme-ascii');
const secret = fc.stringMatching(/^[1-9a-f][0-9a-f]{63}$/);

/** A command of the fields that it must have, and of some that it may have. */
function command(required: object, may: object = {}): fc.Arbitrary<Command> {
  const all = { ...required, ...may } as Record<string, fc.Arbitrary<unknown>>; // Both hold arbitraries.
  // The record is a command: each call below names the fields of one type.
  return fc.record(all, {
    requiredKeys: Object.keys(required),
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<Command>;
}

/** The largest values of all fields: a record has room for every command. */
const someCommand: fc.Arbitrary<Command> = fc.oneof(
  command(
    { type: is('open'), item, price: integer, units: integer },
    { normalSale: fc.boolean(), limit: integer, by },
  ),
  command({ type: is('restock'), item, units: integer, key: integer }, { by }),
  command({ type: is('withdrawUnits'), item, units: integer, key: integer }, { by }),
  command(
    { type: is('edit'), item, texts: fc.nat(15) },
    { price: integer, normalSale: fc.boolean(), limit: integer, by },
  ),
  command(
    {
      ...{ type: is('publish'), item, promo: integer, price: integer, startAt: time },
      ...{ endAt: time, limit: integer, gateFactor: integer, payWindowMs: integer },
    },
    { queue: fc.constantFrom(...queueModes), admitMs: integer, queueOpenAt: time, secret, by },
  ),
  ...(['pause', 'resume', 'end', 'withdrawPromo'] as const).map((type) =>
    command({ type: is(type), item, promo: integer }, { by }),
  ),
  command({ type: is('extend'), item, promo: integer, endAt: time }, { by }),
  command({ type: is('join'), item, user: integer, promo: integer, nonce: integer }),
  command({ type: is('stand'), item, user: integer, promo: integer }),
  command({ type: is('leave'), item, user: integer, promo: integer }),
  command({
    ...{ type: is('place'), item, user: integer, promo: integer, amount: integer },
    ...{ nonce: integer, expiresAt: integer },
  }),
  command({ type: is('pay'), ...ofOrder }, { amountMinor: integer, reference, by }),
  command({ type: is('cancel'), ...ofOrder }, { by }),
  command(
    {
      ...{ type: is('refund'), item, n: integer, amountMinor: integer },
      ...{ back: fc.boolean(), reference },
    },
    { by },
  ),
  command({ type: is('settle'), item, due: integer, reference }, { by }),
  command({ type: is('read'), ...ofOrder }),
  command({ type: is('tally'), item, seen: integer, count: integer, amount: integer }),
);

const someReply: fc.Arbitrary<Reply> = fc
  .record({
    code: fc.constantFrom<Code[]>(...Object.values(code)),
    repeated: fc.boolean(),
    about: integer,
    order: fc.option(
      fc.record({
        ...{ n: integer, user: integer, promo: integer, amount: integer, unitPrice: integer },
        status: fc.constantFrom<OrderStatus[]>(...Object.values(orderStatus)),
        ...{ createdAt: integer, payBy: integer, paidAt: integer, closedAt: integer },
        toRefund: integer,
      }),
    ),
    standing: fc.option(
      fc.record({
        state: fc.constantFrom(...standings),
        ...{ nonce: integer, until: integer, ahead: integer, waiting: integer },
        ...{ heldUnpaid: integer, etaSeconds: fc.integer({ min: -1 }) },
      }),
    ),
  })
  .filter(({ order, standing }) => order === null || standing === null);

/** Three records full of an earlier message; the tests write the one in the middle. */
function usedWords(): Float64Array {
  return new Float64Array(recordWords * 3).fill(-7);
}

/** The records before and after the one that was written. */
function neighbours(words: Float64Array): number[] {
  return [...words.subarray(0, recordWords), ...words.subarray(recordWords * 2)];
}

describe('a record', () => {
  test('carries every command exactly, and touches no other record', () => {
    fc.assert(
      fc.property(someCommand, integer, (command, request) => {
        const words = usedWords();
        writeCommand(words, recordWords, request, command);
        expect(readCommand(words, recordWords)).toEqual(command);
        expect(requestAt(words, recordWords)).toBe(request);
        expect(new Set(neighbours(words))).toEqual(new Set([-7]));
      }),
    );
  });

  test('carries every reply exactly, and touches no other record', () => {
    fc.assert(
      fc.property(someReply, integer, (reply, request) => {
        const words = usedWords();
        writeReply(words, recordWords, request, reply);
        expect(readReply(words, recordWords)).toEqual(reply);
        expect(requestAt(words, recordWords)).toBe(request);
        expect(new Set(neighbours(words))).toEqual(new Set([-7]));
      }),
    );
  });

  test('of no known kind or status is refused', () => {
    const words = new Float64Array(recordWords);
    expect(() => readCommand(words, 0)).toThrow('no command has kind 0');
    const order = {
      ...{ n: 1, user: 1, promo: 0, amount: 1, unitPrice: 1, status: 0 as const, createdAt: 1 },
      ...{ payBy: 2, paidAt: 0, closedAt: 0, toRefund: 0 },
    };
    writeReply(words, 0, 1, { code: code.ok, repeated: false, about: 0, order, standing: null });
    words[9] = 5; // The word of the status.
    expect(() => readReply(words, 0)).toThrow('no status 5');
  });
});
