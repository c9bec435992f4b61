import { expect, test } from 'bun:test';
import { decodeEntry } from '../../../actors/journal/codec.ts';
import { AuditRig } from '../../testing/audit-rig.ts';
import { forge, storedBytes } from '../../testing/forgery.ts';
import { playFullSale } from '../../testing/full-sale.ts';

const sale = new AuditRig(playFullSale);

/** Its last entry archives orders 1 to 5, and forgets promos 1 and 3: order 6 was bought at the normal price. */
async function archiving(): Promise<number> {
  const { audit } = await sale.audited();
  const { sequence } = audit.partition(1)!;
  const { events } = decodeEntry(1, sequence, storedBytes(sale.folder, 1, sequence));
  expect(events[0]).toMatchObject({ type: 'archived', upTo: 5 });
  return sequence;
}

const archived = { type: 'archived', item: 1 };

/** `at`: the entry that archives besides; null where the last one archives something else. */
const forgeries: [what: string, at: number | null, event: object, finding: string][] = [
  ['an order that holds units', 18, { upTo: 3 }, 'order 3: archived while it held units'],
  ['an order of a promo that is on', 16, { upTo: 1 }, 'order 1: archived while promo 1 was on'],
  ['an order that was never placed', null, { upTo: 7 }, 'archived up to order 7, after 0'],
  ['an order whose token may buy', null, { upTo: 6 }, 'order 6: archived while its purchase token'],
  ['a promo that was never published', null, { upTo: 5, promos: [9] }, 'promo 9: forgotten though'],
  ['a promo that is on', 16, { upTo: 0, promos: [1] }, 'promo 1: forgotten while it was on'],
  ['a promo with orders', null, { upTo: 4, promos: [3] }, 'promo 3: forgotten while 1 of its'],
];

for (const [what, at, event, finding] of forgeries) {
  test(`a forged archive shows ${what}`, async () => {
    const seq = at ?? (await archiving());
    forge(sale.folder, 1, seq, (events) => {
      if (at === null) Object.assign(events[0]!, event);
      else events.push({ ...archived, ...event });
    });
    await sale.expectFinding(`rules 1/${seq} item 1: ${finding}`);
  });
}

test('a forged archive shows that it goes back', async () => {
  const seq = await archiving();
  forge(sale.folder, 1, seq, (events) => {
    events.splice(1, 0, { ...archived, upTo: 4 });
  });
  await sale.expectFinding(`rules 1/${seq} item 1: archived up to order 4, after 5`);
});
