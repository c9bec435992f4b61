/** An event on its way to the receiver. */
import type { WebhookRow, WebhookState } from '../db/webhooks.ts';
import type { Answer } from './answer.ts';
import type { ReadEntry } from './progress.ts';

/** What is told of an event, and where it stands in the journal. */
export type Message = Pick<
  WebhookRow,
  'id' | 'partition' | 'seq' | 'place' | 'lane' | 'orderId' | 'type' | 'body' | 'at'
>;

export class Delivery {
  state: WebhookState = 'waiting';
  tries = 0;
  firstTriedAt: number | null = null;
  triedAt: number | null = null;
  nextTryAt = 0;
  answer: Pick<Answer, 'status' | 'text' | 'tookMs'> | null = null;
  isInFlight = false;
  /** Whether the last try failed because of the receiver rather than the event. */
  wasUnwell = true;
  /** Whether SQL has a row of it, or will with the next record. */
  isNoted = false;
  /** Tried once, and never again: a test. */
  readonly isOnce: boolean;

  constructor(
    readonly message: Message,
    /** The entry that waits for it to be settled; null where its checkpoint has passed it. */
    public entry: ReadEntry | null,
    { once = false } = {},
  ) {
    this.isOnce = once;
  }

  /** An event that SQL has a row of. */
  static ofRow(row: WebhookRow): Delivery {
    const delivery = new Delivery(row, null);
    const { tries, firstTriedAt, triedAt, nextTryAt, status, answer, tookMs } = row;
    Object.assign(delivery, { tries, firstTriedAt, triedAt, nextTryAt: nextTryAt ?? 0 });
    if (answer !== null) delivery.answer = { status, text: answer, tookMs: tookMs ?? 0 };
    delivery.isNoted = true;
    return delivery;
  }

  get hasFailed(): boolean {
    return this.tries > 0 && this.state === 'waiting';
  }

  /** @param isNext - whether no other event of its order comes before it. */
  row(isNext: boolean): WebhookRow {
    const { id, partition, seq, place, lane, orderId, type, body, at } = this.message;
    const { state, tries, firstTriedAt, triedAt, nextTryAt, answer } = this;
    return {
      ...{ id, partition, seq, place, lane, orderId, type, body, at },
      ...{ state, tries, firstTriedAt, triedAt },
      nextTryAt: state === 'waiting' && isNext ? nextTryAt : null,
      status: answer?.status ?? null,
      answer: answer?.text ?? null,
      tookMs: answer === null ? null : Math.round(answer.tookMs),
    };
  }
}
