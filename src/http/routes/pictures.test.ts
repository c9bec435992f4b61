import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { pictureBytesMax, picturesPerItemMax } from '../../../actors/limits.ts';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import {
  adminToken,
  answerOf,
  mustSucceed,
  startTestEngine,
  type TestEngine,
} from '../../testing/engine-process.ts';
import { exifWithPlace, testPicture, withSegment } from '../../testing/test-pictures.ts';

setDefaultTimeout(240_000);

interface Picture {
  id: string;
  url: string;
  width: number;
  height: number;
  alt: string;
  small: { url: string; width: number; height: number };
}
interface Pictures {
  pictures: Picture[];
  fields?: Record<string, string>;
}

const folder = temporaryFolder();
let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path });
});
afterAll(async () => {
  await engine.stop();
  folder.remove();
});

async function send(itemId: number, file: Uint8Array, query = '') {
  const response = await fetch(`${engine.url}/api/items/${itemId}/pictures${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'image/jpeg' },
    body: new Uint8Array(file),
  });
  return answerOf<Pictures>(response.status, response.headers, await response.text());
}

const one = (itemId: number, { id }: Picture) => `/api/items/${itemId}/pictures/${id}`;

describe('pictures of an item', () => {
  test('are added in order, are in its JSON, and are moved, told otherwise and removed', async () => {
    const itemId = await engine.item(5);
    const photo = withSegment(await testPicture('jpeg', 800, 600), 0xe1, exifWithPlace());
    await send(itemId, photo, '?alt=A%20mug');
    const sent = await send(itemId, await testPicture('png', 300, 200, 1));
    expect(sent.status).toBe(201);
    const [mug, other] = mustSucceed(sent).pictures as [Picture, Picture];
    expect(mug).toMatchObject({ width: 600, height: 800, alt: 'A mug' });
    expect(mug.small).toMatchObject({ width: 360, height: 480 });
    expect(other.small.url).toBe(other.url);
    const item = async () =>
      mustSucceed(await engine.api<Pictures & { imageUrl: null }>('GET', `/api/items/${itemId}`));
    expect(await item()).toMatchObject({ imageUrl: null, pictures: [mug, other] });
    const edited = { position: 1, alt: ' The lid ' };
    const moved = await engine.api<Pictures>('PATCH', one(itemId, other), edited);
    expect(mustSucceed(moved).pictures.map(({ alt }) => alt)).toEqual(['The lid', 'A mug']);
    const list = await engine.api<{ items: { pictures: Picture[] }[] }>('GET', '/api/items');
    expect(mustSucceed(list).items[0]?.pictures[0]?.alt).toBe('The lid');
    const left = await engine.api<Pictures>('DELETE', one(itemId, other));
    expect(mustSucceed(left).pictures).toEqual([mug]);
    expect((await item()).pictures).toEqual([mug]);
    expect((await engine.api('DELETE', one(itemId, other))).errCode).toBe(10005);
  });

  test('are what they are by their content, and a refusal says what is wrong', async () => {
    const itemId = await engine.item(5);
    const cut = (await testPicture('jpeg', 300, 200)).subarray(0, 900);
    for (const [file, what] of [
      [Buffer.from('<script>alert(1)</script>'), 'is no JPEG, PNG or WebP'],
      [cut, 'is not whole: its end is missing'],
      [new Uint8Array(), 'is empty'],
    ] as const) {
      const { status, errCode, data } = await send(itemId, file);
      expect([status, errCode, data.fields]).toEqual([400, 10001, { picture: what }]);
    }
    const { status, errCode } = await send(itemId, new Uint8Array(pictureBytesMax + 1));
    expect([status, errCode]).toEqual([413, 10006]);
  });

  test('that come in pieces, of a length that nobody says, are measured all the same', async () => {
    const itemId = await engine.item(5);
    const file = await testPicture('webp', 90, 60);
    const upload = async (pieces: number) => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(file));
          for (let n = 0; n < pieces; n++) controller.enqueue(new Uint8Array(1_048_576));
          controller.close();
        },
      });
      const headers = { authorization: `Bearer ${adminToken}` };
      const url = `${engine.url}/api/items/${itemId}/pictures`;
      return (await fetch(url, { method: 'POST', headers, body })).status;
    };
    expect(await upload(1)).toBe(201);
    expect(await upload(6)).toBe(413);
  });

  test('are so many and no more, and the same one is there once', async () => {
    const itemId = await engine.item(5);
    for (let n = 1; n <= picturesPerItemMax; n++) {
      const sent = await send(itemId, await testPicture('png', 10 + n, 10));
      expect(mustSucceed(sent).pictures).toHaveLength(n);
    }
    const again = await send(itemId, await testPicture('png', 11, 10));
    expect(mustSucceed(again).pictures).toHaveLength(picturesPerItemMax);
    const more = await send(itemId, await testPicture('png', 60, 10));
    expect(more.errCode).toBe(10001);
    expect(more.data.fields).toEqual({ picture: 'must be one of 10 of an item at most' });
  });

  test('are for the merchant to change', async () => {
    const itemId = await engine.item(5);
    const as = { admin: false };
    for (const [method, path] of [
      ['POST', `/api/items/${itemId}/pictures`],
      ['PATCH', `/api/items/${itemId}/pictures/x`],
      ['DELETE', `/api/items/${itemId}/pictures/x`],
    ] as const) {
      expect((await engine.api(method, path, {}, as)).errCode).toBe(20003);
      const nowhere = await engine.api(method, path.replace(`${itemId}`, '999'), {});
      expect(nowhere.errCode).toBe(10005);
    }
  });

  test('of two items that show the same are stored once, and stay as long as one shows them', async () => {
    const [first, second] = [await engine.item(5), await engine.item(5)];
    const file = await testPicture('png', 40, 30, 2);
    const [picture] = mustSucceed(await send(first, file)).pictures as [Picture];
    const [same] = mustSucceed(await send(second, file)).pictures as [Picture];
    expect(same.url).toBe(picture.url);
    await engine.api('DELETE', one(first, picture));
    const served = await fetch(engine.url + picture.url);
    expect(served.status).toBe(200);
  });
});

describe('a picture is served', () => {
  let picture: Picture;
  beforeAll(async () => {
    const itemId = await engine.item(5);
    const file = await testPicture('jpeg', 700, 500, 1);
    [picture] = mustSucceed(await send(itemId, file)).pictures as [Picture];
  });

  test('as what it is and nothing else, to be kept for ever', async () => {
    const response = await fetch(engine.url + picture.url);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(Bun.SHA256.hash(bytes, 'hex')).toBe(picture.id);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${picture.id}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': `inline; filename="${picture.id.slice(0, 12)}.webp"`,
      'cross-origin-resource-policy': 'cross-origin',
      'content-length': String(bytes.length),
    });
    expect(response.headers.has('set-cookie')).toBe(false);
  });

  test('to HEAD by its length, and not again to who has it', async () => {
    const head = await fetch(engine.url + picture.url, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100);
    for (const [tag, status] of [
      [`"${picture.id}"`, 304],
      [`"x", W/"${picture.id}"`, 304],
      ['"x"', 200],
    ] as const) {
      const headers = { 'if-none-match': tag };
      const answer = await fetch(engine.url + picture.url, { headers });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('etag')).toBe(`"${picture.id}"`);
    }
  });

  test('under its own name alone', async () => {
    const { url } = picture;
    const other = `/pictures/${Bun.SHA256.hash('another', 'hex')}.webp`;
    for (const path of [other, url.replace('.webp', '.html'), url.slice(0, -5), '/pictures/x']) {
      const answer = await fetch(engine.url + path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });
});
