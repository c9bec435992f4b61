/** The rows that follow from the journal: what the projector writes, and what audits read of them. */
import type { Sequence } from '../../actors/events.ts';
import type { EntrantRow } from './draws.ts';
import type { RefundDueRow } from './refunds-due.ts';
import type { ItemRow, OrderRow, PromoWithSecret } from './rows.ts';
import type { OrderTerms, SeriesBatch, SeriesRow, SeriesSum } from './series.ts';

/**
 * The events that move units in or out of stock; `paid` does so only where the payment was late,
 * `refunded` only where the units are back on sale.
 */
export const stockReasons = [
  'opened',
  'restocked',
  'placed',
  'cancelled',
  'expired',
  'paid',
  'withdrawn',
  'refunded',
] as const;

/** What moved units in or out of stock, but for an order that was placed: its own row tells that. */
export interface StockEventRow {
  /** `rowId` of the event, so that a rebuild gives the same id. */
  id: number;
  itemId: number;
  orderId: string | null;
  /** Units that came back (positive) or left. */
  delta: number;
  reason: Exclude<(typeof stockReasons)[number], 'placed'>;
  partition: number;
  seq: Sequence;
  at: number;
}

/** An order when it is placed: what else its row says follows from this. */
export interface PlacedOrder
  extends Pick<OrderRow, 'key' | 'userId' | 'promoId' | 'amount' | 'unitPrice' | 'createdAt'> {
  eventId: number;
}

/** What a placed order became. */
export type Settlement = Pick<OrderRow, 'key' | 'status' | 'paidAt' | 'closedAt' | 'reference'>;

/** A paid order whose money went back: what was paid, when and as what stays in its row. */
export interface OrderRefund {
  key: number;
  at: number;
}

export const itemFields = [
  'price',
  'normalSale',
  'limitPerUser',
] as const satisfies readonly (keyof ItemRow)[];

/** What actors decide of an item that merchants began; what is left out stays as it is. */
export type ItemChange = Partial<Pick<ItemRow, (typeof itemFields)[number]>>;

/** What a promo's publication says; its end may be moved. */
const promoTerms = [
  'price',
  'startAt',
  'endAt',
  'limitPerUser',
  'gateFactor',
  'payWindowS',
  'queue',
  'admitS',
  'queueOpenAt',
] as const satisfies readonly (keyof PromoWithSecret)[];

/** What becomes of a promo: empty before it is published. */
const promoFates = [
  'endedAt',
  'withdrawnAt',
  'drawCommitment',
  'drawSecret',
  'drawSeed',
  'drawnAt',
] as const satisfies readonly (keyof PromoWithSecret)[];

/** Fields of a promo that keep the last value they got. */
export const keptFields = [...promoTerms, ...promoFates];

/** What actors decide of a promo; what is left out stays as it is. */
export type PromoChange = {
  [K in (typeof keptFields)[number]]?: NonNullable<PromoWithSecret[K]>;
} & {
  /** Counts only where the promo was not published before. */
  publishedAt?: number;
  /** `goesOn` where the promo is not paused any more. */
  pausedAt?: number;
};

/** Stands for "not paused" among changes, in which null would say nothing. */
export const goesOn = 0;

/** A promo as its merchant left it, before any actor knew it; what was published comes from the journal. */
export const unpublished = {
  publishedAt: null,
  pausedAt: null,
  endedAt: null,
  withdrawnAt: null,
  drawCommitment: null,
  drawSecret: null,
  drawSeed: null,
  drawnAt: null,
} as const satisfies { [K in (typeof promoFates)[number] | 'publishedAt' | 'pausedAt']: null };

/** That a refund was paid back. */
export interface DueSettlement {
  /** Of the refund due. */
  id: string;
  at: number;
  by: string | null;
  reference: string | null;
}

/**
 * What some entries of one partition change, to be applied in this order: they may settle orders that they
 * also place, and refund orders that they also settle.
 */
export interface RowChanges {
  orders: PlacedOrder[];
  /** At most one per order. */
  settlements: Settlement[];
  refunds: OrderRefund[];
  stockEvents: StockEventRow[];
  /** By item: units to add to what is left. */
  stock: Map<number, number>;
  /** By item: units to add to what is sold. */
  sales: Map<number, number>;
  /** By item. */
  items: Map<number, ItemChange>;
  /** By promo. */
  promos: Map<number, PromoChange>;
  refundsDue: RefundDueRow[];
  dueSettlements: DueSettlement[];
  entrants: EntrantRow[];
}

/** The last entry of a partition that the rows contain. */
export interface Checkpoint {
  seq: Sequence;
  /** SHA-256 in hex of the entry's stored bytes, as it was when it was projected. */
  hash: string;
}

/** Changes, and the move of the checkpoint that makes them happen once. */
export interface ProjectionBatch {
  partition: number;
  /** The last entry before the batch: the checkpoint must stand here. */
  from: Sequence;
  /** The last entry of the batch. */
  to: Checkpoint;
  changes: RowChanges;
  /** What the entries add to the series; null where that is behind, and to be brought here by itself. */
  series: readonly SeriesRow[] | null;
}

/** The rows that follow from the journal: what the projector writes and audits read. */
export interface Projection {
  /** By partition: the last entry the rows contain. Partitions without one have no rows. */
  checkpoints(): Promise<Map<number, Checkpoint>>;
  /**
   * Applies a batch and moves its checkpoint, in one transaction. False, with nothing changed, when the
   * checkpoint is not where the batch begins. The series is left as it is where it does not stand there.
   */
  apply(batch: ProjectionBatch): Promise<boolean>;
  /** By partition: the last entry that the series contains. */
  seriesCheckpoints(): Promise<Map<number, Sequence>>;
  /** Brings the series further by itself. False, with nothing changed, where it does not stand where the batch begins. */
  applySeries(batch: SeriesBatch): Promise<boolean>;
  /** By `orderKey`: the terms of orders that have rows. */
  termsOfOrders(keys: readonly number[]): Promise<Map<number, OrderTerms>>;
  /** Empties every projected table and column, so that the projector starts from the first entry. */
  clear(): Promise<void>;
  /** Reads one state of the rows, whatever is written meanwhile. */
  snapshot<T>(read: (view: ProjectionView) => Promise<T>): Promise<T>;
}

/** An item's sums. `logged`: of its stock logs' deltas. `stock` and what is in the catalogue: null without a row. */
export interface ItemSums {
  itemId: number;
  stock: number | null;
  logged: number;
  sales: number | null;
  terms: Required<ItemChange> | null;
}

export interface ProjectionView {
  checkpoints(): Promise<Map<number, Checkpoint>>;
  /** The orders of an item by number, read in pages. */
  ordersOfItem(itemId: number): AsyncIterable<OrderRow>;
  /** All orders with a key in `[from, below)`, by key, whatever else their rows say. */
  orderPages(from: number, below: number): AsyncIterable<OrderRow[]>;
  /** Items that have orders, by their keys; ascending, from 1. */
  orderedItems(): Promise<number[]>;
  /** Items that are in the catalogue or have stock, by id. */
  itemSums(): Promise<ItemSums[]>;
  /** By item: what the catalogue calls it. */
  itemTitles(): Promise<Map<number, string>>;
  /** Promos that were published, and others whose rows have what only the journal tells; by id. */
  publishedPromos(): Promise<PromoWithSecret[]>;
  /** All refunds due, settled or not. */
  refundPages(): AsyncIterable<RefundDueRow[]>;
  /** By partition: the last entry that the series contains. */
  seriesCheckpoints(): Promise<Map<number, Sequence>>;
  /** What the series comes to, by item, promo and width. */
  seriesSums(): Promise<SeriesSum[]>;
  /** Entrants of draws, by id: all, or those that a partition's entries made, by their ids. */
  entrantPages(partition: number | null): AsyncIterable<EntrantRow[]>;
}
