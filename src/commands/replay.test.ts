import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { openJournal } from '../../actors/journal/open.ts';
import { SnapshotFiles } from '../../actors/snapshot/files.ts';
import { logAt } from '../../actors/testing/log.ts';
import { startNats } from '../../actors/testing/nats.ts';
import {
  freePort,
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../actors/testing/process.ts';
import { atOnce } from '../../actors/testing/snapshot-contract.ts';
import type { Report } from '../replay/report.ts';
import { type Ended, runCommand } from '../testing/command.ts';
import { startTestEngine, tokenFor } from '../testing/engine-process.ts';
import { forge, tamper } from '../testing/forgery.ts';
import { playFullSale } from '../testing/full-sale.ts';
import { stateAt } from '../testing/journal-state.ts';
import { playScript, salePartitions } from '../testing/script-player.ts';
import { playSale } from '../testing/small-sale.ts';

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

/** Runs the command as a process of its own. */
function command(
  args: string[] = [],
  partitions = salePartitions,
  env: Record<string, string> = {},
): Promise<Ended> {
  const settings = { DATA_DIR: folder.path, PARTITIONS: String(partitions), ...env };
  return runCommand(['replay', ...args], settings);
}

async function report(args: string[] = [], partitions?: number): Promise<[number, Report]> {
  const { code, output, errors } = await command(['--json', ...args], partitions);
  if (output === '') throw new Error(errors);
  return [code, JSON.parse(output)];
}

describe('bun replay', () => {
  test('prints the books of every item and exits 0 when all holds', async () => {
    await playSale(folder);
    const { code, output, errors } = await command();
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const lines = output.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(lines).toContainEqual([
      ...['item', 'loaded', 'sold', 'held', 'left', 'orders', 'users', 'refused'],
      ...['refused while units were left', 'takings', 'title'],
    ]);
    const [first, second] = [
      ['1', '15', '2', '0', '13', '7', '7', '3', '0', 'CNY 10.00', 'Something'],
      ['2', '5', '0', '1', '4', '1', '1', '0', '0', 'CNY 0.00', 'Something'],
    ];
    expect(lines).toContainEqual(first);
    expect(lines).toContainEqual(second);
    for (const check of ['I1', 'I3', 'I4', 'I7', 'I8', 'I9', 'I10']) {
      expect(output).toMatch(new RegExp(`^${check} +holds`, 'm'));
    }
    expect(output).toEndWith('All holds.\n');
  });

  test('keeps to a line for each item where units were withdrawn, and says what loaded is then', async () => {
    await playFullSale(folder);
    const { code, output } = await command([], salePartitions, { CURRENCY: 'JPY' });
    expect(code).toBe(0);
    const lines = output.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(lines).toContainEqual([
      ...['item', 'loaded', 'withdrawn', 'sold', 'held', 'left', 'orders', 'users', 'refused'],
      ...['refused while units were left', 'takings', 'refunded'],
    ]);
    const line = ['1', '4', '2', '4', '0', '0', '6', '6', '1', '0', 'JPY 3,300', 'JPY 1,000'];
    expect(lines.filter(([item]) => item === '1')).toContainEqual(line);
    expect(output).toContain('\nLoaded is what was put on sale, less what was withdrawn.\n');
  });

  test('prints each difference with partition, sequence and item, and exits 1', async () => {
    await playSale(folder);
    tamper(folder, 'UPDATE orders SET promo_id = 9 WHERE user_id = 7');
    const { code, output } = await command();
    expect(code).toBe(1);
    const place = 'partition 1, sequence 6, item 1';
    expect(output).toMatch(
      new RegExp(`I7 +${place}: order 20261122-1-7: promoId is 9 in SQL, 1 by`),
    );
    expect(output).toMatch(/^I7 +1 difference /m);
  });

  test('prints one JSON document with --json', async () => {
    await playSale(folder);
    forge(folder, 1, 3, (events) => Object.assign(events[1]!, { user: 1, nonce: 100 }));
    const [code, { holds, checks, differences, items, limits }] = await report(['--item', '1']);
    expect(code).toBe(1);
    expect(holds).toBe(false);
    expect(limits).toEqual({ item: 1, to: null });
    expect(items).toMatchObject([{ item: 1, partition: 1, loaded: 15, orders: 7, users: 6 }]);
    expect(checks.I3).toMatchObject({ differences: 1 });
    expect(checks.I1).toMatchObject({ differences: 0 });
    expect(differences.listed).toContainEqual({
      check: 'I3',
      partition: 1,
      sequence: 3,
      item: 1,
      what: expect.stringContaining('nonce 100'),
    });
  });

  test('has in its JSON the money and the promos of an item, with how users were let in', async () => {
    await playFullSale(folder);
    const [code, { currency, items }] = await report();
    expect({ code, currency }).toEqual({ code: 0, currency: 'CNY' });
    expect(items).toMatchObject([
      {
        ...{ item: 1, title: null, loaded: 4, withdrawn: 2, takingsMinor: 3_300 },
        ...{ refundedMinor: 1_000, refundsDue: 0, dueMinor: 0 },
        promos: [
          {
            ...{ promo: 1, queue: 'draw', admitted: 5, fromDraw: 4, fromQueue: 1, lapsed: 1 },
            waitMs: { median: 20_000, p95: 33_000, longest: 33_000 },
            draw: { entrants: 5, recomputed: true },
          },
          { promo: 2, queue: 'fifo', admitted: 0, waitMs: null, draw: null },
          { promo: 3, queue: 'fifo', atOnce: 1 },
        ],
      },
    ]);
  });

  test('lists a thousand differences and counts the rest', async () => {
    await playSale(folder);
    forge(folder, 2, 2, (events) => {
      for (let n = 0; n < 1_500; n++) events.push({ type: 'stolen', item: 2 });
    });
    const [code, { differences }] = await report();
    expect(code).toBe(1);
    // One more is the entry's hash, which is not the one that SQL noted.
    expect(differences).toMatchObject({ count: 1_501, listed: { length: 1_000 } });
    expect((await command()).output).toContain('… and 501 more');
  });

  test('stops at --to and says what was not compared', async () => {
    await playSale(folder);
    const { code, output } = await command(['--to', '3']);
    expect(code).toBe(0);
    expect(output).toContain('Limited to: each partition up to entry 3');
    expect(output).toContain('partition 1: not compared with SQL');
  });

  test('writes a report for people besides what it prints, with the same exit codes', async () => {
    await playSale(folder);
    const file = folder.file('report.html');
    const plain = await command(['--to', '3', '--json']);
    const [code, { partitions }] = await report(['--html', file, '--to', '3']);
    expect([code, plain.code]).toEqual([0, 0]);
    expect(partitions).toEqual(JSON.parse(plain.output).partitions);
    const honest = await Bun.file(file).text();
    expect(honest).toStartWith('<!doctype html>');
    expect(honest).toContain('limited to each partition up to entry 3');
    expect(honest).toContain(partitions[1]!.hash);
    tamper(folder, 'UPDATE orders SET promo_id = 9 WHERE user_id = 7');
    const { code: differs, output } = await command(['--html', file]);
    expect(differs).toBe(1);
    expect(output).toContain('1 difference:');
    expect(await Bun.file(file).text()).toContain('promoId is 9 in SQL, 1 by the journal');
  });

  test('compares the snapshots beside the journal, names one with another state, and exits 1', async () => {
    await playSale(folder);
    const journal = await openJournal(logAt(folder.file('journal')), salePartitions, {
      readonly: true,
    });
    const [before, state] = await Promise.all([stateAt(journal, 1, 4), stateAt(journal, 1, 5)]);
    await journal.close();
    const files = new SnapshotFiles(folder.file('snapshots'));
    await files.put(state, atOnce);
    const honest = await command();
    expect(honest.code).toBe(0);
    expect(honest.output).toMatch(/^state +holds/m);
    expect(honest.output).toMatch(/^Snapshots, compared: snapshots 1 in/m);
    rmSync(folder.file('snapshots'), { recursive: true });
    const { name } = await files.put({ ...before, chain: state.chain }, atOnce);
    const file = folder.file('report.html');
    const { code, output } = await command(['--html', file]);
    expect(code).toBe(1);
    expect(output).toMatch(/^state +1 difference /m);
    expect(output).toContain(`state  partition 1, sequence 5, item -: snapshot ${name}: `);
    const document = await Bun.file(file).text();
    expect(document).toContain(name);
    expect(document).toContain('Snapshots, compared with the journal: snapshots 1');
  });

  test('compares the snapshots that engines share in JetStream, and those of this machine', async () => {
    const nats = await startNats();
    try {
      const settings = { kind: 'jetstream', url: nats.url, replicas: 1 } as const;
      const journal = await openJournal(settings, salePartitions);
      await playScript(journal, [[0, { type: 'open', item: 1, price: 1_000, units: 10 }]]);
      const state = await stateAt(journal, 1, 1);
      const elsewhere = folder.file('elsewhere');
      await journal.snapshots(elsewhere).put(state, atOnce);
      await journal.close();
      const env = { NATS_URL: nats.url };
      const shared = await command(['--json'], salePartitions, env);
      const ofSnapshots = ({ output }: Ended) =>
        (JSON.parse(output) as Report).comparisons.find(({ name }) => name === 'Snapshots');
      expect(ofSnapshots(shared)).toMatchObject({ compared: { snapshots: 1 }, skipped: [] });
      // Nothing is written to where an engine of this machine would look for its own.
      expect(existsSync(folder.file('snapshots'))).toBe(false);
      renameSync(elsewhere, folder.file('snapshots'));
      const both = await command(['--json'], salePartitions, env);
      expect(ofSnapshots(both)).toMatchObject({ compared: { snapshots: 2 }, skipped: [] });
    } finally {
      await nats.remove();
    }
  }, 60_000);

  test('works on a journal alone, says so, and makes no database', async () => {
    await playSale(folder);
    for (const name of readdirSync(folder.path)) {
      if (name.startsWith('stampede.db')) rmSync(folder.file(name));
    }
    const { code, output } = await command();
    expect(code).toBe(0);
    expect(output).toContain('there is no SQL database');
    expect(existsSync(folder.file('stampede.db'))).toBe(false);
  });
});

describe('bun replay could not run and exits 2', () => {
  const refused = async (args: string[], partitions?: number, env?: Record<string, string>) => {
    const { code, output, errors } = await command(args, partitions, env);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(/^stampede replay: .+\n$/);
    return errors;
  };

  test('without a journal, of which it makes none', async () => {
    await refused([]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('where the journal server does not answer', async () => {
    const url = `nats://127.0.0.1:${await freePort()}`;
    expect(await refused([], salePartitions, { NATS_URL: url })).toContain('no journal at');
  }, 240_000);

  test('on a file that is not a journal', async () => {
    await Bun.write(folder.file('journal.db'), 'this is no journal, whatever its name says');
    expect(await refused([])).toContain('not a journal');
  });

  test('with another number of partitions than the journal was made with', async () => {
    await playSale(folder);
    expect(await refused([], 8)).toContain('4 partitions');
  });

  test('for an item the journal does not know', async () => {
    await playSale(folder);
    expect(await refused(['--item', '99'])).toContain('no item 99');
  });

  test('on a database that is not one', async () => {
    await playSale(folder);
    // Another file by that name: a connection that is not quite closed yet still writes into the old one.
    for (const part of ['', '-wal', '-shm']) {
      rmSync(folder.file(`stampede.db${part}`), { force: true });
    }
    await Bun.write(folder.file('stampede.db'), 'this is no database, whatever its name says');
    await refused([]);
  });
});

test('bun replay works while the engine runs and takes orders, and after it was killed', async () => {
  const engine = await startTestEngine({ dataDir: folder.path });
  try {
    const sale = await engine.sale({ stock: 1_000, limitPerUser: 2 });
    let orders = 0;
    let going = true;
    const buyer = async (first: number) => {
      for (let user = first; going; user += 10) {
        const { errCode, data } = await engine.place(tokenFor(sale, user));
        if (errCode === null) orders++;
        if (errCode === null && user % 3 === 0) {
          await engine.api('POST', `/api/orders/${data.orderId}/cancel`, {});
        }
      }
    };
    const buyers = Array.from({ length: 10 }, (_, index) => buyer(index + 1));
    await waitUntil('orders come in', () => orders > 50);
    for (let run = 0; run < 2; run++) {
      const before = orders;
      const [code, { differences, items }] = await report([], 8);
      expect({ code, differences }).toMatchObject({ code: 0, differences: { count: 0 } });
      expect(items[0]!.orders).toBeGreaterThanOrEqual(before);
      await waitUntil('orders come in', () => orders > before);
    }
    going = false;
    await Promise.all(buyers);
    await engine.kill();
    const [code, { items, comparisons }] = await report([], 8);
    expect({ code, orders: items[0]!.orders }).toEqual({ code: 0, orders });
    expect(comparisons[0]).toMatchObject({ name: 'SQL', skipped: [] });
  } finally {
    await engine.kill();
  }
}, 240_000);
