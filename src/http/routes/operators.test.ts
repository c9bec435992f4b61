import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import {
  mustSucceed,
  startTestEngine,
  type TestEngine,
  tokenFor,
  tokens,
} from '../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

interface Statement {
  itemId: number;
  refused: Record<string, number>;
  journalSeq: number;
  sqlSeq: number;
}

async function statementOf(itemId: number): Promise<Statement> {
  const { items } = mustSucceed(
    await engine.api<{ items: Statement[] }>('GET', '/api/admin/statements'),
  );
  return items.find((item) => item.itemId === itemId)!;
}

describe('purchase tokens for merchants', () => {
  const issue = (body: unknown) =>
    engine.api<{ token: string; expiresAt: string }>('POST', '/api/admin/tokens', body);

  test('buy once each, and say until when they are valid', async () => {
    const sale = await engine.sale({ limitPerUser: 2 });
    const { status, data } = await issue({ userId: 5, ...sale, ttlSeconds: 60 });
    expect(status).toBe(201);
    const { expiresAt, ...claims } = tokens.verify(data.token)!;
    expect(claims).toMatchObject({ userId: 5, ...sale });
    expect(data.expiresAt).toBe(new Date(expiresAt * 1_000).toISOString());
    expect(Math.abs(expiresAt * 1_000 - Date.now() - 60_000)).toBeLessThan(5_000);
    expect((await engine.place(data.token)).status).toBe(201);
    const other = mustSucceed(await issue({ userId: 5, ...sale }));
    expect((await engine.place(other.token)).status).toBe(201);
    expect((await engine.place(data.token)).status).toBe(200);
  });

  test('are for the normal price where no promo is named', async () => {
    const itemId = await engine.item(1);
    const { token } = mustSucceed(await issue({ userId: 1, itemId }));
    expect((await engine.place(token)).data).toMatchObject({ itemId, promoId: 0 });
  });

  test('name every wrong field: 10001', async () => {
    const wrong = { userId: 2 ** 53, itemId: 'x', promoId: -1, ttlSeconds: 0 };
    const { status, errCode, errMsg } = await issue(wrong);
    expect([status, errCode]).toEqual([400, 10001]);
    for (const field of Object.keys(wrong)) expect(errMsg).toContain(field);
  });

  test('are not made for missing items: 10005', async () => {
    expect((await issue({ userId: 1, itemId: 131_071 })).errCode).toBe(10005);
  });

  test('and statements are for the merchant only', async () => {
    for (const call of [
      ['POST', '/api/admin/tokens'],
      ['GET', '/api/admin/statements'],
    ]) {
      const nobody = await engine.api(call[0]!, call[1]!, undefined, { admin: false });
      expect([nobody.status, nobody.errCode]).toEqual([401, 20003]);
      for (const authorization of ['Bearer x', 'Bearer an-admin-token-for-test']) {
        const other = await engine.api(call[0]!, call[1]!, undefined, {
          headers: { authorization },
        });
        expect([other.status, other.errCode]).toEqual([403, 20006]);
      }
    }
  });
});

describe('statements', () => {
  test('show the books of each item, and how far journal and SQL have come', async () => {
    const sale = await engine.sale({ stock: 5, limitPerUser: 3 });
    const first = mustSucceed(await engine.place(tokenFor(sale, 1), 2));
    mustSucceed(await engine.place(tokenFor(sale, 2), 1));
    mustSucceed(await engine.api('POST', `/api/orders/${first.orderId}/pay`));
    expect((await engine.place(tokenFor(sale, 3), 3)).errCode).toBe(30001);
    expect((await engine.place(tokenFor(sale, 1), 2)).errCode).toBe(30006);
    const books = { loaded: 5, sold: 2, held: 1, left: 2, admitted: 0, replicaSeq: 0 };
    const statement = await statementOf(sale.itemId);
    expect(statement).toMatchObject({ ...books, refused: { 30001: 1, 30006: 1 } });
    await waitUntil('SQL has come as far as the journal', async () => {
      const { journalSeq, sqlSeq } = await statementOf(sale.itemId);
      return sqlSeq === journalSeq && journalSeq >= 5;
    });
  });
});

describe('engines', () => {
  test('are shown to administrators: one that is alone, and all that it owns', async () => {
    const { data } = await engine.api<{ engines: object[]; partitions: object[] }>(
      'GET',
      '/api/admin/engines',
    );
    const time = expect.stringMatching(/^20\d\d-.*Z$/);
    expect(data.engines).toEqual([
      expect.objectContaining({ address: engine.url, state: 'alive', self: true, startedAt: time }),
    ]);
    const id = (data.engines[0] as { id: string }).id; // The schema says that it has one.
    const first = { partition: 0, owner: id, mode: 'ready', since: time, copy: null };
    expect(data.partitions[0]).toMatchObject(first);
  });

  test('are shown to nobody else: they have addresses', async () => {
    const nobody = await engine.api('GET', '/api/admin/engines', undefined, { admin: false });
    expect([nobody.status, nobody.errCode]).toEqual([401, 20003]);
  });
});

describe('health', () => {
  test('says that the engine is alive and ready', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const { status } = await engine.api('GET', path, undefined, { admin: false });
      expect([path, status]).toEqual([path, 200]);
    }
  });
});
