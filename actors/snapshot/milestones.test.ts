import { expect, test } from 'bun:test';
import { Milestones } from './milestones.ts';

/** By what is kept, when an entry was made: the time of the last before it. */
function timeOf({ all }: Milestones, sequence: number): number {
  return all.findLast(([kept]) => kept <= sequence)![1];
}

const secondMs = 1_000;
const hourMs = 3_600_000;

/** A sale: as many entries, ten milliseconds apart. */
const sale = (entries: number) => Array.from({ length: entries }, () => 10);

const lives: Record<string, number[]> = {
  'that was written at one rate': sale(300_000),
  'of sales between which days go by': [
    ...[...sale(20_000), 300 * hourMs, ...sale(5_000), 20 * hourMs],
    ...[...sale(3_000), 2 * hourMs, ...sale(40)],
  ],
  'that slows down': Array.from({ length: 20_000 }, (_, entry) => entry),
  'that quickens': Array.from({ length: 20_000 }, (_, entry) => 20_000 - entry),
};

for (const [life, gaps] of Object.entries(lives)) {
  test(`of a journal ${life} a few times tell the age of each entry within a factor of two`, () => {
    const milestones = new Milestones();
    const times: number[] = [];
    let at = 0;
    for (const gap of gaps) {
      at += gap;
      times.push(at);
      milestones.note(times.length, at);
    }
    expect(milestones.all.length).toBeLessThanOrEqual(64);
    expect(milestones.all[0]).toEqual([1, times[0]!]);
    expect(milestones.all.at(-1)).toEqual([times.length, at]);
    const now = at + secondMs;
    const wrong = times.filter((madeAt, index) => {
      const told = now - timeOf(milestones, index + 1);
      const age = now - madeAt;
      return told < age || told > 2 * age;
    });
    expect(wrong).toEqual([]);
  });
}

test('all of a short journal are kept', () => {
  const milestones = new Milestones();
  for (let sequence = 1; sequence <= 40; sequence++) milestones.note(sequence, sequence);
  expect(milestones.all).toHaveLength(40);
});

test('an entry that is read again counts once', () => {
  const milestones = new Milestones();
  for (const sequence of [1, 2, 3, 3, 1, 2, 4]) milestones.note(sequence, sequence * secondMs);
  expect(milestones.all.map(([sequence]) => sequence)).toEqual([1, 2, 3, 4]);
});

test('no entry is younger than one that came after it, whatever the clock said', () => {
  const milestones = new Milestones();
  for (const [sequence, at] of [100, 900, 700, 800].entries()) milestones.note(sequence + 1, at);
  expect(milestones.all.map(([, at]) => at)).toEqual([100, 700, 700, 800]);
});
