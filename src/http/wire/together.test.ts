import { expect, test } from 'bun:test';
import { Together } from './together.ts';

/** Asks for so many to leave, and says how many have left after each step of a turn. */
async function left(count: number): Promise<{ atOnce: number; inTurn: number; after: number }> {
  const together = new Together();
  let gone = 0;
  for (let each = 0; each < count; each++) void together.leaving().then(() => gone++);
  const atOnce = gone;
  await Promise.resolve();
  await Promise.resolve();
  const inTurn = gone;
  await new Promise(setImmediate);
  return { atOnce, inTurn, after: gone };
}

test('answers leave when the turn ends', async () => {
  expect(await left(1)).toEqual({ atOnce: 0, inTurn: 0, after: 1 });
  expect(await left(63)).toEqual({ atOnce: 0, inTurn: 0, after: 63 });
});

test('of a long turn, so many at a time leave before its end', async () => {
  expect(await left(64)).toEqual({ atOnce: 0, inTurn: 64, after: 64 });
  expect(await left(150)).toEqual({ atOnce: 0, inTurn: 128, after: 150 });
});

test('the next turn has an end of its own', async () => {
  const together = new Together();
  for (let turn = 0; turn < 3; turn++) {
    for (let each = 0; each < 64; each++) void together.leaving();
    await together.leaving();
  }
  // One that was resolved early does not end the next with its own turn.
  for (let each = 0; each < 64; each++) void together.leaving();
  let gone = false;
  void together.leaving().then(() => {
    gone = true;
  });
  await Promise.resolve();
  await Promise.resolve();
  expect(gone).toBe(false);
  await new Promise(setImmediate);
  expect(gone).toBe(true);
});
