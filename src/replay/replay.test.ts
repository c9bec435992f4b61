import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { unitsLeft } from '../../actors/item/item.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { openJournal } from '../../actors/journal/open.ts';
import { logAt } from '../../actors/testing/log.ts';
import { OldJournal } from '../../actors/testing/old-journal.ts';
import { temporaryFolder } from '../../actors/testing/process.ts';
import { AuditRig } from '../testing/audit-rig.ts';
import { forge, remove, replace, rewrite, storedBytes } from '../testing/forgery.ts';
import { JournalMaker } from '../testing/journal-maker.ts';
import { replay } from './replay.ts';

const sale = new AuditRig();

test('an honest sale holds, and the books are those of the sale', async () => {
  const { audit, comparisons } = await sale.audited();
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

test('a user who buys under several terms is counted once', async () => {
  forge(sale.folder, 1, 9, (events) => {
    const placed = { type: 'placed', item: 1, promo: 0, amount: 1, price: 1_000 };
    events.push({ ...placed, n: 8, user: 1, nonce: 1 }, { ...placed, n: 9, user: 20, nonce: 1 });
  });
  const { audit } = await sale.audited();
  expect(audit.items()[0]!.holders.users()).toBe(8);
});

test('whatever the actors decide, at random, passes', async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const random = temporaryFolder();
    const journal = await openJournal(logAt(random.file('journal')), 3);
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

test('a journal of earlier releases is read as one with the log in which it goes on, and what is missing of it is shown', async () => {
  const random = temporaryFolder();
  const at = logAt(random.file('journal'));
  const old = new OldJournal(at.before, 3);
  let writer: Pick<Journal, 'append'> = old;
  const append: Journal['append'] = (...entry) => writer.append(...entry);
  const options = { journal: { append }, seed: 1, partitions: 3, items: 5, users: 40 };
  const maker = new JournalMaker(options);
  await maker.write(20);
  old.goOn();
  await maker.write(20);
  old.close();
  const log = await openJournal(at, 3);
  writer = log;
  await maker.write(20);
  await log.close();
  const replayed = async () => {
    const journal = await openJournal(at, 3, { readonly: true });
    const { audit } = await replay({ journal, partitions: 3 });
    await journal.close();
    return audit;
  };
  const whole = await replayed();
  expect(whole.findings.listed).toEqual([]);
  expect(whole.items()).toHaveLength(maker.items.size);
  const database = new Database(random.file('journal.db'));
  database.run(
    'DELETE FROM journal WHERE partition = 1 AND seq = (SELECT max(seq) FROM journal WHERE partition = 1)',
  );
  database.close();
  const { findings } = await replayed();
  expect(findings.listed).toMatchObject([{ check: 'I8', partition: 1 }]);
  expect(findings.listed[0]!.what).toMatch(/missing: .*journal\.db ends before it/);
  random.remove();
});

describe('the hash chain', () => {
  test('shows one changed byte', async () => {
    const bytes = storedBytes(sale.folder, 1, 3);
    bytes.write('8', bytes.indexOf('"nonce":300') + 8);
    replace(sale.folder, 1, 3, bytes);
    await sale.expectFinding('I8 1/4 item -: entry 4: the hash', 'entry 3 was changed');
  });

  test('and SQL show one changed byte of any entry, the last ones too', async () => {
    const file = sale.folder.file('journal/0-1.jsonl');
    const untouched = readFileSync(file);
    for (const [partition, last] of [
      [1, 9],
      [2, 2],
    ] as const) {
      for (let seq = 1; seq <= last; seq++) {
        const honest = storedBytes(sale.folder, partition, seq);
        for (let byte = seq % 23; byte < honest.length; byte += 23) {
          const changed = Buffer.from(honest);
          changed[byte]! ^= 1;
          replace(sale.folder, partition, seq, changed);
          const { audit } = await sale.audited();
          const where = audit.findings.listed.filter(
            (found) => ['I7', 'I8'].includes(found.check) && found.partition === partition,
          );
          // An entry that can no longer be read is itself reported, or a checkpoint that is ahead without it;
          // otherwise the next one, or the checkpoint.
          const named = where.some(({ sequence }) => sequence === seq || sequence === seq + 1);
          expect({ partition, seq, byte, named }).toMatchObject({ named: true });
          writeFileSync(file, untouched);
        }
      }
    }
    expect(await sale.findings()).toEqual([]);
  }, 240_000);

  for (const [field, from, to] of [
    ['writer', '"the sale"', '"the salt"'],
    ['nonce', '"nonce":7,', '"nonce":8,'],
  ] as const) {
    test(`and SQL show a changed ${field} in the last entry`, async () => {
      const honest = storedBytes(sale.folder, 2, 2).toString();
      expect(honest).toContain(from);
      replace(sale.folder, 2, 2, Buffer.from(honest.replace(from, to)));
      expect(await sale.findings()).toEqual([
        expect.stringMatching(/^I8 2\/2 item -: entry 2: its hash is \w+, and was \w+ when SQL/),
      ]);
    });
  }

  test('and SQL show a forged chain whose books are those of the sale', async () => {
    forge(sale.folder, 1, 7, (events) => Object.assign(events[0]!, { count: 2 }));
    await sale.expectFinding('I8 1/9 item -: entry 9: its hash is');
  });

  test('shows a byte that makes an entry unreadable, and goes on after it', async () => {
    const bytes = storedBytes(sale.folder, 1, 3);
    bytes.write('}', bytes.indexOf('"events"'));
    replace(sale.folder, 1, 3, bytes);
    const { audit, comparisons } = await sale.audited();
    expect(audit.findings.listed.map(({ check, sequence }) => [check, sequence])).toEqual([
      ['I8', 3],
      ['I8', 4],
    ]);
    expect(audit.partition(1)).toMatchObject({ sequence: 9, booksEnd: 2 });
    expect(comparisons[0]!.skipped[0]).toContain('the books end at entry 2');
  });

  test('shows missing entries', async () => {
    remove(sale.folder, 1, 4, 5);
    expect(await sale.findings()).toEqual([
      expect.stringMatching(/^I8 1\/4 item -: entries 4 to 5: miss/),
    ]);
  });

  test('shows a missing first entry', async () => {
    remove(sale.folder, 2, 1);
    expect(await sale.findings()).toEqual([
      expect.stringMatching(/^I8 2\/1 item -: entry 1: missing/),
    ]);
  });

  test('shows two swapped entries', async () => {
    const [five, six] = [5, 6].map((seq) => storedBytes(sale.folder, 1, seq));
    rewrite(sale.folder, 1, (entry, seq) => (seq === 5 ? six! : seq === 6 ? five! : entry));
    expect(await sale.findings()).toEqual([
      expect.stringMatching(/^I8 1\/5 item -: entry 5: missing/),
    ]);
  });
});
