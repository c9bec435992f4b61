import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { recordWords } from '../limits.ts';
import { code } from '../protocol.ts';
import { someCommand, someReply } from '../testing/some-records.ts';
import { commandLengthAt, isDeed, readCommand, requestAt, writeCommand } from './record.ts';
import {
  isRedirect,
  readRedirect,
  readReply,
  replyLengthAt,
  writeRedirect,
  writeReply,
} from './reply-record.ts';

const integer = fc.maxSafeNat();

/** Three records full of an earlier message; the tests write the one in the middle. */
function usedWords(): Float64Array {
  return new Float64Array(recordWords * 3).fill(-7);
}

/** The records before and after the one that was written. */
function neighbours(words: Float64Array): number[] {
  return [...words.subarray(0, recordWords), ...words.subarray(recordWords * 2)];
}

/** Behind its length a record of `usedWords` holds nothing of what was written. */
function expectNothingBehind(words: Float64Array, length: number): void {
  const behind = words.subarray(recordWords + length, 2 * recordWords);
  expect(behind.every((word) => word === -7)).toBe(true);
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
        expectNothingBehind(words, commandLengthAt(words, recordWords));
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
        expectNothingBehind(words, replyLengthAt(words, recordWords));
        expect(isRedirect(words, recordWords)).toBe(false);
      }),
    );
  });

  test('carries a redirect to any engine, or to none', () => {
    const id = fc.string({ minLength: 1, maxLength: 40 });
    const owner = fc.option(fc.record({ id, actorThreads: fc.integer({ min: 1, max: 64 }) }));
    fc.assert(
      fc.property(owner, integer, (owner, request) => {
        const words = usedWords();
        writeRedirect(words, recordWords, request, owner);
        expect(isRedirect(words, recordWords)).toBe(true);
        expect(readRedirect(words, recordWords)).toEqual(owner);
        expect(requestAt(words, recordWords)).toBe(request);
        expect(new Set(neighbours(words))).toEqual(new Set([-7]));
        expectNothingBehind(words, replyLengthAt(words, recordWords));
      }),
    );
  });

  test('is a deed where it is done for the merchant or with money, and not where a buyer asks', () => {
    expect((['pay', 'publish', 'restock', 'cancel'] as const).map(isDeed)).not.toContain(false);
    expect((['place', 'join', 'stand', 'read'] as const).map(isDeed)).not.toContain(true);
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
