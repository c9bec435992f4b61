import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import type { Item } from '../../../actors/item/item.ts';
import { openJournal } from '../../../actors/journal/open.ts';
import { logAt } from '../../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { forge, rewrite } from '../../testing/forgery.ts';
import { playFullSale } from '../../testing/full-sale.ts';
import { rushSale } from '../../testing/rush-sale.ts';
import { playScript, salePartitions } from '../../testing/script-player.ts';
import { playSale } from '../../testing/small-sale.ts';
import { sampleMax } from '../audit/fairness.ts';
import { counted, pointsMax } from '../audit/timeline.ts';
import type { Names } from '../compare/comparison.ts';
import { number } from '../format.ts';
import { partOf } from '../part-report.ts';
import { type Replayed, replay } from '../replay.ts';
import { reportOf } from '../report.ts';
import { documentOf } from './document.tsx';
import { drawnItems } from './sections.tsx';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const noNames: Names = { items: new Map(), promos: new Map() };

async function reported(names = noNames): Promise<{ text: string; replayed: Replayed }> {
  const journal = await openJournal(logAt(folder.file('journal')), salePartitions, {
    readonly: true,
  });
  const read = await replay({ journal, partitions: salePartitions, chronicles: true });
  const replayed = { ...read, names };
  await journal.close();
  const text = await documentOf({
    report: reportOf(replayed, null, 'CNY'),
    drawn: await drawnItems(replayed.audit.items(), partOf(replayed), names, 'CNY'),
    journalKind: 'files',
    acknowledgement: 'An <acknowledged> entry is on the disk.',
    at: Date.UTC(2026, 10, 23),
  });
  return { text, replayed };
}

/** One rush for all tests of it, with more buyers than a chart draws. */
let rush: { text: string; replayed: Replayed; actor: Item };

async function playRush(): Promise<void> {
  folder = temporaryFolder();
  const journal = await openJournal(logAt(folder.file('journal')), salePartitions);
  const items = await playScript(journal, rushSale({ users: 1_200, units: 600, restocked: 60 }));
  await journal.close();
  rush = { actor: items.get(1)!, ...(await reported()) };
  folder.remove();
}

const fact = (name: string, value: number) => `<dt>${name}</dt><dd>${number(value)}</dd>`;

describe('the report of a rush', () => {
  beforeAll(playRush, 30_000);

  test('has the numbers of the audit and of the actor', async () => {
    const { text, replayed, actor } = rush;
    const { audit } = replayed;
    expect(audit.findings.listed).toEqual([]);
    const [book] = audit.items();
    expect(book).toMatchObject({ loaded: 660, sold: actor.sold, held: actor.held });
    expect(text).toContain(fact('Units loaded', 660));
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
    const { replayed, actor } = rush;
    const book = replayed.audit.items()[0]!;
    const { whole, rush: busiest, latePayments, turns } = book.chronicle!;
    const { counts } = book.terms.promos()[0]!.queue;
    expect(whole!.points.length).toBeLessThanOrEqual(pointsMax);
    const totals = Object.fromEntries(counted.map((what) => [what, whole!.total(what)]));
    expect(totals).toMatchObject({
      joined: counts.joined,
      admitted: counts.atOnce + counts.fromQueue,
      lapsed: counts.lapsed,
      placed: actor.orders.count,
      refused: actor.refused,
      restocked: 60,
    });
    const { loaded, held, sold, left } = book;
    expect(whole!.points.at(-1)!.units).toEqual({ loaded, held, sold, left });
    expect(busiest).toMatchObject({ promo: 1, soldOutAt: expect.any(Number) });
    expect(busiest!.timeline.before).toMatchObject({ loaded: 600, left: 600 });
    expect(turns).toMatchObject([{ what: 'restocked', units: 60 }]);
    expect(counts.fromQueue).toBeGreaterThan(20);
    expect(counts.lapsed).toBeGreaterThan(20);
    expect(latePayments).toBeGreaterThan(0);
  });

  test('stands alone: it loads nothing from any host or other file', async () => {
    const { text } = rush;
    expect(text).not.toMatch(/https?:|\/\/\w|@import|url\(|<link|<script|<img|<iframe|\ssrc=/i);
    const targets = [...text.matchAll(/href="([^"]*)"/g)].map(([, target]) => target!);
    expect(targets).toEqual(['#item-1']);
    expect(text).toContain('id="item-1"');
  });

  test('names and describes every chart, beside a table', async () => {
    const { text } = rush;
    const charts = text.match(/<svg /g)!.length;
    expect(charts).toBe(6);
    expect(text.match(/<svg [^>]*role="img" aria-labelledby="[^"]+"/g)).toHaveLength(charts);
    expect(text.match(/<title id=/g)).toHaveLength(charts);
    expect(text.match(/<figure>.*?<table>.*?<\/figure>/gs)).toHaveLength(charts);
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('draws a sample of the buyers, however many there are', () => {
    const { text, actor } = rush;
    expect(actor.orders.count).toBeGreaterThan(sampleMax);
    const dots = text.match(/class="(dot|direct)"/g)!;
    expect(dots).toHaveLength(sampleMax);
  });
});

describe('the report of a sale with everything', () => {
  const names: Names = {
    items: new Map([[1, 'A <blue> kettle']]),
    promos: new Map([[1, 'Spring draw']]),
  };

  test('names items and promos, and money in its currency', async () => {
    await playFullSale(folder);
    const { text } = await reported(names);
    expect(text).toContain('<h3>A &lt;blue&gt; kettle (item 1)</h3>');
    expect(text).toContain('<h4>How users were let in to promo 1, Spring draw</h4>');
    expect(text).toContain('<dt>Takings</dt><dd>CNY 33.00</dd>');
    expect(text).toContain('<dt>Refunded</dt><dd>CNY 10.00</dd>');
    expect(text).toContain('<dt>Refunds due</dt><dd>CNY 0.00</dd>');
    expect(text).toContain(fact('Withdrawn before', 2));
  });

  test('says who was let in how, and how long they waited', async () => {
    await playFullSale(folder);
    const { text } = await reported();
    const facts: [string, number][] = [
      ['Let in from the queue', 1],
      ['Let in by the draw', 4],
      ['Took a place', 7],
      ['Left their place', 1],
      ['Admissions lapsed', 1],
      ['Sent home', 1],
    ];
    for (const [name, value] of facts) expect(text).toContain(fact(name, value));
    expect(text).toContain('<dt>Waited, median</dt><dd>20 s</dd>');
    expect(text).toContain('<dt>Waited longest</dt><dd>33 s</dd>');
    expect(text).toContain('ρ, place and admission</dt><dd>1.000</dd>');
  });

  test('has all that is needed to draw again, the secret only after the draw', async () => {
    await playFullSale(folder);
    const secret = '5a'.repeat(32);
    const commitment = Bun.SHA256.hash(secret, 'hex');
    const { text, replayed } = await reported();
    const { seed } = replayed.audit.items()[0]!.terms.promos()[0]!.queue.held!;
    for (const digits of [secret, commitment, seed])
      expect(text).toContain(`<code>${digits}</code>`);
    expect(text).toContain('<td class="text">the same</td>');
    rewrite(folder, 1, (entry, seq) => (seq > 9 ? null : entry));
    const before = (await reported()).text;
    expect(before).toContain(`<code>${commitment}</code>`);
    expect(before).not.toContain(secret);
    expect(before).toContain('<td class="text">not drawn yet</td>');
  });

  test('marks what merchants did in its chart, and names each mark that has room for it', async () => {
    await playFullSale(folder);
    const { text } = await reported();
    const whole = text.slice(text.indexOf('aria-labelledby="i1-whole-title'));
    const chart = whole.slice(0, whole.indexOf('</svg>'));
    // Two restocks, a withdrawal, a pause and its end, and the end of the promo.
    expect(chart.match(/<g class="mark">/g)).toHaveLength(6);
    const named = [
      ...chart.matchAll(/<g class="mark"><line [^>]*>(?:<\/line>)?<text [^>]*>([^<]*)/g),
    ];
    expect(named.map(([, name]) => name)).toEqual(['+2 units', '+2 units']);
  });

  test('lists what merchants did, and who', async () => {
    await playFullSale(folder);
    const { text } = await reported();
    const deeds: [what: string, by: string][] = [
      ['Put 2 units on sale at CNY 10.00', 'admin'],
      ['Changed the normal price: CNY 9.00, the title', 'catalogue'],
      ['Added 2 units', 'store'],
      ['Took 1 unsold unit off sale', 'store'],
      ['Took promo 2 back before its start', 'admin'],
      ['Paused promo 1', 'admin'],
      ['Let promo 1 go on', 'admin'],
      ['Moved the end of promo 1 to 2026-11-22 12:08:00', 'admin'],
      ['Ended promo 1', 'admin'],
      ['Cancelled order 2', 'admin'],
      ['Gave CNY 5.00 back for order 3, its units not on sale again', 'support'],
      ['Paid refund 1 back', 'admin'],
    ];
    for (const [what, by] of deeds) {
      expect(text).toContain(`<td class="text">${what}</td><td class="text">${by}</td>`);
    }
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
    await (await openJournal(logAt(folder.file('journal')), salePartitions)).close();
    const { text } = await reported();
    expect(text).toContain('No item was opened.');
    expect(text).not.toContain('<svg');
  });
});
