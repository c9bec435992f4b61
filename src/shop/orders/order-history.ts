/** What has become of an order, step by step, and who did it: from SQL, its actor and the journal. */
import type { DueReason, Sequence } from '../../../actors/events.ts';
import { JournalCorrupt, JournalUnavailable } from '../../../actors/journal/journal.ts';
import { type OrderView, orderStatus, partitionOf } from '../../../actors/protocol.ts';
import type { RefundDue } from '../../db/refunds-due.ts';
import { type OrderRow, SqlUnavailable } from '../../db/sql.ts';
import { orderKey } from '../../order-id.ts';
import type { ShopParts } from '../parts.ts';
import { eventsAt, type Moment, type OrderEvent } from './journal-moments.ts';

/** How long after its time a hold has ended, at most, where an order was paid afterwards. */
const expiryMs = 60_000;

export interface OrderStep {
  type: OrderEvent['type'] | 'refundDue' | 'dueSettled';
  at: number;
  /** Who did it for the merchant, as it is journaled; null for the buyer, and where the pay window ended. */
  by: string | null;
  /** The payment's or the refund's name at its provider. */
  reference: string | null;
  /** The journal's entry; null where it was not read. */
  seq: Sequence | null;
  /** Of a payment that must go back. */
  due: { amountMinor: number; reason: DueReason } | null;
  /** A payment of an order that had expired; a refund whose units are on sale again. */
  mark: 'late' | 'back' | null;
}

export interface OrderHistory {
  partition: number;
  steps: OrderStep[];
  /** Whether the journal could be read: else nobody knows who did what. */
  isRead: boolean;
}

type HistoryParts = Pick<ShopParts, 'openJournal' | 'sql' | 'partitions'>;

/** The histories of one thread: one at a time reads the journal, beside orders; others wait for it. */
export class OrderHistories {
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: HistoryParts) {}

  async of(item: number, order: OrderView): Promise<OrderHistory> {
    const { sql, partitions } = this.parts;
    const partition = partitionOf(item, partitions);
    const [row, dues] = await Promise.all([
      whileThere(sql.orders.byKey(orderKey(item, order.n)), null),
      whileThere(sql.refundsDue.ofOrder(item, order.n), []),
    ]);
    const reading = this.#last.then(() => this.#read(item, order, partition));
    this.#last = reading.catch(() => undefined);
    const events = await reading;
    const steps = [
      ...(events ?? []).map(stepOf),
      ...missingSteps(order, row, events ?? []),
      ...dues.filter(({ orderId }) => orderId !== null).flatMap(dueSteps),
    ].sort((a, b) => a.at - b.at);
    return { partition, steps, isRead: events !== null };
  }

  /** Null where the journal cannot be read now. */
  async #read(item: number, order: OrderView, partition: number): Promise<OrderEvent[] | null> {
    try {
      const journal = await this.parts.openJournal();
      try {
        return await eventsAt(journal, { partition, item, n: order.n }, momentsOf(order));
      } finally {
        await journal.close();
      }
    } catch (error) {
      if (error instanceof JournalUnavailable || error instanceof JournalCorrupt) return null;
      throw error;
    }
  }
}

function momentsOf({ createdAt, paidAt, closedAt, payBy }: OrderView): Moment[] {
  const isLate = paidAt > payBy;
  return [
    { at: createdAt, withinMs: 0 },
    ...(isLate ? [{ at: payBy, withinMs: Math.min(expiryMs, paidAt - payBy) }] : []),
    ...[paidAt, closedAt].filter((at) => at !== 0).map((at) => ({ at, withinMs: 0 })),
  ];
}

function stepOf(event: OrderEvent): OrderStep {
  const { type, at, seq } = event;
  const by = 'by' in event ? (event.by ?? null) : null;
  const reference = 'reference' in event ? (event.reference ?? null) : null;
  const isLate = event.type === 'paid' && event.late === true;
  const isBack = event.type === 'refunded' && event.back;
  const mark = isLate ? 'late' : isBack ? 'back' : null;
  return { type, at, by, reference, seq, due: null, mark };
}

/** What is known of an order though the journal was not read, or does not have it where it was looked for. */
function missingSteps(
  { createdAt, paidAt, closedAt, status }: OrderView,
  row: OrderRow | null,
  events: readonly OrderEvent[],
): OrderStep[] {
  const nameOf: Partial<Record<number, OrderEvent['type']>> = {
    [orderStatus.cancelled]: 'cancelled',
    [orderStatus.expired]: 'expired',
    [orderStatus.refunded]: 'refunded',
  };
  const closing = nameOf[status];
  const known: [OrderEvent['type'], number][] = [
    ['placed', createdAt],
    ...(paidAt === 0 || paidAt === createdAt
      ? []
      : [['paid', paidAt] as [OrderEvent['type'], number]]),
    ...(closedAt === 0 || closing === undefined
      ? []
      : [[closing, closedAt] as [OrderEvent['type'], number]]),
  ];
  return known
    .filter(([type]) => !events.some((event) => event.type === type))
    .map(([type, at]) => ({
      ...{ type, at, by: null, due: null, mark: null },
      reference: type === 'paid' ? (row?.reference ?? null) : null,
      seq: type === 'placed' ? (row?.seq ?? null) : null,
    }));
}

function dueSteps(due: RefundDue): OrderStep[] {
  const { amountMinor, reason, settledAt, settledBy, settledReference } = due;
  const about = { due: { amountMinor, reason }, mark: null };
  const { at, by, reference, seq } = due;
  return [
    { type: 'refundDue', at, by, reference, seq, ...about },
    ...(settledAt === null
      ? []
      : [
          {
            ...{ type: 'dueSettled' as const, at: settledAt, by: settledBy, seq: null },
            ...{ reference: settledReference, ...about },
          },
        ]),
  ];
}

/** Without what SQL would have told, while it is away. */
async function whileThere<T>(asked: Promise<T>, away: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SqlUnavailable) return away;
    throw error;
  }
}
