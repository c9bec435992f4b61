/** What the sender of webhooks keeps must be like, on any database. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Sql } from '../db/sql.ts';
import type { ReceiverState, WebhookRecord, WebhookRow } from '../db/webhooks.ts';
import type { SqlFixture, SqlFixtureMaker } from './sql-fixture.ts';
import { aMessage } from './webhook-journal.ts';

const receiver: ReceiverState = {
  ...{ receiver: 'a receiver', stoppedAt: null, failingSince: 7, why: '500 "no"; 不行' },
};

function rowOf(id: string, more: Partial<WebhookRow> = {}): WebhookRow {
  return {
    ...{ ...aMessage, id, state: 'waiting', tries: 2, firstTriedAt: 10, triedAt: 20 },
    ...{ nextTryAt: 2 ** 42, status: 500, answer: "it's \\ broken", tookMs: 12, ...more },
  };
}

const place = (seq: number) => ({ seq, hash: `hash ${seq}` });

function recordOf(epoch: number, more: Partial<WebhookRecord> = {}): WebhookRecord {
  return {
    partition: 3,
    epoch,
    checkpoint: place(9),
    differs: false,
    rows: [],
    fulfilled: [],
    ...more,
  };
}

export function webhooksContract(database: string, make: SqlFixtureMaker): void {
  describe(`webhooks on ${database}`, () => {
    let fixture: SqlFixture;
    let sql: Sql;

    beforeEach(async () => {
      fixture = await make();
      sql = await fixture.open();
    });
    afterEach(() => fixture.remove());

    test('a partition begins where its first sender says, and goes on where the last one stood', async () => {
      const { webhooks } = sql;
      expect(await webhooks.take(3, null)).toBeNull();
      const first = await webhooks.take(3, place(5));
      expect(first).toEqual({
        stands: {
          ...{ partition: 3, ...place(5), epoch: 1, differs: false, receiver: '' },
          ...{ stoppedAt: null, failingSince: null, why: null },
        },
        waiting: [],
      });
      const rows = [
        rowOf('third', { seq: 7, place: 0, partition: 3 }),
        rowOf('second', { seq: 6, place: 4, partition: 3, lane: null, orderId: null }),
        rowOf('first', { seq: 6, place: 2, partition: 3, status: null, answer: null }),
        rowOf('done', { state: 'delivered', partition: 3 }),
      ];
      expect(await webhooks.record([recordOf(1, { rows, differs: true })], receiver)).toEqual([]);
      const again = await webhooks.take(3, place(99));
      const stands = { partition: 3, ...place(9), epoch: 2, differs: true, ...receiver };
      expect(again).toEqual({ stands, waiting: [rows[2]!, rows[1]!, rows[0]!] });
      expect(await webhooks.partitions()).toEqual([stands]);
    });

    test('who lost a partition writes nothing of it, and all of the others', async () => {
      const { webhooks } = sql;
      for (const partition of [3, 3, 4]) await webhooks.take(partition, place(1));
      const lost = recordOf(1, { rows: [rowOf('a', { partition: 3 })] });
      const own = recordOf(1, { partition: 4, rows: [rowOf('b', { partition: 4 })] });
      expect(await webhooks.record([lost, own], receiver)).toEqual([3]);
      expect(await webhooks.byId('a')).toBeNull();
      expect(await webhooks.byId('b')).toEqual(rowOf('b', { partition: 4 }));
      expect((await webhooks.partitions()).map(({ seq }) => seq)).toEqual([1, 9]);
    });

    test('a row that is written again is as it was written last', async () => {
      const { webhooks } = sql;
      await webhooks.take(3, place(1));
      const later = rowOf('a', { state: 'givenUp', tries: 3, nextTryAt: null, status: 410 });
      for (const row of [rowOf('a'), later])
        await webhooks.record([recordOf(1, { rows: [row] })], receiver);
      expect(await webhooks.byId('a')).toEqual(later);
      expect(await webhooks.counts()).toEqual({ waiting: 0, delivered: 0, givenUp: 1 });
    });

    test('rows are listed by state, newest first, page by page, and the oldest of those done are dropped', async () => {
      const { webhooks } = sql;
      await webhooks.take(3, place(1));
      const times = [1, 2, 2, 3];
      const rows = (['waiting', 'delivered', 'givenUp'] as const).flatMap((state) =>
        times.map((at, n) => rowOf(`${state} ${n}`, { state, at })),
      );
      await webhooks.record([recordOf(1, { rows })], receiver);
      const page = (after: { at: number; id: string } | null) =>
        webhooks.list({ state: 'delivered', after, limit: 2 });
      const first = await page(null);
      expect(first.map(({ id }) => id)).toEqual(['delivered 3', 'delivered 2']);
      const second = await page(first[1]!);
      expect(second.map(({ id }) => id)).toEqual(['delivered 1', 'delivered 0']);
      await webhooks.prune({ delivered: 1, givenUp: 3 });
      expect(await webhooks.counts()).toEqual({ waiting: 4, delivered: 1, givenUp: 3 });
      expect(await page(null)).toEqual([first[0]!]);
    });

    test('wishes are there, in order, until a record fulfils them', async () => {
      const { webhooks } = sql;
      await webhooks.take(3, place(1));
      await webhooks.wish([
        { partition: 3, kind: 'again', about: 'an event' },
        { partition: 3, kind: 'goOn', about: null },
      ]);
      const [first, second] = await webhooks.wishes();
      expect([first!.kind, first!.about, second!.kind]).toEqual(['again', 'an event', 'goOn']);
      await webhooks.record([recordOf(1, { fulfilled: [first!.id] })], receiver);
      expect(await webhooks.wishes()).toEqual([second!]);
    });

    test('a rebuild of the projected rows leaves it all as it is', async () => {
      await sql.webhooks.take(3, place(1));
      await sql.webhooks.record([recordOf(1, { rows: [rowOf('a', { partition: 3 })] })], receiver);
      await sql.projection.clear();
      expect((await sql.webhooks.take(3, null))!.waiting).toEqual([rowOf('a', { partition: 3 })]);
    });

    test('more rows are written at once than one statement takes', async () => {
      await sql.webhooks.take(3, place(1));
      const rows = Array.from({ length: 2_500 }, (_, n) => rowOf(`event ${n}`));
      await sql.webhooks.record([recordOf(1, { rows })], receiver);
      expect((await sql.webhooks.counts()).waiting).toBe(2_500);
    });
  });
}
