import { expect, test } from 'bun:test';
import type { Event } from '../../../actors/events.ts';
import { decodeEntry } from '../../../actors/journal/codec.ts';
import { orderStatus } from '../../../actors/protocol.ts';
import { AuditRig } from '../../testing/audit-rig.ts';
import { storedBytes } from '../../testing/forgery.ts';
import { playFullSale } from '../../testing/full-sale.ts';
import { eventTypes } from './event-form.ts';

const sale = new AuditRig(playFullSale);

test('a sale in which everything happens that can be decided holds, and gives these books', async () => {
  const { audit } = await sale.audited();
  expect(audit.findings.listed).toEqual([]);
  const [book] = audit.items();
  expect(book).toMatchObject({ loaded: 4, sold: 4, held: 0, left: 0, withdrawn: 2 });
  expect(book).toMatchObject({ refused: 1, refusedWhileLeft: 0 });
  expect(book).toMatchObject({ takingsMinor: 3_300, refundedMinor: 1_000 });
  expect(book!.refunds).toMatchObject({
    dueMinor: 0,
    dues: [
      { n: 1, amountMinor: 400, reason: 'wrongAmount', settledAt: expect.any(Number) },
      { n: 2, amountMinor: 500, reason: 'archived', settledAt: expect.any(Number) },
    ],
  });
  const { paid, cancelled, refunded } = orderStatus;
  const statuses = [paid, cancelled, refunded, refunded, paid, paid];
  expect(
    Array.from({ length: book!.orders.count }, (_, row) => book!.orders.statusOf(row)),
  ).toEqual(statuses);
  // The last was bought at the normal price, with a token that has not ended.
  expect(book!.archived).toBe(5);
  const [first, second, third] = book!.terms.promos();
  expect(first).toMatchObject({ admitted: 5, over: 'ended' });
  expect(first!.queue.counts).toEqual({
    ...{ atOnce: 0, fromDraw: 4, fromQueue: 1, joined: 7 },
    ...{ gaveUpPlace: 1, gaveUpAdmission: 0, lapsed: 1, sentHome: 1 },
  });
  expect(first!.queue.held).toMatchObject({ entrants: 5, recomputed: true });
  expect(second).toMatchObject({ over: 'withdrawn' });
  expect(third).toMatchObject({ over: null, queue: { counts: { atOnce: 1 } } });
  expect(book!.terms.at(0)).toMatchObject({ price: 900, limit: 2 });
  const doers = new Set(book!.actions.listed.map(({ event }) => event.by));
  expect([...doers].toSorted()).toEqual(['admin', 'catalogue', 'store', 'support']);
});

test('it has every type of event', async () => {
  const { audit } = await sale.audited();
  const types = new Set<Event['type']>();
  for (let seq = 1; seq <= audit.partition(1)!.sequence; seq++) {
    const { events } = decodeEntry(1, seq, storedBytes(sale.folder, 1, seq));
    for (const { type } of events) types.add(type);
  }
  expect([...types].toSorted()).toEqual(eventTypes.toSorted());
});
