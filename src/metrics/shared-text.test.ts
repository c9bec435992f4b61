import { describe, expect, test } from 'bun:test';
import { sharedText } from './shared-text.ts';

describe('a text that many ask for', () => {
  test('is made once for all who ask meanwhile, and anew for who asks later', async () => {
    let made = 0;
    const read = sharedText(async () => {
      await Bun.sleep(0);
      return `text ${++made}`;
    });
    expect(new Set(await Promise.all([read(), read(), read()]))).toEqual(new Set(['text 1']));
    expect(await read()).toBe('text 2');
    expect(await read()).toBe('text 3');
  });

  test('is made in a tenth of the time at most, when it is asked for without end', async () => {
    let [now, made] = [0, 0];
    const read = sharedText(
      async () => {
        now += 20;
        return `text ${++made}`;
      },
      () => now,
    );
    for (; now < 100_000; now += 1) await read();
    // Ten seconds of a hundred, and what it may take beside.
    expect(made).toBeGreaterThan(400);
    expect(made).toBeLessThan(600);
    // After a quiet while it is new each time.
    now += 60_000;
    expect([await read(), await read()]).toEqual([`text ${made - 1}`, `text ${made}`]);
  });

  test('that could not be made is tried again', async () => {
    let works = false;
    const read = sharedText(async () => {
      if (works) return 'text';
      throw new Error('not now');
    });
    await expect(read()).rejects.toThrow('not now');
    works = true;
    expect(await read()).toBe('text');
  });
});
