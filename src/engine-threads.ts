/** The threads of an engine, and what each is started with, also after a crash. */
import { type Clock, clockDrift } from '../actors/clock.ts';
import type { JournalSettings } from '../actors/journal/open.ts';
import type { SharedMemory } from '../actors/shared.ts';
import type { FromArchivistThread, ToArchivistThread } from '../actors/snapshot/worker.ts';
import type { FromActorThread, ToActorThread } from '../actors/worker.ts';
import type { Config } from './config.ts';
import type { SqlSettings } from './db/open.ts';
import type { EngineCluster } from './engine-cluster.ts';
import { ownScript } from './own-files.ts';
import { snapshotsFolder, storeSettings } from './parts-settings.ts';
import type { PaymentsMode } from './payments/modes.ts';
import type { FromProjectorThread, ToProjectorThread } from './projector/worker.ts';
import { type Rehearsal, snapshotTermsOf } from './rehearsal.ts';
import type { FromHttpThread, ToHttpThread } from './server.ts';
import { Thread } from './supervisor.ts';
import { receiverAddress } from './webhooks/receiver-address.ts';
import type { FromWebhookThread, ToWebhookThread } from './webhooks/worker.ts';

const dayMs = 86_400_000;

export interface EngineSettings extends Config {
  tokenSecret: string;
  adminToken: string;
  payments: PaymentsMode;
  paymentWebhookSecret: string;
  /** Null without `webhookUrl`. */
  webhookSecret: string | null;
  rehearsal?: Rehearsal;
  /** Whether this is a demo, in which one-time passwords may be shown; false when not given. */
  demo?: boolean;
  /** Sets the time of a journal back that is ahead of the wall clock, as an operator has asked. */
  setTimeBack?: boolean;
}

export type HttpThread = Thread<ToHttpThread, FromHttpThread>;
export type ActorThread = Thread<ToActorThread, FromActorThread>;
export type ArchivistThread = Thread<ToArchivistThread, FromArchivistThread>;
export type ProjectorThread = Thread<ToProjectorThread, FromProjectorThread>;
export type WebhookThread = Thread<ToWebhookThread, FromWebhookThread>;

export interface EngineParts {
  settings: EngineSettings;
  port: number;
  memory: SharedMemory;
  /** What every thread opens: the journal that was there when the engine started. */
  journal: JournalSettings;
  sql: SqlSettings;
  steadyClock: Clock;
  /** What the journal's acknowledgement means, for operators. */
  journalPromise: string;
  requestMetrics: SharedArrayBuffer;
  webhookFigures: SharedArrayBuffer;
  /** Id of this run, written into every entry. */
  writer: string;
  /** When the engine started, milliseconds since 1970 UTC. */
  startedAt: number;
  /** Null where the engine is alone. */
  cluster: EngineCluster | null;
}

export class EngineThreads {
  constructor(private readonly parts: EngineParts) {}

  /** Held back until the actors can answer. */
  http(thread: number): HttpThread {
    const { settings, port, journal, sql, journalPromise, steadyClock, writer } = this.parts;
    const { requestMetrics, webhookFigures } = this.parts;
    return new Thread({
      name: `http-${thread}`,
      held: true,
      script: ownScript('src/server.ts'),
      start: (life) => ({
        type: 'start',
        ...this.#common(),
        // Measured each time: a thread's own time begins when it is started.
        clockStepMs: clockDrift(steadyClock),
        startedAt: this.parts.startedAt,
        cluster: this.parts.cluster?.threadPart ?? null,
        members: this.parts.cluster?.members ?? null,
        writer,
        thread,
        life,
        actorThreads: settings.actorThreads,
        host: settings.host,
        port,
        tokenSecret: settings.tokenSecret,
        adminToken: settings.adminToken,
        metricsToken: settings.metricsToken,
        journal,
        sql,
        store: storeSettings(settings),
        trustedProxies: settings.trustedProxies,
        allowedOrigins: settings.allowedOrigins,
        idleTimeoutSeconds: settings.idleTimeoutSeconds,
        liveStreams: settings.liveStreams,
        sms: {
          webhookUrl: settings.smsWebhookUrl,
          webhookSecret: settings.smsWebhookSecret,
          demo: settings.demo ?? false,
          perMinute: settings.smsPerMinute,
        },
        payments: settings.payments,
        paymentWebhookSecret: settings.paymentWebhookSecret,
        captcha: settings.captcha,
        currency: settings.currency,
        timeZone: settings.timeZone,
        rehearsal: settings.rehearsal ?? {},
        journalPromise,
        ...{ requestMetrics, webhookFigures },
        webhookHost:
          settings.webhookUrl === null ? null : receiverAddress(settings.webhookUrl).host,
      }),
    });
  }

  /** `died` is called with the thread's number whenever it crashes. */
  actor(thread: number, died: (thread: number) => void): ActorThread {
    const { settings, journal, writer, steadyClock } = this.parts;
    return new Thread({
      name: `actor-${thread}`,
      script: ownScript('actors/worker.ts'),
      start: (life) => ({
        type: 'start',
        ...this.#common(),
        thread,
        life,
        actorThreads: settings.actorThreads,
        clockStepMs: clockDrift(steadyClock),
        writer,
        journal,
        snapshotsFolder: snapshotsFolder(settings),
        retainMs: settings.rehearsal?.retainMs ?? settings.retainDays * dayMs,
        redisUrl: settings.redisUrl,
        cluster: this.parts.cluster?.threadPart ?? null,
      }),
      heard: (message) => {
        if (message.type === 'ownership changed' || message.type === 'writer seen')
          this.parts.cluster?.heard(message);
      },
      died: () => died(thread),
    });
  }

  projector(): ProjectorThread {
    const { settings, journal, sql, steadyClock } = this.parts;
    return new Thread({
      name: 'projector',
      script: ownScript('src/projector/worker.ts'),
      start: () => ({
        type: 'start',
        ...this.#common(),
        journal,
        sql,
        store: storeSettings(settings),
        clockStepMs: clockDrift(steadyClock),
      }),
    });
  }

  /** Null where nobody is to be told of orders. */
  webhooks(): WebhookThread | null {
    const { settings, journal, sql, steadyClock, webhookFigures } = this.parts;
    const { webhookUrl: url, webhookSecret: secret } = settings;
    if (url === null || secret === null) return null;
    return new Thread({
      name: 'webhooks',
      script: ownScript('src/webhooks/worker.ts'),
      start: () => ({
        type: 'start',
        ...this.#common(),
        ...{ journal, sql, url, secret, figures: webhookFigures },
        terms: settings.rehearsal?.webhooks ?? {},
        clockStepMs: clockDrift(steadyClock),
      }),
    });
  }

  /** `idle` is called when it has had nothing to do for a while. */
  archivist(idle: () => void): ArchivistThread {
    const { settings, journal } = this.parts;
    return new Thread({
      name: 'archivist',
      script: ownScript('actors/snapshot/worker.ts'),
      start: () => ({
        type: 'start',
        ...this.#common(),
        journal,
        snapshotsFolder: snapshotsFolder(settings),
        terms: snapshotTermsOf(settings.rehearsal),
      }),
      heard: (message) => {
        if (message.type === 'idle') idle();
      },
    });
  }

  #common() {
    const { settings, memory } = this.parts;
    const { partitions, logLevel } = settings;
    return { memory, partitions, logLevel };
  }
}
