import { describe, expect, test } from 'bun:test';
import { type Draws, drawsOf, highest } from './rendezvous.ts';

const partitions = 20_000;

interface Candidate {
  id: string;
  draws: Draws;
}

function candidate(id: string, weight = 1): Candidate {
  return { id, draws: drawsOf(id, weight, partitions) };
}

/** Who wins each partition. */
function winners(...candidates: Candidate[]): string[] {
  return Array.from({ length: partitions }, (_, p) => highest(candidates, p)!.id);
}

/** The part of all partitions that one wins. */
function part(won: readonly string[], id: string): number {
  return won.filter((winner) => winner === id).length / won.length;
}

const [a, b, c] = [candidate('a'), candidate('b'), candidate('c')];

describe('partitions', () => {
  test('are split evenly among equals', () => {
    const won = winners(a, b, c);
    for (const id of ['a', 'b', 'c']) expect(part(won, id)).toBeCloseTo(1 / 3, 1);
  });

  test('are split by weight', () => {
    const won = winners(a, candidate('b', 2), candidate('c', 5));
    expect(part(won, 'a')).toBeCloseTo(1 / 8, 1);
    expect(part(won, 'b')).toBeCloseTo(2 / 8, 1);
    expect(part(won, 'c')).toBeCloseTo(5 / 8, 1);
  });

  test('move to who joins from all others, and nowhere else', () => {
    const [before, after] = [winners(a, b), winners(a, b, c)];
    for (const [partition, winner] of after.entries()) {
      if (winner !== 'c') expect(winner).toBe(before[partition]!);
    }
    const lost = before.filter((winner, partition) => after[partition] !== winner);
    expect(part(lost, 'a')).toBeCloseTo(1 / 2, 1);
  });

  test('stay where they are when another leaves', () => {
    const [before, after] = [winners(a, b, c), winners(a, c)];
    const kept = before.filter((winner) => winner !== 'b').length;
    expect(before.filter((winner, partition) => after[partition] === winner)).toHaveLength(kept);
  });

  test('go to the same candidate whatever the order of the candidates', () => {
    expect(winners(c, a, b)).toEqual(winners(a, b, c));
  });

  test('go to nobody where there is nobody', () => {
    expect(highest([], 0)).toBeNull();
  });
});

test('equal draws are decided by the ids', () => {
  const draws = new Float64Array([1]);
  const twins = [
    { id: 'a', draws },
    { id: 'b', draws },
  ];
  expect(highest(twins, 0)!.id).toBe('b');
  expect(highest(twins.toReversed(), 0)!.id).toBe('b');
});
