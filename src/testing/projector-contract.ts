/** What the projector and any database must do together. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { unitsLeft } from '../../actors/item/item.ts';
import { entryHash } from '../../actors/journal/codec.ts';
import { type Journal, JournalCorrupt } from '../../actors/journal/journal.ts';
import { openJournal } from '../../actors/journal/open.ts';
import { logAt } from '../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import type { Sql } from '../db/sql.ts';
import { orderId } from '../order-id.ts';
import { CheckpointAhead, CheckpointDiffers, Projector } from '../projector/projector.ts';
import { JournalMaker } from './journal-maker.ts';
import { expectBooks, fillCatalogue, makersCatalogue } from './projected-rows.ts';
import { saleInRows } from './sale-in-rows.ts';
import { playScript, salePartitions, saleStartsAt } from './script-player.ts';
import { dump, projectedTables, type SqlFixture, type SqlFixtureMaker } from './sql-fixture.ts';

const partitions = 3;
const items = 7;

/** Of a promo's row, what only the journal tells. */
const neverPublished = {
  published_at: null,
  paused_at: null,
  ended_at: null,
  withdrawn_at: null,
  draw_commitment: null,
  draw_secret: null,
  draw_seed: null,
  drawn_at: null,
};

const at = (afterMs: number) => saleStartsAt + afterMs;

export function projectorContract(database: string, make: SqlFixtureMaker): void {
  describe(`the projector on ${database}`, () => {
    let folder: TemporaryFolder;
    let fixture: SqlFixture;
    let journal: Journal;
    let maker: JournalMaker;

    beforeEach(async () => {
      folder = temporaryFolder();
      fixture = await make();
      journal = await openJournal(logAt(folder.file('journal')), partitions);
      maker = new JournalMaker({ journal, seed: 7, partitions, items, users: 40 });
    });

    afterEach(async () => {
      await journal.close();
      await fixture.remove();
      folder.remove();
    });

    /** A projector with batches small enough that a short journal takes many. */
    const projectorOn = (sql: Sql) =>
      new Projector({ journal, projection: sql.projection, partitions, batchEvents: 30 });

    test('gives exactly the orders, stock and sales that the actors hold', async () => {
      const sql = await fixture.open();
      await fillCatalogue(sql, makersCatalogue(items));
      await maker.write(120);
      await projectorOn(sql).catchUp();
      await expectBooks(sql, maker.items);
      expect(maker.items.size).toBe(items);
      for (const item of maker.items.values()) {
        const row = await sql.catalog.item(item.id);
        expect(row).toMatchObject({ stock: unitsLeft(item), sales: item.sold });
      }
      const published = [...maker.items.values()].flatMap((item) => item.terms.slice(1));
      const rows = await sql.projection.snapshot((view) => view.publishedPromos());
      expect(rows.map(({ id }) => id)).toEqual(published.map((p) => p.promo).sort((a, b) => a - b));
    });

    test('gives what merchants, draws and payments made of items, promos and orders, by any batches', async () => {
      const journal = await openJournal(logAt(folder.file('full')), salePartitions);
      const actors = await playScript(journal, saleInRows);
      const sql = await fixture.open();
      await fillCatalogue(sql, { items: 3, promos: [2, 2, 2, 3] });
      const dumps = [];
      for (const batchEvents of [1, 5, 1_000]) {
        const options = { journal, projection: sql.projection, partitions: salePartitions };
        await new Projector({ ...options, batchEvents }).catchUp();
        await expectBooks(sql, actors);
        dumps.push(await dump(fixture));
        await sql.projection.clear();
        for (const promo of await fixture.rows('promos'))
          expect(promo).toMatchObject(neverPublished);
      }
      await journal.close();
      const { orders, refunds_due, draw_entrants, promos } = dumps[0]!;
      expect(orders).toMatchObject([
        { status: 'refunded', reference: 'pay,{1}', refunded_at: at(3), paid_at: at(2) },
        { status: 'refunded', reference: 'NULL', refunded_at: at(3), closed_at: at(3) },
        { status: 'cancelled', reference: null, paid_at: null },
        { status: 'placed' },
        { status: 'paid', reference: 'p5', refunded_at: null },
        { status: 'paid', reference: null, promo_id: 1 },
        { status: 'paid', total: 0, paid_at: at(2) },
        { status: 'paid', total: 0, promo_id: 4 },
      ]);
      const by = 'the "key" \\ 钥匙, {1}';
      const settled = { settled_at: at(5), settled_by: by, settled_reference: 'pay,{1}' };
      expect(refunds_due).toMatchObject([
        { id: '1-1', reason: 'cancelled', reference: "o'clock;--", by: 'webhook', ...settled },
        { id: '1-2', reason: 'wrongAmount', amount_minor: 999, settled_at: null },
        { id: '1-3', reason: 'unknownOrder', n: 99, order_id: null, settled_reference: null },
        { id: '1-4', reason: 'paidTwice', order_id: orderId(1, 5, at(1)), settled_by: null },
      ]);
      const joined = [1, 2, 3, 4, 2, 5];
      expect(draw_entrants).toMatchObject(joined.map((user_id) => ({ user_id, promo_id: 1 })));
      const hash = expect.stringMatching(/^[0-9a-f]{64}$/);
      expect(promos!.slice(0, 4)).toMatchObject([
        { draw_seed: hash, drawn_at: at(1_000), ended_at: at(4_000), end_at: at(4_000) },
        { withdrawn_at: at(4_000), ended_at: null, draw_commitment: null, queue: 'fifo' },
        { paused_at: at(41_000), withdrawn_at: null, queue: 'off', admit_s: 20 },
        { price: 0, end_at: at(60_000), paused_at: null },
      ]);
      const { draw_secret, draw_commitment } = promos![0] as Record<string, string>;
      expect(draw_commitment).toBe(Bun.SHA256.hash(draw_secret!, 'hex'));
      expect(dumps[1]).toEqual(dumps[0]!);
      expect(dumps[2]).toEqual(dumps[0]!);
    });

    test('goes on as the journal grows, and reports each step', async () => {
      const sql = await fixture.open();
      const progress: [number, number][] = [];
      const projector = new Projector({
        journal,
        projection: sql.projection,
        partitions,
        onProgress: (...at) => progress.push(at),
      });
      await projector.start();
      expect(progress).toEqual([0, 1, 2].map((partition) => [partition, 0]));
      for (let round = 0; round < 3; round++) {
        await maker.write(10);
        await projector.catchUp();
        await expectBooks(sql, maker.items);
        expect(await projector.round()).toBe(0);
      }
      for (const partition of [0, 1, 2]) {
        expect(progress.findLast((at) => at[0] === partition)).toEqual([
          partition,
          maker.last(partition),
        ]);
      }
    });

    test('needs no catalogue', async () => {
      const sql = await fixture.open();
      await maker.write(20);
      await projectorOn(sql).catchUp();
      const sums = await sql.projection.snapshot((view) => view.itemSums());
      expect(sums.map(({ itemId, stock, sales }) => [itemId, stock, sales])).toEqual(
        [...maker.items.values()]
          .sort((a, b) => a.id - b.id)
          .map((item) => [item.id, unitsLeft(item), null]),
      );
    });

    test('gives the same rows when it is killed between any two transactions', async () => {
      const whole = await fixture.open();
      await fillCatalogue(whole, makersCatalogue(items));
      await maker.write(60);
      await projectorOn(whole).catchUp();
      const expected = await dump(fixture);
      await whole.projection.clear();
      let transactions = 0;
      for (let partition = 0; partition < partitions; partition++) {
        for (let applied = 1; applied > 0; transactions++) {
          const sql = await fixture.open();
          applied = await projectorOn(sql).step(partition);
          await sql.close();
        }
      }
      expect(transactions).toBeGreaterThan(20);
      expect(await dump(fixture)).toEqual(expected);
    });

    test('a rebuild gives identical rows', async () => {
      const sql = await fixture.open();
      await fillCatalogue(sql, makersCatalogue(items));
      await maker.write(60);
      await projectorOn(sql).catchUp();
      const before = await dump(fixture);
      await sql.projection.clear();
      for (const table of projectedTables) expect(await fixture.rows(table)).toEqual([]);
      expect(await sql.projection.snapshot((view) => view.publishedPromos())).toEqual([]);
      const rebuilder = new Projector({ journal, projection: sql.projection, partitions });
      await rebuilder.catchUp();
      expect(await dump(fixture)).toEqual(before);
    });

    test('a series that no earlier release projected is made from the journal, while that grows', async () => {
      const sql = await fixture.open();
      await fillCatalogue(sql, makersCatalogue(items));
      await maker.write(60);
      await projectorOn(sql).catchUp();
      await fixture.run('DELETE FROM sale_series');
      await fixture.run('DELETE FROM series_checkpoints');
      const projector = projectorOn(sql);
      await projector.start();
      // An engine that is asked to leave does not wait for it.
      expect(await projector.round(false)).toBe(0);
      expect((await sql.series.checkpoints()).size).toBe(0);
      for (let round = 0; round < 3; round++) {
        await maker.write(10);
        await projector.round();
      }
      await projector.catchUp();
      const expected = Object.fromEntries(
        [0, 1, 2].map((partition) => [partition, maker.last(partition)]),
      );
      const found = await sql.series.checkpoints();
      expect(Object.fromEntries(found)).toEqual(expected);
      const caughtUp = await dump(fixture);
      await sql.projection.clear();
      await projectorOn(sql).catchUp();
      expect(await dump(fixture)).toEqual(caughtUp);
      const { sale_series } = caughtUp;
      expect(sale_series!.length).toBeGreaterThan(items * 4);
    });

    test('a projector whose series was moved by another takes it up again', async () => {
      const sql = await fixture.open();
      await maker.write(40);
      const projector = projectorOn(sql);
      await projector.catchUp();
      const before = await dump(fixture);
      await fixture.run('DELETE FROM sale_series');
      await fixture.run('DELETE FROM series_checkpoints');
      await projector.heed();
      await projector.catchUp();
      expect(await dump(fixture)).toEqual(before);
    });

    test('a past that cannot be read leaves the series behind, and orders go on', async () => {
      const sql = await fixture.open();
      await maker.write(40);
      await projectorOn(sql).catchUp();
      await fixture.run('DELETE FROM sale_series');
      await fixture.run('DELETE FROM series_checkpoints');
      forge(journal, 1, 2, (text) => text.slice(1));
      await maker.write(20);
      await projectorOn(sql).catchUp();
      await expectBooks(sql, maker.items);
      const { 1: broken, ...others } = Object.fromEntries(await sql.series.checkpoints());
      expect(broken ?? 0).toBeLessThan(maker.last(1));
      expect(others).toEqual({ 0: maker.last(0), 2: maker.last(2) });
    });

    test('a projector whose rows were emptied finds out, without new entries, and writes them again', async () => {
      const sql = await fixture.open();
      await fillCatalogue(sql, makersCatalogue(items));
      await maker.write(60);
      const told = new Map<number, number>();
      const projector = new Projector({
        journal,
        projection: sql.projection,
        partitions,
        batchEvents: 30,
        onProgress: (partition, sequence) => told.set(partition, sequence),
      });
      await projector.catchUp();
      const before = await dump(fixture);
      await projector.heed();
      expect(await projector.round()).toBe(0);
      const emptying = await fixture.open();
      await emptying.projection.clear();
      expect(await projector.round()).toBe(0);
      await projector.heed();
      expect(await projector.round()).toBeGreaterThan(0);
      await projector.catchUp();
      expect(await dump(fixture)).toEqual(before);
      for (const [partition, sequence] of told) expect(sequence).toBe(maker.last(partition));
    });

    test('rows emptied again and again while two projectors write them come out right', async () => {
      const first = await fixture.open();
      const second = await fixture.open();
      const emptying = await fixture.open();
      await fillCatalogue(first, makersCatalogue(items));
      await maker.write(120);
      const projecting = Promise.all([projectorOn(first).catchUp(), projectorOn(second).catchUp()]);
      for (let round = 0; round < 5; round++) {
        await emptying.projection.clear();
        await Bun.sleep(5);
      }
      await projecting;
      const last = projectorOn(first);
      await last.catchUp();
      await expectBooks(first, maker.items);
    });

    test('two projectors at once give each row once', async () => {
      const first = await fixture.open();
      const second = await fixture.open();
      await fillCatalogue(first, makersCatalogue(items));
      await maker.write(60);
      await Promise.all([projectorOn(first).catchUp(), projectorOn(second).catchUp()]);
      await expectBooks(first, maker.items);
    });

    test('projectors of two engines each write what theirs owns, also while it changes hands', async () => {
      const sqls = [await fixture.open(), await fixture.open()];
      await fillCatalogue(sqls[0]!, makersCatalogue(items));
      await maker.write(60);
      let owners = [0, 1, 1];
      const wrote: [number, number][] = [];
      const projectors = sqls.map(
        (sql, engine) =>
          new Projector({
            ...{ journal, partitions, projection: sql.projection, batchEvents: 30 },
            owns: (partition) => owners[partition] === engine,
            onProgress: (partition) => wrote.push([engine, partition]),
          }),
      );
      const rounds = () => Promise.all(projectors.map((projector) => projector.round()));
      await rounds();
      expect(wrote.every(([engine, partition]) => owners[partition] === engine)).toBe(true);
      for (const next of [
        [1, 1, 0],
        [0, 0, 0],
        [1, 0, 1],
        [1, 1, 1],
      ]) {
        // Ownership changes under a round that is at work: both write the same partitions for a moment.
        const working = projectors[0]!.round();
        owners = next;
        await Promise.all([working, projectors[1]!.round(), maker.write(20)]);
        for (const projector of projectors) await projector.heed();
      }
      while ((await rounds()).some((applied) => applied > 0));
      const checkpoints = await sqls[0]!.projection.checkpoints();
      for (let partition = 0; partition < partitions; partition++)
        expect(checkpoints.get(partition)?.seq).toBe(maker.last(partition));
      await expectBooks(sqls[1]!, maker.items);
    });

    test('a projector that was overtaken goes on after the other', async () => {
      const first = await fixture.open();
      const second = await fixture.open();
      const slow = projectorOn(first);
      await maker.write(30);
      await slow.start();
      await projectorOn(second).catchUp();
      expect(await slow.step(1)).toBe(0);
      await maker.write(30);
      await slow.catchUp();
      await expectBooks(first, maker.items);
    });

    test('a snapshot does not see what is written meanwhile', async () => {
      const sql = await fixture.open();
      await maker.write(30);
      await projectorOn(sql).catchUp();
      await sql.projection.snapshot(async (view) => {
        const checkpoints = await view.checkpoints();
        const sums = await view.itemSums();
        await maker.write(30);
        await projectorOn(sql).catchUp();
        expect(await view.checkpoints()).toEqual(checkpoints);
        expect(await view.itemSums()).toEqual(sums);
        expect(await sql.projection.checkpoints()).not.toEqual(checkpoints);
      });
    });

    test('a broken chain of entries stops the projector, and the rows stay', async () => {
      const sql = await fixture.open();
      await maker.write(30);
      await projectorOn(sql).catchUp();
      const before = await dump(fixture);
      const last = maker.last(1);
      await maker.write(30);
      forge(journal, 1, last + 1, (text) => text.replace('"user":', '"user":1'));
      await expect(projectorOn(sql).step(1)).rejects.toBeInstanceOf(JournalCorrupt);
      expect(await dump(fixture)).toEqual(before);
    });

    test('a checkpoint ahead of the journal is refused', async () => {
      const sql = await fixture.open();
      await maker.write(30);
      await projectorOn(sql).catchUp();
      const shorter = await openJournal(logAt(folder.file('shorter')), partitions);
      const options = { journal: shorter, projection: sql.projection, partitions };
      await new JournalMaker({ ...options, seed: 7, items, users: 40 }).write(10);
      await expect(new Projector(options).start()).rejects.toBeInstanceOf(CheckpointAhead);
      await shorter.close();
    });

    test('a checkpoint names the hash of its entry', async () => {
      const sql = await fixture.open();
      await maker.write(30);
      await projectorOn(sql).catchUp();
      for (const [partition, checkpoint] of await sql.projection.checkpoints()) {
        const seq = maker.last(partition);
        const [last] = await Array.fromAsync(journal.read(partition, seq));
        expect(checkpoint).toEqual({ seq, hash: entryHash(last!.bytes) });
      }
    });

    test('a journal whose entry at the checkpoint was changed is refused', async () => {
      const sql = await fixture.open();
      await maker.write(30);
      await projectorOn(sql).catchUp();
      const before = await dump(fixture);
      forge(journal, 1, maker.last(1), (text) => text.replace('maker', 'taker'));
      await maker.write(30);
      const projector = projectorOn(sql);
      await expect(projector.start()).rejects.toBeInstanceOf(CheckpointDiffers);
      await expect(projector.step(1)).rejects.toBeInstanceOf(CheckpointDiffers);
      expect(await dump(fixture)).toEqual(before);
    });

    test('another journal, longer than the one that was projected, is refused', async () => {
      const sql = await fixture.open();
      await maker.write(30);
      await projectorOn(sql).catchUp();
      const other = await openJournal(logAt(folder.file('other')), partitions);
      const options = { journal: other, projection: sql.projection, partitions };
      await new JournalMaker({ ...options, seed: 8, items, users: 40 }).write(90);
      await expect(new Projector(options).start()).rejects.toBeInstanceOf(CheckpointDiffers);
      await other.close();
    });
  });
}

/** From now on one entry of a journal reads otherwise than it was written. */
function forge(
  journal: Journal,
  partition: number,
  sequence: number,
  change: (text: string) => string,
): void {
  const read = journal.read.bind(journal);
  journal.read = async function* (number, from) {
    for await (const entry of read(number, from)) {
      const isIt = number === partition && entry.sequence === sequence;
      yield isIt
        ? { sequence, bytes: Buffer.from(change(Buffer.from(entry.bytes).toString())) }
        : entry;
    }
  };
}
