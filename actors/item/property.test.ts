import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Event } from '../events.ts';
import { timeMsMax } from '../limits.ts';
import { type Command, code } from '../protocol.ts';
import { id, later, onSale, publish, restock, start } from '../testing/item-driver.ts';
import { apply, canonical, dueAt, type Item, unitsLeft, viewOrder } from './item.ts';

/** What a model without columns or heaps makes of an actor's journal. */
function books(journal: readonly { event: Event }[]) {
  let [loaded, held, sold] = [0, 0, 0];
  const owned = new Map<string, number>();
  const tokens = new Set<string>();
  const owners: string[] = [];
  for (const { event } of journal) {
    const units = 'amount' in event ? event.amount : 0;
    const owner = 'n' in event ? owners[event.n - 1] : undefined;
    const own = (key: string, change: number) => owned.set(key, (owned.get(key) ?? 0) + change);
    if (event.type === 'opened' || event.type === 'restocked') loaded += event.units;
    if (event.type === 'placed') {
      const token = `${event.user}/${event.promo}/${event.nonce}`;
      expect(tokens).not.toContain(token);
      tokens.add(token);
      owners.push(`${event.user}/${event.promo}`);
      held += units;
      own(owners.at(-1)!, units);
    }
    if (event.type === 'paid') {
      sold += units;
      if (event.late) own(owner!, units);
      else held -= units;
    }
    if (event.type === 'cancelled' || event.type === 'expired') {
      held -= units;
      own(owner!, -units);
    }
  }
  return { loaded, held, sold, left: loaded - held - sold, owned };
}

const someCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('place' as const),
      item: fc.constant(id),
      user: fc.integer({ min: 1, max: 4 }),
      promo: fc.constantFrom(0, 7, 7, 7, 8),
      amount: fc.integer({ min: 1, max: 3 }),
      nonce: fc.integer({ min: 1, max: 12 }),
      expiresAt: fc.constantFrom(start / 1_000 + 5, later),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('pay' as const, 'cancel' as const, 'read' as const),
      item: fc.constant(id),
      n: fc.integer({ min: 0, max: 12 }),
      user: fc.integer({ min: 0, max: 4 }),
    }),
  },
  fc.record({
    type: fc.constant('join' as const),
    item: fc.constant(id),
    user: fc.integer({ min: 1, max: 4 }),
    promo: fc.constantFrom(0, 7),
    nonce: fc.integer({ min: 1, max: 12 }),
  }),
  fc.integer({ min: 1, max: 3 }).map(restock),
  fc.constantFrom(publish(), publish({ promo: 8, endAt: start + 600_000, limit: 3 })),
  fc.constant<Command>({ type: 'open', item: id, price: 1_000, units: 4 }),
);

const someHistory = fc.array(
  fc.record({ command: someCommand, waitMs: fc.constantFrom(0, 0, 1, 40, 4_000, 11_000, 70_000) }),
  { maxLength: 60 },
);

describe('whatever is sent, whenever', () => {
  test('no unit is sold twice (I1) and no user exceeds a limit (I4)', () => {
    fc.assert(
      fc.property(someHistory, (history) => {
        const actor = onSale(4);
        let at = start - 1_000;
        for (const { command, waitMs } of history) {
          at += waitMs;
          actor.send(command, at);
          const item = actor.item!;
          const { loaded, held, sold, left, owned } = books(actor.journal);
          expect(left).toBeGreaterThanOrEqual(0);
          expect([item.loaded, item.held, item.sold, unitsLeft(item)]).toEqual([
            loaded,
            held,
            sold,
            left,
          ]);
          for (const [key, units] of owned) {
            const promo = Number(key.split('/')[1]);
            const terms = item.terms.find((each) => each.promo === promo);
            expect(units).toBeLessThanOrEqual(terms!.limit);
          }
        }
      }),
    );
  });

  test('replaying the events gives exactly the same state (I6)', () => {
    fc.assert(
      fc.property(someHistory, (history) => {
        const actor = onSale(4);
        let at = start - 1_000;
        for (const { command, waitMs } of history) {
          at += waitMs;
          actor.send(command, at);
        }
        let replayed: Item | undefined;
        for (const { event, at: eventAt } of actor.journal)
          replayed = apply(replayed, event, eventAt);
        expect(canonical(replayed!)).toBe(canonical(actor.item!));
      }),
    );
  });

  test('an accepted token keeps its answer for ever (I3)', () => {
    fc.assert(
      fc.property(someHistory, (history) => {
        const actor = onSale(4);
        const accepted = new Map<string, { n: number; command: Command & { type: 'place' } }>();
        let at = start - 1_000;
        for (const { command, waitMs } of history) {
          at += waitMs;
          const reply = actor.send(command, at);
          if (command.type !== 'place' || reply.code !== code.ok) continue;
          const key = `${command.user}/${command.promo}/${command.nonce}`;
          expect(reply.repeated).toBe(accepted.has(key));
          accepted.set(key, { n: reply.order!.n, command: accepted.get(key)?.command ?? command });
        }
        for (const { n, command } of accepted.values()) {
          const again = actor.send(command, at);
          expect(again).toMatchObject({ code: code.ok, repeated: true, order: { n } });
          const other = actor.send({ ...command, amount: command.amount + 1 }, at);
          expect(other.code).toBe(code.usedOtherwise);
        }
      }),
    );
  });

  test('holds end in the order of their deadlines, and none outlives its own', () => {
    fc.assert(
      fc.property(someHistory, (history) => {
        const actor = onSale(4);
        let at = start - 1_000;
        for (const { command, waitMs } of history) {
          at += waitMs;
          actor.send(command, at);
          expect(dueAt(actor.item!)).toBeGreaterThan(at);
        }
        const deadline = (n: number) => viewOrder(actor.item!, n).payBy;
        const ended = actor.pass(timeMsMax).flatMap((e) => (e.type === 'expired' ? [e.n] : []));
        const deadlines = ended.map(deadline);
        expect(deadlines).toEqual([...deadlines].sort((a, b) => a - b));
        expect(actor.item?.held).toBe(0);
      }),
    );
  });
});
