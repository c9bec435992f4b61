import { expect, test } from 'bun:test';
import { root } from './testing/engine-process.ts';

const readme = await Bun.file(`${root}/README.md`).text();

test('each step of the way of an order is marked in the file that the README names for it', async () => {
  const steps = [...readme.matchAll(/^(\d+)\. `([^`]+\.ts)`/gm)];
  expect(steps.map(([, step]) => Number(step))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const [, step, path] of steps) {
    const text = await Bun.file(`${root}/${path}`).text();
    const marks = [...text.matchAll(/[Ss]teps? (\d+)(?: and (\d+))?/g)].flatMap((mark) => [
      ...mark,
    ]);
    expect({ path, marks }).toMatchObject({ marks: expect.arrayContaining([step]) });
  }
});
