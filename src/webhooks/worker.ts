/**
 * The thread that sends webhooks, where WEBHOOK_URL is set. It follows the projector: what SQL has is durable,
 * and there what events do not say of their orders can be asked. Its priority is the projector's.
 *
 * Main starts it with `WebhookThreadSettings` and may send `drain`; the thread sends `drained` when what was under
 * way has ended, or has had time to, and is written down.
 *
 * Engines of a cluster that share a database each send what they own. One with a database of its own sends
 * everything, whoever owns it, as it projects everything.
 */
import { createSteadyClock, wallClock } from '../../actors/clock.ts';
import { isJournalFault } from '../../actors/journal/journal.ts';
import { type JournalSettings, openJournal } from '../../actors/journal/open.ts';
import { configureLog, getLogger, type logLevels } from '../../actors/log.ts';
import { Positions } from '../../actors/memory/positions.ts';
import type { SharedMemory } from '../../actors/shared.ts';
import { lowerPriority } from '../../actors/thread-priority.ts';
import { openSql, type SqlSettings } from '../db/open.ts';
import { SqlDamaged, SqlUnavailable } from '../db/sql.ts';
import { RowsMissing } from './facts.ts';
import { WebhookFigures } from './figures.ts';
import { Poster } from './post.ts';
import { receiverAddress } from './receiver-address.ts';
import { Sender, type SenderParts } from './sender.ts';
import { type WebhookTerms, webhookTerms } from './terms.ts';

export interface WebhookThreadSettings {
  type: 'start';
  partitions: number;
  journal: JournalSettings;
  sql: SqlSettings;
  memory: SharedMemory;
  figures: SharedArrayBuffer;
  /** It may hold secrets. */
  url: string;
  secret: string;
  /** Replace the usual ones. */
  terms: Partial<WebhookTerms>;
  /** How far the engine's steady clock is from this thread's own. */
  clockStepMs: number;
  logLevel: (typeof logLevels)[number];
}

export type ToWebhookThread = WebhookThreadSettings | { type: 'drain' } | { type: 'crash' };
export type FromWebhookThread = { type: 'drained' };

/** How often it looks for new entries, and for tries that are due. */
const lookMs = 50;
/** How often it looks for what merchants wish. */
const heedMs = 1_000;
/** The pause after SQL or the journal failed to answer. */
const pauseMs = 500;
/** How long tries under way may take when the engine stops: less than it waits for the thread. */
const drainMs = 2_000;
/** As the projector's. */
const niceness = 6;

declare const self: Worker;
let draining = false;

async function run(settings: WebhookThreadSettings): Promise<void> {
  const log = getLogger(['stampede', 'webhooks']);
  const report = (state: string) => log.debug(`journal: ${state}`, {});
  const journal = await openJournal(settings.journal, settings.partitions, {
    readonly: true,
    report,
  });
  const sql = await openSql(settings.sql);
  const parts = partsOf(settings, { journal, sql });
  const sender = new Sender(parts);
  const works = [
    new Work(parts.terms.recordMs, () => sender.record()),
    new Work(heedMs, () => sender.heed()),
  ];
  let told = '';
  while (!draining) {
    try {
      const hasRead = await sender.round();
      for (const work of works) await work.unlessEarly();
      told = '';
      // What there is more of is read at once; in between answers are heard.
      await Bun.sleep(hasRead ? 0 : lookMs);
    } catch (error) {
      if (!waitsFor(error)) throw error;
      if (String(error) !== told) log.warning('webhooks wait', { error: String(error) });
      told = String(error);
      await Bun.sleep(pauseMs);
    }
  }
  await sender.stop(drainMs);
  await sender.record().catch((error: unknown) => {
    // It is sent again, then.
    if (!waitsFor(error)) throw error;
  });
  await sql.close();
  await journal.close();
  self.postMessage({ type: 'drained' } satisfies FromWebhookThread);
}

function partsOf(
  settings: WebhookThreadSettings,
  { journal, sql }: Pick<SenderParts, 'journal' | 'sql'>,
): SenderParts {
  const { partitions, memory, url, secret } = settings;
  const terms = { ...webhookTerms, ...settings.terms };
  const log = getLogger(['stampede', 'webhooks']);
  const positions = new Positions(memory.positions);
  const steadyClock = createSteadyClock(settings.clockStepMs);
  const receiver = receiverAddress(url);
  const poster = new Poster(receiver, secret, terms.tryMs);
  const isShared = settings.sql.databaseUrl !== null;
  return {
    ...{ journal, sql, partitions, terms },
    receiver: receiver.name,
    figures: new WebhookFigures(settings.figures),
    clock: wallClock,
    random: Math.random,
    post: (message) => poster.post(message),
    owns: (partition) => !isShared || positions.owns(partition),
    isLeased: () => !isShared || positions.isLeased(steadyClock),
    upTo: (partition) =>
      positions.get(partition, 'sqlKnown') === 0
        ? 0
        : Math.min(positions.get(partition, 'sqlSeq'), positions.get(partition, 'journalSeq')),
    beginsAt: (partition) =>
      positions.get(partition, 'recoveries') === 0 ? null : positions.get(partition, 'startSeq'),
    onProgress: (partition, seq) => {
      if (seq === null) positions.set(partition, 'webhookKnown', 0);
      else positions.reached(partition, 'webhook', seq);
    },
    log: (level, text, details) => log[level](text, { host: receiver.host, ...details }),
  };
}

/** Work that is done now and then. */
class Work {
  #doneAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
  ) {}

  async unlessEarly(): Promise<void> {
    const now = performance.now();
    if (now - this.#doneAt < this.everyMs) return;
    this.#doneAt = now;
    await this.work();
  }
}

function waitsFor(error: unknown): boolean {
  return (
    isJournalFault(error) ||
    [SqlUnavailable, SqlDamaged, RowsMissing].some((kind) => error instanceof kind)
  );
}

self.onmessage = ({ data }: MessageEvent<ToWebhookThread>) => {
  switch (data.type) {
    case 'start':
      configureLog(data.logLevel, 'webhooks');
      lowerPriority(niceness);
      run(data).catch((error) => {
        // The supervisor takes it for a crash, and starts the thread again.
        getLogger(['stampede', 'webhooks']).error('webhooks failed', { error: String(error) });
        setImmediate(() => {
          throw error;
        });
      });
      break;
    case 'drain':
      draining = true;
      break;
    case 'crash':
      throw new Error('told to crash');
  }
};
