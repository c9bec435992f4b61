import { afterAll, expect, mock, test } from 'bun:test';
import { join } from 'node:path';
import { waitUntil } from '../../../../actors/testing/process.ts';

const startedAt = Date.UTC(2026, 10, 22, 12);
const hourMs = 3_600_000;

/** How far the server's clock was set since, and how long its answers are under way. */
let setMs = 0;
let wayMs = 0;
/** Asks the server once more, as the page does every minute. */
let askAgain: () => void = () => undefined;

const serverNow = () => startedAt + performance.now() + setMs;

mock.module(join(import.meta.dir, 'api.js'), () => ({
  call: async () => {
    await Bun.sleep(wayMs);
    return { errCode: null, data: { now: new Date(serverNow()).toISOString() } };
  },
}));
mock.module(join(import.meta.dir, 'site.js'), () => ({
  page: { now: serverNow() },
  texts: {},
}));

const real = { setInterval: globalThis.setInterval, addEventListener: globalThis.addEventListener };
Object.assign(globalThis, {
  document: { hidden: false, addEventListener: () => undefined },
  addEventListener: () => undefined,
  setInterval: (ask: () => void) => {
    askAgain = ask;
  },
});

afterAll(() => {
  Object.assign(globalThis, real);
  Reflect.deleteProperty(globalThis, 'document');
  mock.restore();
});

test('a page follows the server when its clock is set, however slow the answer that tells of it', async () => {
  const page = (await import(join(import.meta.dir, 'clock.js'))) as { serverNow(): number }; // What the page uses.
  const offMs = () => Math.abs(page.serverNow() - serverNow());
  await Bun.sleep(20);
  expect(offMs()).toBeLessThan(1_000);
  for (const step of [hourMs, 0]) {
    setMs = step;
    wayMs = 120;
    askAgain();
    await waitUntil('the page follows', () => offMs() < 1_000);
  }
});
