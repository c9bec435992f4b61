import { beforeEach, expect, test } from 'bun:test';
import { fencedMs } from '../limits.ts';
import { Strangers } from './strangers.ts';

const now = 1_000_000;
const nobodyKnown = () => false;
let strangers: Strangers;

beforeEach(() => {
  strangers = new Strangers();
  strangers.wrote(3, 'x');
});

test('who has written a moment ago, and is no member, writes the partition', () => {
  strangers.look(3, 10, now - 50);
  strangers.look(3, 12, now);
  expect(strangers.writing(3, nobodyKnown, now + fencedMs - 1)).toBe('x');
  expect(strangers.writing(3, nobodyKnown, now + fencedMs)).toBeNull();
  expect(strangers.writing(3, (id) => id === 'x', now)).toBeNull();
  expect(strangers.writing(4, nobodyKnown, now)).toBeNull();
});

test('entries that were there before the journal was read were written at any time', () => {
  strangers.look(3, 10, now);
  strangers.look(3, 10, now + 50);
  expect(strangers.writing(3, nobodyKnown, now + 50)).toBeNull();
});
