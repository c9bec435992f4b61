/** What the sender of webhooks keeps in SQL, and what merchants wish of it. No rebuild empties these tables. */
import type { Checkpoint } from './projection.ts';

export const webhookStates = ['waiting', 'delivered', 'givenUp'] as const;
export type WebhookState = (typeof webhookStates)[number];

/** An event that waits for a try, was delivered a short while ago, or was given up. */
export interface WebhookRow {
  /** The `webhook-id`. */
  id: string;
  partition: number;
  seq: number;
  /** Its place among the events of its partition's entry, ascending. */
  place: number;
  /** Events with the same lane are sent in order; null where none waits for it. */
  lane: number | null;
  orderId: string | null;
  type: string;
  body: string;
  /** When it happened. */
  at: number;
  state: WebhookState;
  tries: number;
  firstTriedAt: number | null;
  triedAt: number | null;
  /** When it is tried next; null where it waits behind another event of its order, or for nothing. */
  nextTryAt: number | null;
  /** What came of the last try; the status is null where there was no answer. */
  status: number | null;
  answer: string | null;
  tookMs: number | null;
}

/** What a sender knows of the receiver, told with each partition that it sends for. */
export interface ReceiverState {
  /** Names the address without showing it. */
  receiver: string;
  stoppedAt: number | null;
  failingSince: number | null;
  /** What it answered last when it failed. */
  why: string | null;
}

/** A partition's checkpoint: every event up to there is delivered, given up, or has a row that waits. */
export interface WebhookPartition extends Checkpoint, ReceiverState {
  partition: number;
  /** Counts the senders that took the partition: only the last may write. */
  epoch: number;
  /** The journal has another entry at the checkpoint: whether to begin at its end is the merchant's to say. */
  differs: boolean;
}

export const webhookWishes = ['again', 'all', 'goOn', 'test'] as const;
/** `again` names an event; the others concern all of a partition. */
export type WebhookWishKind = (typeof webhookWishes)[number];

export interface WebhookWish {
  id: number;
  partition: number;
  kind: WebhookWishKind;
  /** The `webhook-id` of the event; null where the wish concerns none. */
  about: string | null;
}

/** What a sender has to say of a partition: written whole, or not at all where another sender has taken it. */
export interface WebhookRecord {
  partition: number;
  epoch: number;
  checkpoint: Checkpoint;
  differs: boolean;
  rows: WebhookRow[];
  /** The wishes that are fulfilled. */
  fulfilled: number[];
}

export interface WebhookList {
  state: WebhookState;
  /** Events that happened before this one, or all. */
  after: WebhookCursor | null;
  limit: number;
}

export type WebhookCursor = Pick<WebhookRow, 'at' | 'id'>;

export interface TakenPartition {
  stands: WebhookPartition;
  /** The rows that wait, in the order of the journal. */
  waiting: WebhookRow[];
}

export interface Webhooks {
  /**
   * Takes a partition for a sender, so that no other may write of it; null where none ever has and `fresh`,
   * where to begin then, is null.
   */
  take(partition: number, fresh: Checkpoint | null): Promise<TakenPartition | null>;
  /** Writes what senders have done; returns the partitions that another sender has taken. */
  record(records: readonly WebhookRecord[], receiver: ReceiverState): Promise<number[]>;
  /** Drops the oldest rows of events that need no more tries, beyond so many of each state. */
  prune(keep: { delivered: number; givenUp: number }): Promise<void>;
  wishes(): Promise<WebhookWish[]>;
  wish(wishes: readonly Omit<WebhookWish, 'id'>[]): Promise<void>;
  byId(id: string): Promise<WebhookRow | null>;
  partitions(): Promise<WebhookPartition[]>;
  counts(): Promise<Record<WebhookState, number>>;
  /** Newest events first. */
  list(list: WebhookList): Promise<WebhookRow[]>;
}

/** How many wishes are read at a time. */
export const wishLimit = 1_000;

/** Statements take only so many parameters. */
const chunkRows = 500;

/** Rows as one statement takes them. */
export function* inChunks(rows: readonly WebhookRow[]): Generator<WebhookRow[]> {
  for (let from = 0; from < rows.length; from += chunkRows) {
    yield rows.slice(from, from + chunkRows);
  }
}

export function countsByState(
  counted: readonly { state: WebhookState; events: number }[],
): Record<WebhookState, number> {
  const counts = { waiting: 0, delivered: 0, givenUp: 0 };
  for (const { state, events } of counted) counts[state] = events;
  return counts;
}

/** A partition as its next sender has it. */
export function takenPartition(
  partition: number,
  stood: WebhookPartition | null,
  fresh: Checkpoint | null,
): WebhookPartition | null {
  if (stood !== null) return { ...stood, epoch: stood.epoch + 1 };
  if (fresh === null) return null;
  const unknown = { receiver: '', stoppedAt: null, failingSince: null, why: null };
  return { partition, ...fresh, epoch: 1, differs: false, ...unknown };
}
