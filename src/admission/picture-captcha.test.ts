import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { inflateSync } from 'node:zlib';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { captchaAlphabet, drawCaptcha } from './captcha-image.ts';
import { PictureCaptchas } from './picture-captcha.ts';

const text = 'ACEF';
let folder: TemporaryFolder;
let store: SqliteStore;
let now: number;
let captchas: PictureCaptchas;

beforeEach(() => {
  folder = temporaryFolder();
  now = Date.UTC(2026, 10, 22);
  store = new SqliteStore(folder.file('store.db'), () => now);
  captchas = new PictureCaptchas(store, 'a secret of this test', text);
});

afterEach(async () => {
  await store.close();
  folder.remove();
});

describe('a captcha that is a picture', () => {
  test('is solved by its text, in either case, once', async () => {
    const { captchaId } = await captchas.draw(1, 2);
    expect(await captchas.solve(captchaId, 1, 2, ' acef ')).toBe(true);
    expect(await captchas.solve(captchaId, 1, 2, text)).toBe(false);
  });

  test('of several right answers at once, one counts', async () => {
    const { captchaId } = await captchas.draw(1, 2);
    const answers = Array.from({ length: 10 }, () => captchas.solve(captchaId, 1, 2, text));
    expect((await Promise.all(answers)).filter(Boolean)).toHaveLength(1);
  });

  test('is used up by a wrong answer', async () => {
    const { captchaId } = await captchas.draw(1, 2);
    expect(await captchas.solve(captchaId, 1, 2, 'ACEH')).toBe(false);
    expect(await captchas.solve(captchaId, 1, 2, text)).toBe(false);
  });

  test('is valid for its user and promo only', async () => {
    const [first, second] = [await captchas.draw(1, 2), await captchas.draw(1, 2)];
    expect(await captchas.solve(first.captchaId, 3, 2, text)).toBe(false);
    expect(await captchas.solve(second.captchaId, 1, 3, text)).toBe(false);
  });

  test('expires after five minutes', async () => {
    const [first, second] = [await captchas.draw(1, 2), await captchas.draw(1, 2)];
    now += 299_999;
    expect(await captchas.solve(first.captchaId, 1, 2, text)).toBe(true);
    now += 1;
    expect(await captchas.solve(second.captchaId, 1, 2, text)).toBe(false);
  });

  test('can be made valid again when its right answer came to nothing', async () => {
    const { captchaId } = await captchas.draw(1, 2);
    expect(await captchas.solve(captchaId, 1, 2, text)).toBe(true);
    await captchas.restore(captchaId, 1, 2, text);
    expect(await captchas.solve(captchaId, 1, 2, text)).toBe(true);
  });

  test.each(['', 'x', 'a'.repeat(22), '../session:x', `${'a'.repeat(21)}:`])(
    'is not found under the id %j',
    async (id) => expect(await captchas.solve(id, 1, 2, text)).toBe(false),
  );

  test('reveals its text neither in its answer nor in the store', async () => {
    const { captchaId, image } = await captchas.draw(1, 2);
    const database = new Database(folder.file('store.db'), { readonly: true });
    const stored = JSON.stringify(database.query('SELECT * FROM entries').all());
    database.close();
    expect(stored).toContain(captchaId);
    expect(stored).not.toContain(`"${text}`);
    expect(Buffer.from(image.split(',')[1]!, 'base64').toString('latin1')).not.toContain(text);
  });

  test('has a different text and picture each time', async () => {
    const real = new PictureCaptchas(store, 'a secret of this test');
    const drawn = await Promise.all(Array.from({ length: 20 }, () => real.draw(1, 2)));
    expect(new Set(drawn.map(({ image }) => image)).size).toBe(20);
    expect(new Set(drawn.map(({ captchaId }) => captchaId)).size).toBe(20);
    const guesses = drawn.map(({ captchaId }) => real.solve(captchaId, 1, 2, text));
    expect((await Promise.all(guesses)).filter(Boolean).length).toBeLessThan(2);
  });
});

describe('the picture of a captcha', () => {
  test('is a PNG with every character of the alphabet in ink', () => {
    for (const character of captchaAlphabet) {
      const url = drawCaptcha(character.repeat(4));
      expect(url).toStartWith('data:image/png;base64,');
      const { width, height, pixels } = decodePng(Buffer.from(url.split(',')[1]!, 'base64'));
      expect([width, height]).toEqual([200, 72]);
      const dark = pixels.filter((pixel) => pixel < 100).length / pixels.length;
      expect(dark).toBeGreaterThan(0.03);
      expect(dark).toBeLessThan(0.4);
    }
  });
});

/** Reads what `encodePng` writes: grey, eight bits, no filter. */
function decodePng(png: Buffer) {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const length = png.readUInt32BE(33);
  expect(png.toString('latin1', 37, 41)).toBe('IDAT');
  const rows = inflateSync(png.subarray(41, 41 + length));
  expect(rows.length).toBe((width + 1) * height);
  const pixels = Array.from(rows).filter((_, index) => index % (width + 1) !== 0);
  return { width, height, pixels };
}
