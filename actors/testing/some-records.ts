/** Any command and any reply that a record may hold, for property tests. */
import fc from 'fast-check';
import { queueModes } from '../events.ts';
import { actorNameBytesMax, referenceCharactersMax } from '../limits.ts';
import {
  type Code,
  type Command,
  code,
  type OrderStatus,
  orderStatus,
  type Reply,
  standings,
} from '../protocol.ts';

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
export const someCommand: fc.Arbitrary<Command> = fc.oneof(
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
  command({ type: is('sync'), item }),
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
  command(
    { type: is('owe'), item, n: integer, placedAt: integer, amountMinor: integer, reference },
    { by },
  ),
  command({ type: is('read'), ...ofOrder }),
  command({ type: is('tally'), item, seen: integer, count: integer, amount: integer }),
);

export const someReply: fc.Arbitrary<Reply> = fc
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
