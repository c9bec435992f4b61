import { expect, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { admissionsPerEntryMax, onTimeMs, tickMs } from '../limits.ts';
import { code } from '../protocol.ts';
import { item, newRig, type Rig, start } from '../testing/partition-rig.ts';

const promo = 7;
const people = 10_000;

/** One unit that somebody was let in for, and everybody else waiting. */
async function crowded(): Promise<Rig> {
  const rig = newRig();
  await rig.open(1);
  rig.submit({
    ...{ type: 'publish', item, promo, price: 50, startAt: start, endAt: start + 600_000 },
    ...{ limit: 1, gateFactor: 1, payWindowMs: 10_000, admitMs: 10_000, queue: 'fifo' },
  });
  for (let user = 1; user <= people + 1; user++) {
    rig.submit({ type: 'join', item, user, promo, nonce: user });
  }
  rig.partition.commit();
  await rig.journal.acknowledgeAll();
  return rig;
}

function usersLetIn(rig: Rig, from: number): number[][] {
  return rig.journal.entries
    .slice(from)
    .map(({ events }) => events.flatMap((e) => (e.type === 'admitted' ? [e.user] : [])));
}

test('a long queue is let in at its moment, a part with each entry, and orders come between', async () => {
  const rig = await crowded();
  const before = rig.journal.entries.length;
  const at = start + 1_000;
  rig.submit({ type: 'restock', item, units: people, key: 0 }, at);
  const orders: number[] = [];
  for (let ms = 0; ms < onTimeMs; ms += tickMs) {
    rig.partition.tick(at + ms);
    const token = { promo, nonce: 1_000_000 + ms, expiresAt: 9_999_999 };
    const order = { type: 'place', item, user: 1_000_000 + ms, amount: 1, ...token } as const;
    orders.push(rig.submit(order, at + ms));
    rig.partition.commit();
    await rig.journal.acknowledge();
    await setImmediate();
    expect(rig.codes(orders.at(-1)!)).toEqual([code.ok]);
  }
  const letIn = usersLetIn(rig, before);
  expect(Math.max(...letIn.map(({ length }) => length))).toBe(admissionsPerEntryMax);
  expect(letIn.flat()).toEqual(Array.from({ length: letIn.flat().length }, (_, n) => n + 2));
  // Orders that were placed meanwhile have taken the room of as many at most.
  expect(letIn.flat().length).toBeGreaterThanOrEqual(people - orders.length);
});
