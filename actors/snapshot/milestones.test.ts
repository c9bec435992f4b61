import { expect, test } from 'bun:test';
import { Milestones } from './milestones.ts';

test('of millions of entries a few are kept, ever fewer the older they are', () => {
  const milestones = new Milestones();
  const last = 3_000_000;
  for (let sequence = 1; sequence <= last; sequence++) {
    milestones.note(sequence, sequence * 10);
    if (sequence % 100_003 !== 0) continue;
    const { all } = milestones;
    expect(all.length).toBeLessThanOrEqual(64);
    expect(all[0]).toEqual([1, 10]);
    expect(all.at(-1)).toEqual([sequence, sequence * 10]);
    for (const [index, [kept, at]] of all.entries()) {
      expect(at).toBe(kept * 10);
      if (index === 0) continue;
      // Between two of them lie fewer entries than have come since the earlier one, twice.
      const before = all[index - 1]![0];
      expect(kept).toBeGreaterThan(before);
      expect(kept - before).toBeLessThanOrEqual(2 * (sequence - before));
    }
  }
  const { all } = milestones;
  const near = all.filter(([sequence]) => sequence > last - 1_000).length;
  expect(near).toBeGreaterThan(5);
});

test('all of a short journal are kept', () => {
  const milestones = new Milestones();
  for (let sequence = 1; sequence <= 40; sequence++) milestones.note(sequence, sequence);
  expect(milestones.all).toHaveLength(40);
});
