import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { recordWords } from '../limits.ts';
import { type Code, type Command, code, type OrderStatus, type Reply } from '../protocol.ts';
import { readCommand, readReply, requestAt, writeCommand, writeReply } from './record.ts';

const integer = fc.maxSafeNat();
const item = fc.integer({ min: 1, max: 131_071 });
const is = <const Type extends string>(type: Type) => fc.constant(type);
const ofOrder = { item, n: integer, user: integer };

const someCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ type: is('open'), item, price: integer, units: integer }),
  fc.record({ type: is('restock'), item, units: integer, key: integer }),
  fc.record({
    ...{ type: is('publish'), item, promo: integer, price: integer, startAt: integer },
    ...{ endAt: integer, limit: integer, gateFactor: integer, payWindowMs: integer },
  }),
  fc.record({ type: is('admit'), item, user: integer, promo: integer, nonce: integer }),
  fc.record({
    ...{ type: is('place'), item, user: integer, promo: integer, amount: integer },
    ...{ nonce: integer, expiresAt: integer },
  }),
  fc.record({ type: is('pay'), ...ofOrder }),
  fc.record({ type: is('cancel'), ...ofOrder }),
  fc.record({ type: is('read'), ...ofOrder }),
  fc.record({ type: is('tally'), item, seen: integer, count: integer, amount: integer }),
);

const someReply: fc.Arbitrary<Reply> = fc.record({
  code: fc.constantFrom<Code[]>(...Object.values(code)),
  repeated: fc.boolean(),
  nonce: integer,
  order: fc.option(
    fc.record({
      ...{ n: integer, user: integer, promo: integer, amount: integer, unitPrice: integer },
      status: fc.constantFrom<OrderStatus[]>(0, 1, 2, 3),
      ...{ createdAt: integer, payBy: integer, paidAt: integer, closedAt: integer },
    }),
  ),
});

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
      ...{ payBy: 2, paidAt: 0, closedAt: 0 },
    };
    writeReply(words, 0, 1, { code: code.ok, repeated: false, nonce: 0, order });
    words[9] = 4; // The word of the status.
    expect(() => readReply(words, 0)).toThrow('no status 4');
  });
});
