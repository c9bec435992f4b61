import { describe, expect, test } from 'bun:test';
import { type Change, countAnswers, firstSoldAfter, seenOf } from './changes.ts';
import type { Asked } from './steady-buyers.ts';

const hot = 1;

function asked(itemId: number, sentAt: number, answeredAt: number, code: number | null): Asked {
  return { itemId, sentAt, answeredAt, code };
}

const killed: Change = { kind: 'killed', from: 100, to: 200, items: [hot, 2] };
const started: Change = { kind: 'started', from: 200, to: 300, items: [hot] };
const stopped: Change = { kind: 'stopped', from: 300, to: 400, items: [hot, 2] };

describe('of what was asked', () => {
  test('the first order that was sold after a moment was sent after it', () => {
    const all = [asked(hot, 90, 110, 201), asked(hot, 105, 130, 30002), asked(hot, 120, 180, 201)];
    expect(firstSoldAfter([...all, asked(hot, 125, 170, 201)], hot, 100)).toBe(170);
    expect(firstSoldAfter(all, hot, 121)).toBeNull();
  });

  test('each answer is counted', () => {
    const all = [asked(hot, 0, 1, 201), asked(2, 0, 1, 201), asked(hot, 0, 1, null)];
    expect(Object.fromEntries(countAnswers(all))).toEqual({ 201: 2, 'no answer': 1 });
  });
});

describe('of a change', () => {
  test('the time after a kill is counted until each partition sells again', () => {
    const all = [asked(hot, 110, 150, 201), asked(2, 110, 190, 201), asked(3, 110, 120, 201)];
    const { killed: seen } = seenOf([killed], all, hot);
    expect(seen).toMatchObject({ ms: [50, 90], hotMs: [50], lastMs: [90] });
    expect(seen.asked).toHaveLength(3);
  });

  test('the time of any other is the longest that a buyer waited for one of its items', () => {
    const all = [asked(hot, 310, 330, 201), asked(2, 315, 360, 201), asked(3, 320, 390, 201)];
    expect(seenOf([stopped], all, hot).stopped.ms).toEqual([20, 45]);
  });

  test('who waited when an engine ended met that, and who was sent off then does so to the end', () => {
    const changes = [killed, started, stopped];
    const waited = [asked(hot, 95, 120, null), asked(hot, 110, 350, 10004)];
    const also = [asked(hot, 290, 310, 201), asked(hot, 210, 220, 201), asked(hot, 0, 10, 201)];
    const seen = seenOf(changes, [...waited, ...also], hot);
    expect(seen.killed.asked).toEqual(waited);
    expect(seen.stopped.asked).toEqual([also[0]!]);
    expect(seen.started.asked).toEqual([also[1]!]);
  });
});
