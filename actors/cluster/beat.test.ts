import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { partitionsMax } from '../limits.ts';
import { quietShare, someBeat } from '../testing/beats.ts';
import { decodeBeat, encodeBeat } from './beat.ts';

describe('a beat', () => {
  test('is read as it was said', () => {
    const beat = someBeat('a', 3, { leaving: true });
    expect(decodeBeat(encodeBeat(beat), 2)).toEqual(beat);
  });

  test('of all partitions is a short message', () => {
    const partitions = Array.from({ length: partitionsMax }, () => ({ ...quietShare, seq: 1e12 }));
    expect(encodeBeat(someBeat('a', 3, { partitions })).length).toBeLessThan(16_384);
  });

  test('of another version is not read, and what is wrong with it is told', () => {
    expect(decodeBeat(JSON.stringify({ ...someBeat('a', 3), v: 2 }), 2)).toMatch(/^v: /);
  });

  test('of a journal with another number of partitions is not read', () => {
    expect(decodeBeat(encodeBeat(someBeat('a', 3)), 4)).toBe('it has 2 partitions, not 4');
  });

  test('that says more than this version knows is read', () => {
    const beat = someBeat('a', 3);
    expect(decodeBeat(JSON.stringify({ ...beat, mood: 'well' }), 2)).toEqual(beat);
  });

  test('with a field that cannot be is not read', () => {
    const wrong = { ...someBeat('a', 3), partitions: [quietShare, { ...quietShare, mode: 'odd' }] };
    expect(decodeBeat(JSON.stringify(wrong), 2)).toMatch(/^partitions\.1\.mode: /);
    expect(decodeBeat(encodeBeat(someBeat('a', 3, { actorThreads: 0 })), 2)).toMatch(/^actorT/);
  });

  test('that is damaged never does more than not be read', () => {
    const whole = encodeBeat(someBeat('a', 3));
    const damaged = fc
      .tuple(fc.nat(whole.length), fc.nat(10), fc.string())
      .map(([from, length, text]) => whole.slice(0, from) + text + whole.slice(from + length));
    const any = fc.oneof(damaged, fc.string(), fc.json());
    fc.assert(
      fc.property(any, (text) => {
        const beat = decodeBeat(text, 2);
        expect(typeof beat === 'string' || beat.partitions.length === 2).toBe(true);
      }),
    );
  });
});
