import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../../../actors/testing/process.ts';
import { type AdminVisit, adminVisit, readable } from '../../../../testing/admin-visit.ts';
import { mustSucceed, type Sale } from '../../../../testing/engine-process.ts';
import { type Buyer, type Shop, startShop } from '../../../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let visit: AdminVisit;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path });
  visit = await adminVisit(shop.engine);
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

const join = async ({ itemId, promoId }: Sale, buyer: Buyer) =>
  mustSucceed(await buyer.api('POST', `/api/items/${itemId}/tokens`, { promoId }));

const where = async ({ promoId }: Sale, user: string | number) =>
  readable(await visit.page(`/admin/queue?sale=${promoId}&user=${encodeURIComponent(user)}`));

describe('the page of queues', () => {
  test('says that nobody waits', async () => {
    await shop.engine.sale({ queue: 'off' });
    expect(readable(await visit.page('/admin/queue'))).toContain('Nobody waits');
  });

  test('counts who waits, and finds a buyer by number or telephone', async () => {
    const options = { stock: 1, gateFactor: 1, captcha: false, queue: 'fifo' } as const;
    const sale = await shop.engine.sale(options);
    const [first, second, other] = [await shop.buyer(), await shop.buyer(), await shop.buyer()];
    await join(sale, first);
    await join(sale, second);
    const list = readable(await visit.page('/admin/queue'));
    expect(list).toMatch(/first come, first served running 1 1 0 0 1 /);
    expect(await where(sale, first.userId)).toContain('is let in, and may order until');
    expect(await where(sale, second.telephone)).toContain(
      'waits at place 1 of 1; 0 are before them.',
    );
    expect(await where(sale, other.userId)).toContain('stands nowhere');
  });

  test('has draws before their start', async () => {
    const sale = await shop.engine.sale({
      ...{ stock: 3, captcha: false, queue: 'draw', startsInMs: 3_600_000, endsInMs: 7_200_000 },
      queueOpensInMs: -1_000,
    });
    const buyer = await shop.buyer();
    await join(sale, buyer);
    expect(readable(await visit.page('/admin/queue'))).toContain('by lot not started 1 0');
    expect(await where(sale, buyer.userId)).toContain('takes part in the draw, with 0 others.');
  });

  test('says what is wrong with a question', async () => {
    const sale = await shop.engine.sale({ queue: 'fifo' });
    expect(visit.page(`/admin/queue?sale=${sale.promoId}&user=nobody`)).rejects.toThrow('400');
    expect(visit.page('/admin/queue?sale=0&user=5')).rejects.toThrow('400');
    expect(visit.page(`/admin/queue?sale=${sale.promoId}&user=%2B8613900000000`)).rejects.toThrow(
      '400',
    );
  });
});
