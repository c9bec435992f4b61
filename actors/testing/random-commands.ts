/** Commands of every kind for one item, about few users, promos and orders, so that they meet. */
import fc from 'fast-check';
import { queueModes } from '../events.ts';
import { tokenLifeMsMax } from '../limits.ts';
import type { Command } from '../protocol.ts';
import { id, later, start } from './item-driver.ts';

const item = fc.constant(id);
const user = fc.integer({ min: 1, max: 5 });
const promo = fc.constantFrom(0, 7, 7, 7, 7, 7, 7, 7, 8);
const n = fc.constantFrom(1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 9);
/** Some nonces are those that users were let in with. */
const nonce = fc.constantFrom(1, 1, 1, 2, 2, 3);
const units = fc.constantFrom(1, 1, 1, 1, 2, 3);
const key = fc.integer({ min: 0, max: 2 });
const reference = fc.constantFrom('', 'a', 'a', 'b');
const of = <T extends Command['type']>(...types: T[]) => fc.constantFrom(...types);
/** Milliseconds from the start of promo 7. */
const time = (...afterMs: number[]) => fc.constantFrom(...afterMs.map((ms) => start + ms));

const queue = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: of('join'), item, user, promo, nonce }) },
  { weight: 1, arbitrary: fc.record({ type: of('leave', 'stand'), item, user, promo }) },
  { weight: 1, arbitrary: fc.record({ type: of('sync'), item }) },
);

const order = fc.record({
  ...{ type: of('place'), item, user, promo, nonce, amount: units },
  expiresAt: fc.constantFrom(start / 1_000 + 5, later, later, later, later),
});

const anybody = fc.constantFrom(0, 0, 0, 1, 2, 3);
const amountMinor = fc.constantFrom(-1, -1, 500, 500, 1_000, 0);
const back = fc.boolean();
const money = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: of('pay'), item, n, user: anybody }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: of('pay'), item, n, user: anybody, amountMinor, reference }),
  },
  { weight: 2, arbitrary: fc.record({ type: of('cancel', 'read'), item, n, user: anybody }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: of('refund'), item, n, amountMinor, back, reference }),
  },
  { weight: 1, arbitrary: fc.record({ type: of('settle'), item, due: n, reference }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: of('owe'),
      item,
      n,
      placedAt: fc.constant(start),
      amountMinor: fc.constantFrom(500, 500, 0),
      reference: fc.constantFrom('late', 'later'),
    }),
  },
);

const publish = fc
  .record({
    ...{ type: of('publish'), item, promo: fc.constantFrom(7, 8, 9) },
    price: fc.constantFrom(500, 500, 500, 0),
    startAt: time(0, 0, 0, 30_000, 60_000),
    lastsMs: fc.constantFrom(30_000, 60_000),
    limit: fc.integer({ min: 1, max: 3 }),
    gateFactor: fc.constantFrom(1, 1, 2),
    payWindowMs: fc.constantFrom(50, 5_000, 20_000),
    queue: fc.constantFrom(...queueModes, 'fifo' as const),
    admitMs: fc.constantFrom(40, 5_000, 20_000),
  })
  .map(({ lastsMs, ...terms }) => ({
    ...terms,
    endAt: terms.startAt + lastsMs,
    ...(terms.queue === 'draw'
      ? { queueOpenAt: terms.startAt - 30_000, secret: 'c0'.repeat(32) }
      : { queueOpenAt: terms.startAt }),
  }));

/** A promo that is published before anything else. */
export const somePromo = publish.map((terms) => {
  const lastsMs = terms.endAt - terms.startAt;
  const queueOpenAt = terms.queue === 'draw' ? start - 30_000 : start;
  return { ...terms, promo: 7, startAt: start, endAt: start + lastsMs, queueOpenAt };
});

const merchant = fc.oneof(
  { weight: 3, arbitrary: publish },
  { weight: 3, arbitrary: fc.record({ type: of('restock', 'withdrawUnits'), item, units, key }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ type: of('pause', 'resume', 'resume', 'end', 'withdrawPromo'), item },
      promo: fc.constantFrom(7, 7, 8, 9),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ type: of('extend'), item, promo: fc.constantFrom(7, 8) },
      endAt: time(100, 60_000, 61_000, 100_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        ...{ type: of('edit'), item, texts: fc.integer({ min: 0, max: 15 }) },
        price: fc.constantFrom(0, 900, 1_000),
        limit: fc.integer({ min: 1, max: 5 }),
        normalSale: fc.boolean(),
      },
      { requiredKeys: ['type', 'item', 'texts'] },
    ),
  },
  fc.record({ type: of('open'), item, price: fc.constantFrom(900, 1_000), units }),
);

const someCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 9, arbitrary: queue },
  { weight: 7, arbitrary: order },
  { weight: 6, arbitrary: money },
  { weight: 3, arbitrary: merchant },
);

const shortMs = [0, 0, 0, 0, 1, 10, 40, 300];
const longMs = [3_000, 11_000];

/** What comes, and how long after what came before. */
export const someHistory = fc.array(
  fc.record({
    command: someCommand,
    waitMs: fc.constantFrom(...shortMs, ...shortMs, ...shortMs, ...longMs),
  }),
  { minLength: 30, maxLength: 90 },
);

export interface Step {
  command: Command;
  waitMs: number;
  /** What was settled so long ago leaves the memory first; never where not given. */
  retainMs?: number;
}

const monthMs = tokenLifeMsMax + 1_000;
const retains = [0, 1, 1_000, 20_000, ...Array(4).fill(Number.POSITIVE_INFINITY)];

/** Histories in which orders leave the memory now and then, and a month passes twice. */
export const someLongHistory = fc
  .tuple(someHistory, someHistory, someHistory, fc.infiniteStream(fc.constantFrom(...retains)))
  .map(([first, second, third, often]) => {
    // A token ends when it ends: nobody signs another one with its nonce once it was spent.
    const ends = new Map<string, number>();
    const issued = (command: Command): Command => {
      if (command.type !== 'place') return command;
      const token = `${command.user}/${command.promo}/${command.nonce}`;
      const expiresAt = ends.get(token) ?? command.expiresAt;
      ends.set(token, expiresAt);
      return { ...command, expiresAt };
    };
    return [first, second, third].flatMap((part, nth) =>
      part.map(({ command, waitMs }, index): Step => {
        const passesMs = nth > 0 && index === 0 ? monthMs : 0;
        const retainMs = often.next().value;
        return { command: issued(command), retainMs, waitMs: waitMs + passesMs };
      }),
    );
  });
