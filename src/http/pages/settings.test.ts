import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import {
  adminToken,
  mustSucceed,
  startTestEngine,
  type TestEngine,
} from '../../testing/engine-process.ts';

setDefaultTimeout(60_000);

const folder = temporaryFolder();
let tokyo: TestEngine;
let kuwait: TestEngine;
const cookies = new Map<TestEngine, string>();

beforeAll(async () => {
  const start = async (name: string, env: Record<string, string>) => {
    const engine = await startTestEngine({ dataDir: `${folder.path}/${name}`, env });
    const { headers } = await send(engine, '/admin/login', { token: adminToken });
    cookies.set(engine, headers.get('set-cookie')!.split(';')[0]!);
    return engine;
  };
  tokyo = await start('tokyo', { CURRENCY: 'JPY', TIME_ZONE: 'Asia/Tokyo' });
  kuwait = await start('kuwait', { CURRENCY: 'KWD', TIME_ZONE: 'America/New_York' });
});

afterAll(async () => {
  await tokyo.stop();
  await kuwait.stop();
  folder.remove();
});

/** Sends a form as a browser without a script does. */
function send(engine: TestEngine, path: string, fields: Record<string, string>) {
  const headers = { cookie: cookies.get(engine) ?? '' };
  const body = new URLSearchParams(fields);
  return fetch(engine.url + path, { method: 'POST', body, redirect: 'manual', headers });
}

/** The text of a page as a browser without a script has it. */
async function page(engine: TestEngine, path: string, { language = 'en', zone = '' } = {}) {
  const cookie = `${cookies.get(engine)}${zone === '' ? '' : `; tz=${zone}`}`;
  const answer = await fetch(engine.url + path, {
    headers: { cookie, 'accept-language': language },
  });
  return (await answer.text()).replaceAll('\u00a0', ' ');
}

const blank = { description: '', limitPerUser: '5', normalSale: 'on' };

async function newItem(engine: TestEngine, price: string): Promise<number> {
  const fields = { ...blank, title: 'A lamp', stock: '3', price };
  const made = await send(engine, '/admin/items', fields);
  const [, id] = /\/admin\/items\/(\d+)\?done=item/.exec(made.headers.get('location') ?? '')!;
  return Number(id);
}

describe('the currency of the settings', () => {
  test('is that of amounts in forms and on pages, with its own digits', async () => {
    for (const [engine, typed, minor, shown, again, field] of [
      [tokyo, '1250', 1_250, '¥1,250', '1250', 'Normal price (JPY)'],
      [kuwait, '12.5', 12_500, 'KWD 12.500', '12.500', 'Normal price (KWD)'],
    ] as const) {
      const id = await newItem(engine, typed);
      const { price } = mustSucceed(await engine.api('GET', `/api/items/${id}`));
      expect(price).toBe(minor);
      for (const language of ['en', 'zh'])
        for (const path of ['/', `/items/${id}`, '/admin/items', `/admin/items/${id}`])
          expect(await page(engine, path, { language })).toContain(shown);
      const edit = await page(engine, `/admin/items/${id}`);
      expect(edit).toContain(`value="${again}"`);
      expect(edit).toContain(field);
      const { code, digits } = { code: field.slice(14, 17), digits: engine === tokyo ? 0 : 3 };
      expect(edit).toContain(
        `&quot;currency&quot;:{&quot;code&quot;:&quot;${code}&quot;,&quot;digits&quot;:${digits}}`,
      );
    }
  });

  test('says what may be typed where that has too many digits', async () => {
    for (const [engine, price, told] of [
      [tokyo, '12.5', 'An amount such as 90, ¥1,000,000,000 at most.'],
      [kuwait, '12.5001', 'An amount such as 89.900, KWD 1,000,000 at most.'],
    ] as const) {
      const fields = { ...blank, title: 'A lamp', stock: '3', price };
      const refused = await send(engine, '/admin/items', fields);
      expect(refused.status).toBe(400);
      expect((await refused.text()).replaceAll('\u00a0', ' ')).toContain(told);
    }
  });
});

describe('the time zone of the settings', () => {
  const terms = { limitPerUser: 1, gateFactor: 5, payWindowSeconds: 900 };

  async function drafted(engine: TestEngine, startAt: string, endAt: string) {
    const itemId = await newItem(engine, '5');
    const draft = { itemId, name: 'A night', price: 1, startAt, endAt, ...terms };
    const { id } = mustSucceed(await engine.api<{ id: number }>('POST', '/api/promos', draft));
    mustSucceed(await engine.api('POST', `/api/promos/${id}/publish`, {}));
    return { itemId, id };
  }

  test('is that of pages, unless the browser has told the merchant’s pages its own', async () => {
    const { itemId } = await drafted(tokyo, '2031-03-05T12:00:00Z', '2031-03-05T13:00:00Z');
    const path = `/admin/items/${itemId}`;
    expect(await page(tokyo, path)).toContain('2031-03-05 21:00 UTC+9');
    expect(await page(tokyo, path, { zone: 'Europe/Berlin' })).toContain('2031-03-05 13:00 UTC+1');
    expect(await page(tokyo, path, { zone: 'Mars/Olympus' })).toContain('2031-03-05 21:00 UTC+9');
    expect(await page(tokyo, `/items/${itemId}`)).toContain('2031-03-05 21:00 UTC+9 (Asia/Tokyo)');
  });

  test('is named beside each field, with its offset, and goes with the form', async () => {
    // The second half past one of that night.
    const { itemId, id } = await drafted(
      kuwait,
      '2031-11-02T03:00:00Z',
      '2031-11-02T06:30:00.500Z',
    );
    const shown = await page(kuwait, `/admin/items/${itemId}`);
    const form = await page(kuwait, `/admin/sales/new?item=${itemId}`);
    expect(form).toMatch(/id="sale-startAt-note">America\/New York, UTC-[45]</);
    expect(form).toContain('name="startAtZone" value="America/New_York"');
    expect(shown).toContain(`id="extend-${id}-endAt-note">America/New York, UTC-5<`);
    expect(shown).toContain('name="endAtShown" value="2031-11-02T06:30:00.500Z"');
    const zones = { endAtZone: 'America/New_York', endAtShown: '2031-11-02T06:30:00.500Z' };
    const extended = async (endAt: string) => {
      const fields = { itemId: String(itemId), endAt, ...zones };
      const sent = await send(kuwait, `/admin/promos/${id}/extend`, fields);
      expect(sent.status).toBe(303);
      const { promo } = mustSucceed(
        await kuwait.api<{ promo: { endAt: string } }>('GET', `/api/items/${itemId}`),
      );
      return promo.endAt;
    };
    expect(await extended('2031-11-02T01:45')).toBe('2031-11-02T05:45:00.000Z');
    expect(await extended('2031-11-02T01:30')).toBe('2031-11-02T06:30:00.500Z');
  });
});
