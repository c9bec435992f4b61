/** A draw that people join, leave and come too late for, against a real engine. */
import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { mustSucceed, type Sale } from '../../testing/engine-process.ts';
import { type PlainDraw, plainDraw, plainLabel } from '../../testing/plain-draw.ts';
import { type Buyer, type Shop, startShop } from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path });
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

type DrawData = { [field in keyof PlainDraw]: PlainDraw[field] | null } & Pick<PlainDraw, 'labels'>;

/** What a user is told of where they stand. */
interface Told {
  state: string;
  ahead: number | null;
  label: string;
  token?: string;
}

const askDraw = ({ promoId }: Sale) => shop.call<DrawData>('GET', `/api/promos/${promoId}/draw`);
const notHeld = { secret: null, seed: null, order: null };
const ask = async (buyer: Buyer, { itemId, promoId }: Sale, joining = true): Promise<Told> =>
  mustSucceed(
    await buyer.api<Told>('POST', `/api/items/${itemId}/tokens`, { promoId, join: joining }),
  );

/** The draw once it is as it should be; asked for seldom, as an address may not ask often. */
async function drawWhen(sale: Sale, isRight: (draw: DrawData) => boolean): Promise<DrawData> {
  for (;;) {
    const answer = await askDraw(sale);
    // A draw is told of once SQL knows that it was published.
    if (answer.errCode !== 10005 && isRight(mustSucceed(answer))) return answer.data;
    await Bun.sleep(400);
  }
}

/** What SQL has of those who joined. */
function entrantsOf({ promoId }: Sale): [user: number, nonce: number][] {
  const database = new Database(join(folder.path, 'stampede.db'), { readonly: true });
  const rows = database
    .query<{ user: number; nonce: number }, [number]>(
      'SELECT user_id AS user, nonce FROM draw_entrants WHERE promo_id = ? ORDER BY id',
    )
    .all(promoId);
  database.close();
  return rows.map(({ user, nonce }) => [user, nonce]);
}

describe('a draw that five join, of whom one leaves, and another is late for', () => {
  test('lets people in by the order that anyone computes from what it shows', async () => {
    const buyers = await Promise.all(Array.from({ length: 6 }, () => shop.buyer()));
    const [late, ...early] = buyers as [Buyer, ...Buyer[]];
    const startsInMs = 5_000;
    const rules = { queue: 'draw', gateFactor: 1, captcha: false } as const;
    const sale = await shop.engine.sale({ ...rules, stock: 2, startsInMs });
    const { itemId, promoId } = sale;
    for (const buyer of early) expect((await ask(buyer, sale)).state).toBe('drawing');
    const leaver = early[2]!;
    // Who leaves and joins again takes part with a new label, once.
    const again = early[1]!;
    const labels = new Map<number, string>();
    for (const each of [leaver, again]) {
      mustSucceed(await each.api('DELETE', `/api/items/${itemId}/queue`, { promoId }));
    }
    expect((await ask(again, sale)).state).toBe('drawing');
    for (const buyer of early) {
      const told = await ask(buyer, sale, false);
      if (buyer !== leaver) labels.set(buyer.userId, told.label);
    }
    const before = await drawWhen(sale, ({ labels }) => labels.length === 6);
    expect(before).toMatchObject(notHeld);

    // Nothing of it is null any more.
    const after = (await drawWhen(sale, ({ order }) => order !== null)) as PlainDraw;
    expect((await ask(late, sale)).state).toBe('waiting');
    expect(after.commitment).toBe(before.commitment!);
    const entrants = entrantsOf(sale);
    expect(entrants.map(([user]) => user)).toEqual([...early, again].map(({ userId }) => userId));
    expect(after).toEqual(plainDraw(promoId, after.secret, entrants));

    // In the drawn order, without those who left, two are let in, and the others wait; then the late one.
    const byLabel = new Map(entrants.map((each) => [plainLabel(promoId, ...each), each[0]]));
    const staying = after.order.filter((label) => [...labels.values()].includes(label));
    expect(staying).toHaveLength(4);
    const line = [...staying.map((label) => byLabel.get(label)!), late.userId];
    const buyerOf = (user: number) => buyers.find(({ userId }) => userId === user)!;
    for (const [index, user] of line.entries()) {
      const told = await ask(buyerOf(user), sale, false);
      const standing = index < 2 ? { state: 'admitted' } : { state: 'waiting', ahead: index - 2 };
      expect([index, told]).toEqual([index, expect.objectContaining(standing)]);
      if (user !== late.userId) expect(told.label).toBe(labels.get(user)!);
    }
    expect((await ask(leaver, sale, false)).state).toBe('none');
    // Nobody who joins now changes what was drawn.
    await ask(leaver, sale);
    expect((await askDraw(sale)).data).toEqual(after);
  });

  test('that is taken back before its start is never held, and its secret never told', async () => {
    const buyer = await shop.buyer();
    const sale = await shop.engine.sale({ queue: 'draw', captcha: false, startsInMs: 60_000 });
    await ask(buyer, sale);
    mustSucceed(await shop.engine.api('POST', `/api/promos/${sale.promoId}/withdraw`, {}));
    expect(await drawWhen(sale, ({ labels }) => labels.length === 1)).toMatchObject(notHeld);
    const page = `${shop.engine.url}/items/${sale.itemId}/draw/${sale.promoId}`;
    await waitUntil('the page says so', async () =>
      (await (await fetch(page)).text()).includes('there will be no draw'),
    );
  });

  test('that was drafted, and could not be published, is not there', async () => {
    const { itemId } = await shop.engine.sale({ queue: 'draw', startsInMs: 60_000 });
    const at = (inMs: number) => new Date(Date.now() + inMs).toISOString();
    const times = { startAt: at(120_000), endAt: at(180_000) };
    const draft = { itemId, name: 'At the same time', price: 1, queue: 'draw', ...times };
    const { id } = mustSucceed(await shop.engine.api<{ id: number }>('POST', '/api/promos', draft));
    const read = () => shop.call('GET', `/api/promos/${id}/draw`);
    expect((await read()).errCode).toBe(10005);
    const published = await shop.engine.api('POST', `/api/promos/${id}/publish`, {});
    expect(published.errCode).toBe(30011);
    expect((await read()).errCode).toBe(10005);
  });
});
