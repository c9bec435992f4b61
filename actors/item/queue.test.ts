import { describe, expect, test } from 'bun:test';
import { code } from '../protocol.ts';
import { join, onSale, start } from '../testing/item-driver.ts';

const queued = { queue: 'fifo', admitMs: 60_000, queueOpenAt: start } as const;

describe('a queue without a draw', () => {
  test('takes whoever finds the gate full, in order of coming', () => {
    const actor = onSale(1, { ...queued, gateFactor: 1 });
    expect(actor.send(join(1, 11), start).standing?.state).toBe('admitted');
    for (const [ahead, user] of [2, 3, 4].entries()) {
      const { code: answer, standing } = actor.send(join(user, 10 * user), start);
      expect(answer).toBe(code.ok);
      expect(standing).toMatchObject({ state: 'waiting', ahead, waiting: ahead + 1 });
    }
    expect(actor.events.filter((type) => type === 'joined')).toHaveLength(3);
  });
});
