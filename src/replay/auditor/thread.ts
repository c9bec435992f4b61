/** An auditor thread: it audits the partitions that it is told, one after the other. */
import { Auditor } from './auditor.ts';
import { type FromAuditor, faultOf, type ToAuditor } from './messages.ts';
import { RunningTally } from './tally.ts';

declare const self: Worker;

/** How often it says how far it has come. */
const tellMs = 100;

let opened: Promise<Auditor> | null = null;
const tally = new RunningTally();
let toldAt = 0;

async function audit(partition: number): Promise<void> {
  const auditor = await opened!; // It is told to open first.
  const part = await auditor.audit(partition, {
    onEntry: (audit) => {
      tally.reading(audit);
      if (performance.now() - toldAt > tellMs) tellTally();
    },
    onRead: tellTally,
  });
  tally.read();
  // The books would stay beside those of the next partition.
  Bun.gc(true);
  tell({ type: 'audited', part });
}

function tellTally(): void {
  toldAt = performance.now();
  tell({ type: 'read', ...tally.sum() });
}

async function close(): Promise<void> {
  await (await opened)?.close();
  tell({ type: 'closed' });
}

function tell(message: FromAuditor): void {
  self.postMessage(message);
}

function orFail(work: Promise<unknown>): void {
  work.catch((error: unknown) => tell({ type: 'failed', fault: faultOf(error) }));
}

self.onmessage = ({ data }: MessageEvent<ToAuditor>) => {
  switch (data.type) {
    case 'open':
      opened = Auditor.open(data.config, data.asked);
      return orFail(opened);
    case 'audit':
      return orFail(audit(data.partition));
    case 'close':
      return orFail(close());
  }
};
