/** The parts of a sender of webhooks that tests drive by hand: a journal of events that settle by and by. */
import type { WebhookRecord, WebhookRow } from '../db/webhooks.ts';
import type { Answer, Outcome } from '../webhooks/answer.ts';
import type { Message } from '../webhooks/delivery.ts';

export const aMessage: Message = {
  ...{ id: 'evt_0-1-0-ab', partition: 0, seq: 1, place: 0, lane: 7, orderId: '20261128-1-7' },
  ...{ type: 'order.placed', body: '{}', at: 1_000 },
};

/** The event of a lane in an entry; every entry has one. */
export function messageOf(seq: number, lane: number | null, partition = 0): Message {
  return { ...aMessage, id: `evt_${partition}-${seq}`, partition, seq, lane, at: seq };
}

export function answerOf(outcome: Outcome, more: Partial<Answer> = {}): Answer {
  const status = outcome === 'delivered' ? 204 : 500;
  return { outcome, status, text: '', tookMs: 1, retryAfterMs: 0, ...more };
}

/** What SQL would hold of one partition. */
export class KeptNotes {
  seq = 0;
  readonly rows = new Map<string, WebhookRow>();

  write({ checkpoint, rows }: Pick<WebhookRecord, 'checkpoint' | 'rows'>): void {
    this.seq = checkpoint.seq;
    for (const row of rows) this.rows.set(row.id, row);
  }

  /** As `Webhooks.take` returns them. */
  get waiting(): WebhookRow[] {
    const waiting = [...this.rows.values()].filter(({ state }) => state === 'waiting');
    return waiting.sort((a, b) => a.seq - b.seq || a.place - b.place);
  }

  of(state: WebhookRow['state']): string[] {
    return [...this.rows.values()].filter((row) => row.state === state).map(({ id }) => id);
  }
}
