import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { unitsLeft } from '../../actors/item.ts';
import { encodeEntry, entryHash } from '../../actors/journal/codec.ts';
import { SqliteJournal } from '../../actors/journal/sqlite.ts';
import { JournalMaker } from '../testing/journal-maker.ts';
import { type TemporaryFolder, temporaryFolder } from '../testing/process.ts';
import { sqlComparison } from './compare-sql.ts';
import { forge, playSale, storedBytes, tamper } from './forgery.ts';
import { openRows } from './open-sql.ts';
import { salePartitions, saleStartsAt } from './play.ts';
import { type Replayed, type ReplayOptions, replay } from './replay.ts';

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = temporaryFolder();
  await playSale(folder);
});

afterEach(() => folder.remove());

async function audited(options: Pick<ReplayOptions, 'item' | 'to'> = {}): Promise<Replayed> {
  const journal = new SqliteJournal(folder.file('journal.db'), { readonly: true });
  const rows = openRows({ databaseUrl: null, dataDir: folder.path });
  const comparisons = [sqlComparison(rows)];
  try {
    return await replay({ journal, partitions: salePartitions, comparisons, ...options });
  } finally {
    await journal.close();
  }
}

/** The findings as lines, like `I1 1/8 item 1: order 3 …`. */
async function findings(options?: Pick<ReplayOptions, 'item' | 'to'>): Promise<string[]> {
  const { audit } = await audited(options);
  expect(audit.findings.listed).toHaveLength(audit.findings.count);
  return audit.findings.listed.map(
    ({ check, partition, sequence, item, what }) =>
      `${check} ${partition}/${sequence} item ${item ?? '-'}: ${what}`,
  );
}

/** Expects a finding that begins and goes on as told. */
async function expectFinding(beginning: string, rest: string | RegExp = ''): Promise<void> {
  const lines = await findings();
  const fits = lines.filter((line) => line.startsWith(beginning));
  expect({ lines, fits: fits.length > 0 }).toMatchObject({ fits: true });
  expect(fits.join('\n')).toMatch(rest);
}

test('an honest sale holds, and the books are those of the sale', async () => {
  const { audit, comparisons } = await audited();
  expect(audit.findings.listed).toEqual([]);
  const [one, two] = audit.items();
  expect(one).toMatchObject({ item: 1, loaded: 15, sold: 2, held: 0, left: 13, refused: 3 });
  expect(one).toMatchObject({ refusedWhileLeft: 0, orders: { count: 7 } });
  expect(two).toMatchObject({
    item: 2,
    loaded: 5,
    sold: 0,
    held: 1,
    left: 4,
    orders: { count: 1 },
  });
  expect(comparisons).toMatchObject([
    { name: 'SQL', compared: { orders: 8, items: 2, promos: 1, partitions: 4 }, skipped: [] },
  ]);
});

test('a user who buys under several terms counts once', async () => {
  forge(folder, 1, 9, (events) => {
    const placed = { type: 'placed', item: 1, promo: 0, amount: 1, price: 1_000 };
    events.push({ ...placed, n: 8, user: 1, nonce: 1 }, { ...placed, n: 9, user: 20, nonce: 1 });
  });
  const { audit } = await audited();
  expect(audit.items()[0]!.holders.users()).toBe(8);
});

test('whatever the actors decide, at random, holds', async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const random = temporaryFolder();
    const journal = new SqliteJournal(random.file('journal.db'), { partitions: 3 });
    const maker = new JournalMaker({ journal, seed, partitions: 3, items: 5, users: 40 });
    await maker.write(60);
    const { audit } = await replay({ journal, partitions: 3 });
    await journal.close();
    random.remove();
    expect(audit.findings.listed).toEqual([]);
    expect(audit.items().reduce((refused, item) => refused + item.refused, 0)).toBeGreaterThan(0);
    expect(audit.items()).toHaveLength(maker.items.size);
    for (const { item, loaded, held, sold, left, orders } of audit.items()) {
      const actor = maker.items.get(item)!;
      expect(actor).toMatchObject({ loaded, held, sold });
      expect(left).toBe(unitsLeft(actor));
      expect(orders.count).toBe(actor.orders.count);
    }
  }
});

describe('the hash chain', () => {
  test('shows one changed byte', async () => {
    const bytes = storedBytes(folder, 1, 3);
    bytes.write('8', bytes.indexOf('"nonce":300') + 8);
    tamper(
      folder,
      'journal.db',
      'UPDATE journal SET body = ? WHERE partition = 1 AND seq = 3',
      bytes,
    );
    await expectFinding('I8 1/4 item -: entry 4: the hash', 'entry 3 was changed');
  });

  test('and SQL show one changed byte of any entry, the last ones too', async () => {
    const change = 'UPDATE journal SET body = ? WHERE partition = ? AND seq = ?';
    for (const [partition, last] of [
      [1, 9],
      [2, 2],
    ] as const) {
      for (let seq = 1; seq <= last; seq++) {
        const honest = storedBytes(folder, partition, seq);
        for (let byte = seq % 23; byte < honest.length; byte += 23) {
          const changed = Buffer.from(honest);
          changed[byte]! ^= 1;
          tamper(folder, 'journal.db', change, changed, partition, seq);
          const { audit } = await audited();
          const where = audit.findings.listed.filter(
            (found) => found.check === 'I8' && found.partition === partition,
          );
          // An entry that can no longer be read is named itself; else the next one, or the checkpoint.
          const named = where.some(({ sequence }) => sequence === seq || sequence === seq + 1);
          expect({ partition, seq, byte, named }).toMatchObject({ named: true });
        }
        tamper(folder, 'journal.db', change, honest, partition, seq);
      }
    }
    expect(await findings()).toEqual([]);
  }, 30_000);

  for (const [field, from, to] of [
    ['writer', '"the sale"', '"the salt"'],
    ['nonce', '"nonce":7}', '"nonce":8}'],
  ] as const) {
    test(`and SQL show another ${field} in the last entry`, async () => {
      const body = `CAST(replace(CAST(body AS TEXT), '${from}', '${to}') AS BLOB)`;
      const statement = `UPDATE journal SET body = ${body} WHERE partition = 2 AND seq = 2`;
      tamper(folder, 'journal.db', statement);
      expect(await findings()).toEqual([
        expect.stringMatching(/^I8 2\/2 item -: entry 2: its hash is \w+, and was \w+ when SQL/),
      ]);
    });
  }

  test('and SQL show a forged chain whose books are those of the sale', async () => {
    forge(folder, 1, 7, (events) => Object.assign(events[0]!, { count: 2 }));
    await expectFinding('I8 1/9 item -: entry 9: its hash is');
  });

  test('shows a byte that makes an entry unreadable, and goes on behind it', async () => {
    const bytes = storedBytes(folder, 1, 3);
    bytes.write('}', bytes.indexOf('"events"'));
    tamper(
      folder,
      'journal.db',
      'UPDATE journal SET body = ? WHERE partition = 1 AND seq = 3',
      bytes,
    );
    const { audit, comparisons } = await audited();
    expect(audit.findings.listed.map(({ check, sequence }) => [check, sequence])).toEqual([
      ['I8', 3],
      ['I8', 4],
    ]);
    expect(audit.partition(1)).toMatchObject({ sequence: 9, booksEnd: 2 });
    expect(comparisons[0]!.skipped[0]).toContain('the books end at entry 2');
  });

  test('shows missing entries', async () => {
    tamper(folder, 'journal.db', 'DELETE FROM journal WHERE partition = 1 AND seq IN (4, 5)');
    expect(await findings()).toEqual([
      expect.stringMatching(/^I8 1\/4 item -: entries 4 to 5: miss/),
    ]);
  });

  test('shows a missing first entry', async () => {
    tamper(folder, 'journal.db', 'DELETE FROM journal WHERE partition = 2 AND seq = 1');
    expect(await findings()).toEqual([expect.stringMatching(/^I8 2\/1 item -: entry 1: missing/)]);
  });

  test('shows two swapped entries', async () => {
    const move = 'UPDATE journal SET seq = ? WHERE partition = 1 AND seq = ?';
    tamper(folder, 'journal.db', move, 99, 5);
    tamper(folder, 'journal.db', move, 5, 6);
    tamper(folder, 'journal.db', move, 6, 99);
    await expectFinding('I8 1/5 item -: entry 5: the entry says it is number 6');
    await expectFinding('I8 1/6 item -: entry 6: the entry says it is number 5');
  });
});

describe('a forged journal with a valid chain', () => {
  test('shows an oversell', async () => {
    const { length } = await findings();
    expect(length).toBe(0);
    const order = { type: 'placed', item: 1, n: 8, user: 8, promo: 1, amount: 1, price: 500 };
    forge(folder, 1, 6, (events) => events.push({ ...order, nonce: 800 }));
    await expectFinding('I1 1/6 item 1: order 8: oversold', '1 units where 0 were left');
    await expectFinding('I6 1/6 item 1: the actor refuses this event', 'oversold');
  });

  test('shows a purchase token that bought twice', async () => {
    forge(folder, 1, 3, (events) => Object.assign(events[1]!, { user: 1, nonce: 100 }));
    await expectFinding('I3 1/3 item 1: order 2:', 'had bought order 1');
  });

  test('shows a purchase token that bought twice among a hundred orders of one user', async () => {
    forge(folder, 2, 2, (events) => {
      const [first] = events;
      events.splice(0, 1, { ...first, n: 1, nonce: 50 });
      for (let n = 2; n <= 100; n++)
        events.push({ ...first, n, nonce: n === 90 ? 51 : 50 + n - 1 });
    });
    const twice = (await findings()).filter((line) => line.startsWith('I3'));
    expect(twice).toEqual([expect.stringContaining('nonce 51 had bought order 2')]);
  });

  test('shows a user beyond the limit', async () => {
    forge(folder, 1, 5, (events) => Object.assign(events[2]!, { user: 5 }));
    await expectFinding(
      'I4 1/5 item 1: order 6:',
      'its user has 4 units of promo 1, whose limit is 2',
    );
  });

  test('shows a double sale: one order number given out twice', async () => {
    forge(folder, 1, 5, (events) => events.push({ ...events[2]!, user: 77, nonce: 7700 }));
    await expectFinding(
      'rules 1/5 item 1: order 6: the next number is 7, and was given out before',
    );
  });

  test('shows an order that was cut out', async () => {
    forge(folder, 1, 5, (events) => events.splice(1, 1));
    await expectFinding('rules 1/5 item 1: order 6: the next number is 5');
    await expectFinding('rules 1/8 item 1: order 5: expired, but was never placed');
    await expectFinding('I7 1/5 item 1: order 20261122-1-5: SQL has it');
  });

  test('shows a price that is not the promo’s', async () => {
    forge(folder, 1, 3, (events) => Object.assign(events[0]!, { price: 1 }));
    await expectFinding('rules 1/3 item 1: order 1: its price is 1');
    await expectFinding(
      'I7 1/3 item 1: order 20261122-1-1: unitPrice is 500 in SQL, 1 by the journal',
    );
  });

  test('shows an order outside the sale, and time that goes backwards', async () => {
    forge(folder, 1, 3, (events) => Object.assign(events[0]!, { at: saleStartsAt - 1 }));
    await expectFinding('rules 1/3 item 1: order 1: placed at', 'outside the sale');
    await expectFinding('rules 1/3 item 1: placed at', 'after an event at');
  });

  test('shows an order of a promo that was never published', async () => {
    forge(folder, 1, 3, (events) => Object.assign(events[0]!, { promo: 9 }));
    await expectFinding('rules 1/3 item 1: order 1: promo 9 was never published');
  });

  test('shows a payment of an order that was cancelled', async () => {
    forge(folder, 1, 4, (events) => events.push({ ...events[1]!, type: 'paid' }));
    await expectFinding('rules 1/4 item 1: order 2: paid while cancelled');
  });

  test('shows an order that was paid twice', async () => {
    forge(folder, 1, 4, (events) => events.push({ ...events[0]! }));
    await expectFinding('rules 1/4 item 1: order 1: paid while paid');
  });

  test('shows a payment of another amount, as if placed at another time', async () => {
    forge(folder, 1, 4, (events) => Object.assign(events[0]!, { amount: 2, placedAt: 5 }));
    await expectFinding('rules 1/4 item 1: order 1: paid for 2 units of 1');
    await expectFinding('rules 1/4 item 1: order 1: paid as if placed at 5');
  });

  test('shows a hold that expired before its time, and one paid after it', async () => {
    forge(folder, 1, 4, (events) => Object.assign(events[1]!, { type: 'expired' }));
    await expectFinding('rules 1/4 item 1: order 2: expired at', 'its hold ends at');
    forge(folder, 1, 8, (events) => Object.assign(events[1]!, { type: 'paid' }));
    await expectFinding('rules 1/8 item 1: order 4: paid at', 'its hold ended at');
  });

  test('shows a late payment for units that were sold again', async () => {
    forge(folder, 1, 8, (events) => {
      const placed = { type: 'placed', item: 1, user: 8, promo: 1, amount: 2, price: 500 };
      const orders = [8, 9, 10, 11, 12].map((n) => ({ ...placed, n, user: n, nonce: 100 * n }));
      orders.at(-1)!.amount = 1;
      events.splice(5, 0, ...orders);
    });
    await expectFinding('I1 1/8 item 1: order 3: oversold, it took 1 units where 0 were left');
  });

  test('shows a buyer who was refused while units were left', async () => {
    forge(folder, 1, 7, (events) => Object.assign(events[0]!, { seen: 5 }));
    await expectFinding(
      'I9 1/7 item 1: 3 refused for 1 units by the books after entry 5',
      '2 were left',
    );
    forge(folder, 1, 9, (events) =>
      events.push({ type: 'refused', item: 1, count: 2, amount: 18 }),
    );
    const { audit } = await audited();
    expect(audit.findings.counts.get('I9')).toBe(1);
    expect(audit.items()[0]).toMatchObject({ refused: 5, refusedWhileLeft: 3 });
  });

  test('shows a refusal that claims to have seen what was not there yet', async () => {
    forge(folder, 1, 7, (events) => Object.assign(events[0]!, { seen: 7 }));
    await expectFinding('I9 1/7 item 1: 3 refused for 1 units by the books after entry 7');
  });

  test('shows an item opened twice, in a foreign partition, or not at all', async () => {
    forge(folder, 2, 2, (events) => {
      events.push({ type: 'opened', item: 2, price: 300, units: 5 });
      events.push({ type: 'opened', item: 3, price: 300, units: 5 });
      events.push({ type: 'restocked', item: 6, units: 5 });
    });
    await expectFinding('rules 2/2 item 2: opened once more');
    await expectFinding('rules 2/2 item 3: the item is of partition 3');
    await expectFinding('rules 2/2 item 6: restocked before the item was opened');
  });

  test('shows a delivery that was restocked twice', async () => {
    forge(folder, 1, 9, (events) => events.push({ ...events[0]! }));
    await expectFinding('rules 1/9 item 1: delivery 77 restocked once more');
  });

  test('shows promos and admissions that no item could decide', async () => {
    forge(folder, 1, 2, (events) => {
      events.push({ ...events[0]! });
      events.push({ type: 'closed', item: 1, promo: 1 });
      events.push({ type: 'admitted', item: 1, user: 9, promo: 1, nonce: 1 });
    });
    await expectFinding('rules 1/2 item 1: promo 1 published once more');
    await expectFinding('rules 1/2 item 1: promo 1 closed at', 'before its end');
    await expectFinding('rules 1/5 item 1: user 9 admitted to promo 1 once more');
  });

  test('shows events of no known form without falling over them', async () => {
    const fine = {
      type: 'placed',
      item: 2,
      n: 2,
      user: 1,
      promo: 0,
      amount: 1,
      price: 300,
      nonce: 8,
    };
    const unfit: [unknown, string][] = [
      [{ type: 'stolen', item: 2 }, 'unknown type "stolen"'],
      [{ type: 'toString', item: 2 }, 'unknown type "toString"'],
      [{ ...fine, user: undefined }, 'placed: user is undefined'],
      [{ ...fine, amount: -1 }, 'placed: amount is -1'],
      [{ ...fine, price: '300' }, 'placed: price is "300"'],
      [{ ...fine, nonce: 1.5 }, 'placed: nonce is 1.5'],
      [{ ...fine, item: 0 }, 'placed: item is 0'],
      [{ ...fine, at: null }, 'placed: at is null'],
      [{ type: 'restocked', item: 2, units: -5 }, 'restocked: units is -5'],
      [{ type: 'refused', item: 2, count: 1, amount: 1, seen: -1 }, 'refused: seen is -1'],
      [{ type: 'paid', item: 2, n: 1, amount: 1, placedAt: 0, late: false }, 'late is false'],
      [null, 'an event is not an object'],
      [[], 'unknown type undefined'],
      [17, 'an event is not an object'],
    ];
    forge(folder, 2, 2, (events) => {
      for (const [event] of unfit) (events as unknown[]).push(event);
    });
    const lines = (await findings()).filter((line) => line.startsWith('form'));
    expect(lines).toHaveLength(unfit.length);
    for (const [index, [, what]] of unfit.entries()) {
      expect(lines[index]).toStartWith('form 2/2 item');
      expect(lines[index]).toContain(what);
    }
  });
});

describe('the SQL rows', () => {
  const changes: [table: string, set: string, finding: RegExp][] = [
    ['orders', "id = '20261122-1-9'", /id is 20261122-1-9 in SQL, 20261122-1-2 by the journal/],
    ['orders', 'item_id = 2', /itemId is 2 in SQL, 1 by/],
    ['orders', 'user_id = 99', /userId is 99 in SQL, 2 by/],
    ['orders', 'promo_id = 0', /promoId is 0 in SQL, 1 by/],
    ['orders', 'amount = 7', /amount is 7 in SQL, 1 by/],
    ['orders', 'unit_price = 1', /unitPrice is 1 in SQL, 500 by/],
    ['orders', 'total = 1', /total is 1 in SQL, 500 by/],
    ['orders', "status = 'paid'", /status is paid in SQL, cancelled by/],
    ['orders', 'created_at = 1', /createdAt is 1 in SQL/],
    ['orders', 'paid_at = 1', /paidAt is 1 in SQL, null by/],
    ['orders', 'closed_at = NULL', /closedAt is null in SQL/],
    ['orders', 'partition = 2', /partition is 2 in SQL, 1 by/],
    ['orders', 'seq = 8', /seq is 8 in SQL, 3 by/],
  ];
  for (const [table, set, finding] of changes) {
    test(`show ${table} changed by SET ${set}`, async () => {
      const statement = `UPDATE ${table} SET ${set} WHERE user_id = 2`;
      tamper(folder, 'stampede.db', statement);
      const lines = await findings();
      expect(lines).toEqual([expect.stringMatching(/^I7 1\/3 item 1: order 20261122-1-2: /)]);
      expect(lines[0]).toMatch(finding);
    });
  }

  test('show a deleted order', async () => {
    tamper(folder, 'stampede.db', 'DELETE FROM orders WHERE user_id = 7');
    expect(await findings()).toEqual([
      'I7 1/6 item 1: order 20261122-1-7: the journal has it, SQL does not',
    ]);
  });

  test('show the deleted orders of an item that has no other', async () => {
    tamper(folder, 'stampede.db', 'DELETE FROM orders WHERE item_id = 2');
    expect(await findings()).toEqual([
      'I7 2/2 item 2: order 20261122-2-1: the journal has it, SQL does not',
    ]);
  });

  test('show added orders, also under items that there are not', async () => {
    const copy = (key: string) =>
      tamper(
        folder,
        'stampede.db',
        `INSERT INTO orders SELECT ${key}, id, item_id, user_id, promo_id, amount, unit_price, total,
         status, created_at, paid_at, closed_at, partition, seq FROM orders WHERE id = '20261122-1-7' AND user_id = 7 LIMIT 1`,
      );
    for (const key of ['key + 1', '77 * 134217728 + 1', '-5', '134217728']) copy(key);
    const lines = await findings();
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).toMatch(/SQL has it \(key .*\), the journal does not/);
  });

  test('show changed stock, stock logs and sales', async () => {
    tamper(folder, 'stampede.db', 'UPDATE item_stocks SET stock = 99 WHERE item_id = 1');
    tamper(folder, 'stampede.db', "UPDATE stock_logs SET delta = 0 WHERE reason = 'paid'");
    tamper(folder, 'stampede.db', 'UPDATE items SET sales = 0 WHERE id = 1');
    expect(await findings()).toEqual([
      'I7 1/9 item 1: stock is 99 in SQL, 13 by the journal',
      'I7 1/9 item 1: the sum of the stock logs is 14 in SQL, 13 by the journal',
      'I7 1/9 item 1: sales is 0 in SQL, 2 by the journal',
    ]);
  });

  test('show missing items and stock of items the journal does not know', async () => {
    tamper(folder, 'stampede.db', 'DELETE FROM items WHERE id = 2');
    tamper(folder, 'stampede.db', 'INSERT INTO item_stocks VALUES (7, 5)');
    expect((await findings()).toSorted()).toEqual([
      'I7 2/2 item 2: sales is missing in SQL, 0 by the journal',
      'I7 3/0 item 7: stock is 5 in SQL, missing by the journal',
    ]);
  });

  test('show changed, missing and invented promos', async () => {
    tamper(folder, 'stampede.db', 'UPDATE promos SET price = 1, limit_per_user = 9');
    await expectFinding('I7 1/2 item 1: promo 1: price is 1 in SQL, 500');
    await expectFinding('I7 1/2 item 1: promo 1: limitPerUser is 9 in SQL, 2');
    tamper(folder, 'stampede.db', 'UPDATE promos SET id = 5');
    await expectFinding('I7 1/2 item 1: promo 1: the journal published it');
    await expectFinding('I7 1/9 item 1: promo 5: in SQL it is published');
  });

  test('show a checkpoint ahead of the journal', async () => {
    tamper(folder, 'journal.db', 'DELETE FROM journal WHERE partition = 1 AND seq = 9');
    const { audit, comparisons } = await audited();
    expect(audit.findings.listed).toMatchObject([{ check: 'I7', partition: 1, sequence: 9 }]);
    expect(audit.findings.listed[0]!.what).toStartWith('checkpoint ahead of the journal');
    expect(comparisons[0]!.compared).toMatchObject({ partitions: 3, orders: 1 });
  });

  test('show a checkpoint of a partition that the journal does not have', async () => {
    tamper(folder, 'stampede.db', "INSERT INTO checkpoints VALUES (64, 3, '')");
    await expectFinding('I7 64/3 item -: checkpoint of a partition');
  });

  test('are compared as of their checkpoint when they are behind the journal', async () => {
    const journal = new SqliteJournal(folder.file('journal.db'), { partitions: salePartitions });
    const order = { type: 'placed', item: 2, n: 2, user: 3, promo: 0, amount: 1, price: 300 };
    const paid = { type: 'paid', item: 2, n: 1, amount: 1, placedAt: saleStartsAt + 3 };
    const events = [{ ...order, nonce: 9 }, paid].map((event) => JSON.stringify(event));
    const prev = entryHash(storedBytes(folder, 2, 2));
    const head = { partition: 2, seq: 3, prev, writer: 'later', at: saleStartsAt + 50 };
    await journal.append(2, 2, encodeEntry(head, events));
    await journal.close();
    const { audit, comparisons } = await audited();
    expect(audit.findings.listed).toEqual([]);
    expect(audit.items()[1]).toMatchObject({ sold: 1, held: 1, left: 3 });
    expect(comparisons[0]!.compared).toMatchObject({ orders: 8 });
  });
});

describe('limits', () => {
  test('an item alone is read, reported and compared', async () => {
    tamper(folder, 'stampede.db', 'UPDATE orders SET total = 1');
    const { audit, comparisons } = await audited({ item: 2 });
    expect(audit.partitions.map((each) => each.partition)).toEqual([2]);
    expect(audit.items().map((each) => each.item)).toEqual([2]);
    expect(audit.findings.listed).toMatchObject([{ check: 'I7', item: 2 }]);
    expect(comparisons[0]!.compared).toEqual({ orders: 1, items: 1, promos: 0, partitions: 1 });
  });

  test('reading ends at an entry, and SQL that goes further is not compared', async () => {
    tamper(folder, 'stampede.db', 'UPDATE orders SET total = 1');
    const { audit, comparisons } = await audited({ to: 3 });
    expect(audit.items()[0]).toMatchObject({ loaded: 10, held: 5, left: 5 });
    expect(audit.findings.listed).toMatchObject([{ check: 'I7', item: 2 }]);
    expect(comparisons[0]!.skipped).toEqual([expect.stringContaining('partition 1: not compared')]);
  });

  test('without a database nothing is compared', async () => {
    const journal = new SqliteJournal(folder.file('journal.db'), { readonly: true });
    const { audit, comparisons } = await replay({
      journal,
      partitions: salePartitions,
      comparisons: [sqlComparison(null)],
    });
    await journal.close();
    expect(audit.findings.count).toBe(0);
    expect(comparisons[0]).toMatchObject({ compared: {}, skipped: [expect.any(String)] });
  });
});
