import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { forwardRecordsMax } from '../limits.ts';
import { commandLengthAt, readCommand, requestAt } from '../memory/record.ts';
import { isRedirect, readRedirect, readReply, replyLengthAt } from '../memory/reply-record.ts';
import { type Command, code, commandTypes, orderStatus, type Reply, refusal } from '../protocol.ts';
import { sha256 } from '../sha256.ts';
import { someCommand, someReply } from '../testing/some-records.ts';
import {
  CommandsToSend,
  type ReceivedRecords,
  RepliesToSend,
  receivedCommands,
  receivedReplies,
  wireLayout,
} from './wire.ts';

const request = fc.maxSafeNat();
const owner = fc.option(
  fc.record({ id: fc.uuid(), actorThreads: fc.integer({ min: 1, max: 64 }) }),
);

/** The word offsets of a message's records. */
function offsets(
  { words, first, count }: ReceivedRecords,
  lengthAt: (words: Float64Array, offset: number) => number,
): number[] {
  const all: number[] = [];
  for (let offset = first; all.length < count; offset += lengthAt(words, offset)) all.push(offset);
  return all;
}

function commandsIn(bytes: Uint8Array): [number, Command][] {
  const message = receivedCommands(bytes)!;
  const at = offsets(message, commandLengthAt);
  return at.map((each) => [requestAt(message.words, each), readCommand(message.words, each)]);
}

const place: Command = {
  ...{ type: 'place', item: 3, user: 42, promo: 7, amount: 1, nonce: 2 ** 52 },
  expiresAt: 1_795_550_400,
};

const by = 'somebody';
const oneOfEachType: Command[] = [
  place,
  { type: 'pay', item: 1, n: 2, user: 3, amountMinor: 4, reference: 'pi_5', by },
  { type: 'cancel', item: 1, n: 2, user: 3, by },
  { type: 'read', item: 1, n: 2, user: 3 },
  { type: 'join', item: 1, user: 2, promo: 3, nonce: 4 },
  { type: 'open', item: 1, price: 2, units: 3, normalSale: false, limit: 4, by },
  { type: 'restock', item: 1, units: 2, key: 3, by },
  {
    ...{ type: 'publish', item: 1, promo: 2, price: 3, startAt: 4, endAt: 5, limit: 6 },
    ...{ gateFactor: 7, payWindowMs: 8, queue: 'draw', admitMs: 9, queueOpenAt: 10 },
    ...{ secret: 'ab'.repeat(32), by },
  },
  { type: 'tally', item: 1, seen: 2, count: 3, amount: 4 },
  { type: 'stand', item: 1, user: 2, promo: 3 },
  { type: 'leave', item: 1, user: 2, promo: 3 },
  { type: 'withdrawUnits', item: 1, units: 2, key: 3, by },
  { type: 'edit', item: 1, price: 2, normalSale: true, limit: 3, texts: 4, by },
  { type: 'pause', item: 1, promo: 2, by },
  { type: 'resume', item: 1, promo: 2, by },
  { type: 'end', item: 1, promo: 2, by },
  { type: 'withdrawPromo', item: 1, promo: 2, by },
  { type: 'extend', item: 1, promo: 2, endAt: 3, by },
  { type: 'refund', item: 1, n: 2, amountMinor: 3, back: true, reference: 're_4', by },
  { type: 'settle', item: 1, due: 2, reference: 're_3', by },
  { type: 'sync', item: 1 },
  { type: 'owe', item: 1, n: 2, placedAt: 3, amountMinor: 4, reference: 'pi_5', by },
];
const order: Reply['order'] = {
  ...{ n: 1, user: 2, promo: 3, amount: 4, unitPrice: 5, status: orderStatus.paid },
  ...{ createdAt: 6, payBy: 7, paidAt: 8, closedAt: 9, toRefund: 10 },
};
const standing: Reply['standing'] = {
  ...{ state: 'waiting', nonce: 1, until: 2, ahead: 3, waiting: 4, heldUnpaid: 5, etaSeconds: 6 },
};
const oneOfEachKind: Reply[] = [
  { ...refusal(code.refundDue), about: 7 },
  { ...refusal(code.ok), repeated: true, order },
  { ...refusal(code.ok), standing },
];

/** One message as a client hands it over: at any place of a larger buffer. */
function received(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 7);
  buffer.set(bytes, 5);
  return buffer.subarray(5, 5 + bytes.length);
}

describe('a message between engines', () => {
  test('carries any commands, and is gathered anew afterwards', () => {
    const out = new CommandsToSend();
    const some = fc.array(fc.tuple(request, someCommand), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(some, request, (commands, number) => {
        for (const each of commands) out.add(...each);
        expect(out.count).toBe(commands.length);
        const bytes = received(out.take(number));
        expect(receivedCommands(bytes)!.number).toBe(number);
        expect(commandsIn(bytes)).toEqual(commands);
        expect(out.count).toBe(0);
      }),
    );
  });

  test('carries any replies and redirects, and how far partitions are durable', () => {
    const out = new RepliesToSend();
    const answer = fc.oneof(fc.record({ reply: someReply }), fc.record({ owner }));
    const some = fc.array(fc.tuple(request, answer), { minLength: 1, maxLength: 80 });
    const reached = fc.uniqueArray(fc.tuple(fc.nat(63), request), { selector: ([at]) => at });
    fc.assert(
      fc.property(some, reached, (answers, pairs) => {
        for (const [id, each] of answers) {
          if ('reply' in each) out.add(id, each.reply);
          else out.addRedirect(id, each.owner);
        }
        for (const pair of pairs) out.reached(...pair);
        const message = receivedReplies(received(out.take()))!;
        expect([...message.reached]).toEqual(pairs);
        const { words } = message;
        const read = offsets(message, replyLengthAt).map((at): (typeof answers)[number] => [
          requestAt(words, at),
          isRedirect(words, at)
            ? { owner: readRedirect(words, at) }
            : { reply: readReply(words, at) },
        ]);
        expect(read).toEqual(answers);
        expect(receivedReplies(out.take())!.reached.size).toBe(0);
      }),
    );
  });

  test('takes 64 bytes for an order, and fits what nats-server takes at its fullest', () => {
    const out = new CommandsToSend();
    out.add(1, place);
    expect(out.take(1).length).toBe(24 + 64);
    while (!out.isFull) out.add(1, { type: 'settle', item: 1, due: 1, reference: 'x'.repeat(64) });
    expect(out.count).toBe(forwardRecordsMax);
    expect(out.take(2).length).toBeLessThan(2 ** 20);
  });

  test('that was cut short, has other records than it says, or another layout, is none', () => {
    const out = new CommandsToSend();
    const message = () => {
      for (let id = 0; id < 3; id++) out.add(id, place);
      return out.take(1);
    };
    expect(receivedCommands(message())).not.toBeNull();
    for (const length of [0, 8, 24, 32, 87, 88, 152]) {
      expect(receivedCommands(message().subarray(0, length))).toBeNull();
    }
    const changed = (word: number, value: number) => {
      const bytes = message();
      new Float64Array(bytes.buffer)[word] = value;
      return bytes;
    };
    const wrong: [number, number][] = [
      ...([0, wireLayout + 1, Number.NaN].map((layout) => [0, layout]) as [number, number][]),
      ...([-1, 2, 4, 2.5, Number.NaN, 1e9].map((count) => [2, count]) as [number, number][]),
      ...([0, -1, commandTypes.length + 1, 1.5, Number.NaN].map((kind) => [3, kind]) as [
        number,
        number,
      ][]),
    ];
    for (const [word, value] of wrong) {
      expect(receivedCommands(changed(word, value))).toBeNull();
    }
  });

  test('of any bytes is none, or one that can be read to its end', () => {
    const words = fc.array(fc.oneof(fc.double(), fc.integer({ min: -2, max: 30 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(words, (all) => {
        const bytes = new Uint8Array(Float64Array.from([wireLayout, ...all]).buffer);
        const commands = receivedCommands(bytes);
        const replies = receivedReplies(bytes);
        if (commands !== null) offsets(commands, commandLengthAt);
        if (replies !== null) offsets(replies, replyLengthAt);
      }),
      { numRuns: 2_000 },
    );
  });

  test('has the bytes of its layout: whoever changes them raises the layout', () => {
    expect(oneOfEachType.map(({ type }) => type)).toEqual([...commandTypes]);
    const bytes: Uint8Array[] = [];
    // `owe` is sent for archived orders alone, and they are there once all engines know of them.
    for (const command of oneOfEachType.filter(({ type }) => type !== 'owe')) {
      const out = new CommandsToSend();
      out.add(77, command);
      bytes.push(out.take(1));
    }
    for (const reply of oneOfEachKind) {
      const out = new RepliesToSend();
      out.add(77, reply);
      bytes.push(out.take());
    }
    const redirect = new RepliesToSend();
    redirect.addRedirect(77, { id: 'an engine', actorThreads: 3 });
    redirect.reached(5, 1_000);
    bytes.push(redirect.take());
    expect([wireLayout, sha256(Buffer.concat(bytes).toString('hex'))]).toEqual([
      1,
      'bc8b5d3395aeb8083d7cd9e3f4abdf257d16ecce8a33e5585e569638675566dc',
    ]);
  });
});
