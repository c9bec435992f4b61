/** `GET /api/promos/:id/draw`, of small draws and of one as long as a great sale's. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import {
  mustSucceed,
  root,
  startTestEngine,
  type TestEngine,
} from '../../testing/engine-process.ts';
import type { PlainDraw } from '../../testing/plain-draw.ts';
import { entrantsFrom, PlantedDraw } from '../../testing/planted-draw.ts';

setDefaultTimeout(240_000);

type DrawData = Omit<PlainDraw, 'secret' | 'seed' | 'order'> & {
  secret: string | null;
  seed: string | null;
  order: string[] | null;
};

const folder: TemporaryFolder = temporaryFolder();
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

const drawOf = (promoId: number | string, headers: Record<string, string> = {}) =>
  engine.api<DrawData>('GET', `/api/promos/${promoId}/draw`, undefined, { admin: false, headers });

/** A promo whose draw is planted. */
async function planted(): Promise<PlantedDraw> {
  const { promoId } = await engine.sale({ startsInMs: 3_600_000, endsInMs: 7_200_000 });
  return new PlantedDraw(engine.dataDir, promoId);
}

describe('a draw', () => {
  test('shows its commitment and labels at once, and all else only when it was held', async () => {
    const draw = await planted();
    const { promoId, secret } = draw;
    const { commitment } = draw.plain();
    const none = { commitment, secret: null, seed: null, labels: [], order: null };
    expect(mustSucceed(await drawOf(promoId))).toEqual(none);
    draw.join(entrantsFrom(1_001));
    const { labels } = draw.plain();
    const before = await drawOf(promoId);
    expect(before.data).toEqual({ ...none, labels });
    expect(before.headers.get('cache-control')).toBe('no-cache');
    for (const path of [`/api/items/${promoId}`, '/api/items']) {
      expect(await (await fetch(engine.url + path)).text()).not.toContain(secret);
    }
    const held = draw.hold();
    const after = await drawOf(promoId);
    expect(after.data).toEqual(held);
    expect(after.data.order).not.toEqual(labels);
    expect(after.data.order?.toSorted()).toEqual(labels.toSorted());
  });

  test('once held may be kept by every cache, and is not sent again to who has it', async () => {
    const draw = await planted();
    draw.join(entrantsFrom(3));
    draw.hold();
    const { headers } = await drawOf(draw.promoId);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const tag = headers.get('etag')!;
    const again = (etag: string) =>
      fetch(`${engine.url}/api/promos/${draw.promoId}/draw`, {
        headers: { 'if-none-match': etag },
      });
    expect((await again(tag)).status).toBe(304);
    expect((await again('"another"')).status).toBe(200);
  });

  test('among nobody has an empty order', async () => {
    const draw = await planted();
    draw.hold();
    expect((await drawOf(draw.promoId)).data).toEqual(draw.plain());
  });

  test('is not found where there is none', async () => {
    const { promoId } = await engine.sale();
    for (const id of [promoId, 99_999, 0, -1, 'x', '1.5', '9'.repeat(20)]) {
      expect([id, (await drawOf(id)).errCode]).toEqual([id, 10005]);
    }
  });

  test('whose entrants are being written again is asked for again later', async () => {
    const draw = await planted();
    draw.join(entrantsFrom(2));
    draw.entrants.push([4, 5]);
    draw.hold();
    const { errCode, headers } = await drawOf(draw.promoId);
    expect([errCode, headers.get('retry-after')]).toEqual([10004, '1']);
  });
});

describe('the lines in README that check a draw', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const section = /^## Draws$([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
  const languages = [
    { language: 'js', command: 'node', file: 'check.mjs', all: 'true true true', none: 'false' },
    {
      language: 'python',
      command: 'python3',
      file: 'check.py',
      all: 'True True True',
      none: 'False',
    },
  ];

  test.each(languages)('do so in $language', async ({ language, command, file, all, none }) => {
    const draw = await planted();
    draw.join(entrantsFrom(700));
    const { commitment } = draw.hold();
    const code = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section)![1]!;
    writeFileSync(folder.file(file), code);
    const run = async (seenBefore: string) => {
      const address = `${engine.url}/api/promos/${draw.promoId}/draw`;
      const { stdout } = Bun.spawn([command, folder.file(file), address, seenBefore]);
      return (await new Response(stdout).text()).trim();
    };
    expect(await run(commitment)).toBe(all);
    expect(await run('f'.repeat(64))).toBe(all.replace(/^\w+/, none));
  });
});

describe('a draw among 200,000', () => {
  const entrants = 200_000;
  let draw: PlantedDraw;
  let held: PlainDraw;

  beforeAll(async () => {
    draw = await planted();
    draw.join(entrantsFrom(entrants));
    held = draw.hold();
  });

  async function metric(name: string): Promise<number> {
    const text = await (await fetch(`${engine.url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line!.slice(name.length));
  }
  /** Memory of the engine's process, in bytes. */
  const resident = () => metric('process_resident_memory_bytes');

  test('is answered whole, while others are served, in memory that many readers do not multiply', async () => {
    const waits: number[] = [];
    let reading = true;
    const asking = (async () => {
      while (reading) {
        const askedAt = performance.now();
        await (await fetch(`${engine.url}/api/time`)).text();
        waits.push(performance.now() - askedAt);
        await Bun.sleep(5);
      }
    })();
    const path = `${engine.url}/api/promos/${draw.promoId}/draw`;
    const body = await (await fetch(path)).text();
    reading = false;
    await asking;
    const { data } = JSON.parse(body) as { data: PlainDraw };
    expect(data.labels).toEqual(held.labels);
    expect(data.order).toEqual(held.order);
    expect(data.seed).toBe(held.seed);
    // Others had their turn all the time.
    expect(waits.length).toBeGreaterThan(20);
    waits.sort((a, b) => a - b);
    console.log(
      `200,000 entrants: others waited ${waits.at(-1)!.toFixed(0)} ms at most, ` +
        `${waits[Math.floor(waits.length / 2)]!.toFixed(1)} ms in the median of ${waits.length}; the ` +
        `thread was held up ${await metric('stampede_event_loop_delay_seconds{thread="http-0"}')} s`,
    );

    // Readers who take nothing: what is made for them is bounded by their sockets.
    const before = await resident();
    const bodyBytes = entrants * 2 * 67;
    const slow = await Promise.all(Array.from({ length: 20 }, () => fetch(path)));
    await Bun.sleep(500);
    // What is held for them stays for as long as they are slow; what is only to be collected goes.
    let grown = 0;
    await waitUntil('no reader has a copy of its own', async () => {
      grown = (await resident()) - before;
      return grown < 8 * bodyBytes;
    });
    console.log(`20 slow readers of ${bodyBytes >> 20} MiB: ${grown >> 20} MiB more resident`);
    for (const each of slow) await each.body?.cancel();
    expect((await fetch(`${engine.url}/api/time`)).status).toBe(200);
  });
});
