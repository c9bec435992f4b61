/** The other thread of the tests of shared memory: a producer of records, or a writer of a row. */
import { recordWords } from '../limits.ts';
import { Board, type BoardRow } from '../memory/board.ts';
import { Doorbell, Mailbox } from '../memory/mailbox.ts';

export type TestThreadTask =
  /** Fills a mailbox with numbered records, rings for each, and waits while it is full. */
  | { type: 'produce'; mailbox: SharedArrayBuffer; bell: SharedArrayBuffer; records: number }
  /** Writes rows whose fields all have the same value, 1 to `writes`. */
  | { type: 'write'; board: SharedArrayBuffer; item: number; writes: number };

/** A row in which every field has one value, so that a torn one shows. */
export function evenRow(value: number): BoardRow {
  return {
    ...{ loaded: value, held: value, sold: value, left: value, admitted: value, seq: value },
    ...{ leftSeq: value, promo: value, startAt: value, endAt: value, price: value },
    ...{ promoPrice: value, outstanding: value, waiting: value, orders: value },
    ...{ refundsDue: value, gateFactor: value, archived: value, spentTokensEndAt: value },
    ...{ promosEndAt: value, queueOpenAt: value, paused: value, normalSale: value, queue: value },
  };
}

declare const self: Worker;

async function produce(mailbox: Mailbox, bell: Doorbell, records: number): Promise<void> {
  for (let record = 1; record <= records; record++) {
    let offset = mailbox.reserve();
    for (; offset < 0; offset = mailbox.reserve()) await new Promise(setImmediate);
    mailbox.words.fill(record, offset, offset + recordWords);
    mailbox.written();
    // One at a time, and many together; what is written when the ring is full must not wait for more.
    if (record % 7 > 0 && record % 64 > 31 && record < records) continue;
    mailbox.publish();
    bell.ring();
  }
}

function startThread(): void {
  self.onmessage = async ({ data }: MessageEvent<TestThreadTask>) => {
    if (data.type === 'produce') {
      await produce(new Mailbox(data.mailbox), new Doorbell(data.bell), data.records);
    } else {
      const board = new Board(data.board);
      for (let value = 1; value <= data.writes; value++) board.write(data.item, evenRow(value));
    }
    self.onmessage = null;
    self.postMessage('done');
  };
}

if (!Bun.isMainThread) startThread();
