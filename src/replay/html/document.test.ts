import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { SqliteJournal } from '../../../actors/journal/sqlite.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { forge } from '../../testing/forgery.ts';
import { rushSale } from '../../testing/rush-sale.ts';
import { playScript, salePartitions } from '../../testing/script-player.ts';
import { playSale } from '../../testing/small-sale.ts';
import { sampleMax } from '../audit/fairness.ts';
import { counted, pointsMax } from '../audit/timeline.ts';
import { number } from '../format.ts';
import { type Replayed, replay } from '../replay.ts';
import { reportOf } from '../report.ts';
import { documentOf } from './document.tsx';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

async function reported(): Promise<{ text: string; replayed: Replayed }> {
  const journal = new SqliteJournal(folder.file('journal.db'), { readonly: true });
  const replayed = await replay({ journal, partitions: salePartitions, chronicles: true });
  await journal.close();
  const text = await documentOf({
    report: reportOf(replayed, null),
    books: replayed.audit.items(),
    journalKind: 'SQLite',
    acknowledgement: 'An <acknowledged> entry is on the disk.',
    at: Date.UTC(2026, 10, 23),
  });
  return { text, replayed };
}

async function rushed() {
  const journal = new SqliteJournal(folder.file('journal.db'), { partitions: salePartitions });
  const items = await playScript(journal, rushSale({ users: 900, units: 300, restocked: 60 }));
  await journal.close();
  return { actor: items.get(1)!, ...(await reported()) };
}

const fact = (name: string, value: number) => `<dt>${name}</dt><dd>${number(value)}</dd>`;

describe('the report of a rush', () => {
  test('has the numbers of the audit and of the actor', async () => {
    const { text, replayed, actor } = await rushed();
    const { audit } = replayed;
    expect(audit.findings.listed).toEqual([]);
    const [book] = audit.items();
    expect(book).toMatchObject({ loaded: 360, sold: actor.sold, held: actor.held });
    expect(text).toContain(fact('Units loaded', 360));
    expect(text).toContain(fact('Sold', actor.sold));
    expect(text).toContain(fact('Orders', actor.orders.count));
    expect(text).toContain(fact('Refused for stock', actor.refused));
    expect(text).toContain(fact('Admitted', actor.admitted));
    expect(actor.refused).toBeGreaterThan(100);
    for (const { partition, hash } of audit.partitions) {
      if (partition === 1) expect(text).toContain(`<code>${hash}</code>`);
    }
    expect(text).toContain('<h1 class="holds">All holds.</h1>');
  });

  test('has timelines that agree with the books', async () => {
    const { replayed, actor } = await rushed();
    const book = replayed.audit.items()[0]!;
    const { whole, rush, latePayments, restocks } = book.chronicle!;
    expect(whole!.points.length).toBeLessThanOrEqual(pointsMax);
    const totals = Object.fromEntries(counted.map((what) => [what, whole!.total(what)]));
    expect(totals).toMatchObject({
      admitted: actor.admitted,
      placed: actor.orders.count,
      refused: actor.refused,
      restocked: 60,
    });
    const { loaded, held, sold, left } = book;
    expect(whole!.points.at(-1)!.units).toEqual({ loaded, held, sold, left });
    expect(rush).toMatchObject({ promo: 1, soldOutAt: expect.any(Number) });
    expect(rush!.timeline.before).toMatchObject({ loaded: 300, left: 300 });
    expect(restocks).toMatchObject([{ units: 60 }]);
    expect(latePayments).toBeGreaterThan(0);
  });

  test('stands alone: it loads nothing from any host or other file', async () => {
    const { text } = await rushed();
    expect(text).not.toMatch(/https?:|\/\/\w|@import|url\(|<link|<script|<img|<iframe|\ssrc=/i);
    const targets = [...text.matchAll(/href="([^"]*)"/g)].map(([, target]) => target!);
    expect(targets).toEqual(['#item-1']);
    expect(text).toContain('id="item-1"');
  });

  test('names and describes every chart, beside a table', async () => {
    const { text } = await rushed();
    const charts = text.match(/<svg /g)!.length;
    expect(charts).toBe(6);
    expect(text.match(/<svg [^>]*role="img" aria-labelledby="[^"]+"/g)).toHaveLength(charts);
    expect(text.match(/<title id=/g)).toHaveLength(charts);
    expect(text.match(/<figure>.*?<table>.*?<\/figure>/gs)).toHaveLength(charts);
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('draws a sample of the buyers, however many there are', async () => {
    const journal = new SqliteJournal(folder.file('journal.db'), { partitions: salePartitions });
    await playScript(journal, rushSale({ users: 2_000, units: 1_500, restocked: 10 }));
    await journal.close();
    const { text } = await reported();
    const dots = text.match(/class="(dot|direct)"/g)!;
    expect(dots).toHaveLength(sampleMax);
  });
});

describe('the report', () => {
  test("of a forged journal lists every difference, and escapes the journal's texts", async () => {
    await playSale(folder);
    forge(folder, 2, 2, (events) => {
      events.push({ type: '<img src=x onerror="alert(1)">\' & </td>', item: 2 });
      events.push({ type: 'placed', item: 2, n: '<b>' });
    });
    const { text, replayed } = await reported();
    expect(replayed.audit.findings.count).toBe(2);
    expect(text).toContain('<h1 class="differs">2 differences.</h1>');
    expect(text).toContain('&lt;img src=x onerror=');
    expect(text).toContain('&lt;b&gt;');
    expect(text).toContain('&lt;acknowledged&gt;');
    expect(text).not.toMatch(/<img|<b>"|<acknowledged>/);
  });

  test('does not say that a missing copy passes', async () => {
    await playSale(folder);
    const { text } = await reported();
    expect(text).toContain('<span class="state">not compared</span><b>I7 SQL is a prefix</b>');
    expect(text).toContain('<span class="state">holds</span><b>I1 no oversell</b>');
  });

  test('of an empty journal says so', async () => {
    await new SqliteJournal(folder.file('journal.db'), { partitions: salePartitions }).close();
    const { text } = await reported();
    expect(text).toContain('No item was opened.');
    expect(text).not.toContain('<svg');
  });
});
