/** Rows of items, promos and orders. Times are milliseconds since 1970 UTC, prices are minor units. */
import type { QueueMode, Sequence } from '../../actors/events.ts';
import type { OrderStatusName } from '../../actors/protocol.ts';

export interface ItemDraft {
  title: string;
  description: string;
  imageUrl: string | null;
  price: number;
  createdAt: number;
  /** Whether the item is sold at its normal price while it has no promo. */
  normalSale: boolean;
  /** Units one user may hold or own at the normal price. */
  limitPerUser: number;
  /** Whether lists leave the item out. */
  hidden: boolean;
}

export interface ItemRow extends ItemDraft {
  id: number;
  /** Units paid for. */
  sales: number;
  /** Units left, as far as the projector has come; 0 before the item is opened. */
  stock: number;
}

export interface PromoDraft {
  itemId: number;
  name: string;
  price: number;
  startAt: number;
  endAt: number;
  limitPerUser: number;
  gateFactor: number;
  payWindowS: number;
  captcha: boolean;
  queue: QueueMode;
  /** How long an admission waits for its order. */
  admitS: number;
  /** With a draw: from when on users may join; null where the promo does not say. */
  queueOpenAt: number | null;
}

export interface PromoRow extends PromoDraft {
  id: number;
  /** When the item's actor accepted the promo; null for a draft. */
  publishedAt: number | null;
  /** Since when the promo is stopped; null while it is not. */
  pausedAt: number | null;
  /** When the merchant ended the promo. */
  endedAt: number | null;
  /** When the merchant took the promo back before its start. */
  withdrawnAt: number | null;
  /** The SHA-256 of a draw's secret, in hex; the secret itself is in `Draw` once it may be known. */
  drawCommitment: string | null;
  drawnAt: number | null;
}

/** A promo as the projector writes it, with what nobody may know before the draw was held. */
export interface PromoWithSecret extends PromoRow {
  /** 64 hex digits, as is the seed. */
  drawSecret: string | null;
  drawSeed: string | null;
}

export interface OrderRow {
  /** `orderKey(itemId, n)`. */
  key: number;
  id: string;
  itemId: number;
  userId: number;
  /** 0 is the item's normal price. */
  promoId: number;
  amount: number;
  unitPrice: number;
  total: number;
  status: OrderStatusName;
  createdAt: number;
  paidAt: number | null;
  /** When the order was cancelled, expired or refunded. */
  closedAt: number | null;
  partition: number;
  /** The entry that placed the order. */
  seq: Sequence;
  /** `rowId` of the event that placed the order; null where a release before 0.6.0 wrote the row. */
  eventId: number | null;
  /** The payment's name at its provider. */
  reference: string | null;
  refundedAt: number | null;
}

/** Where a page of a user's orders ended: the next begins after this order. */
export interface OrderCursor {
  createdAt: number;
  key: number;
}
