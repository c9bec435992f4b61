/** The bounds and pauses of sending webhooks; times are milliseconds. */

export interface WebhookTerms {
  /** Requests under way at once. */
  inFlightMax: number;
  /** Events read from the journal that are neither delivered nor noted in SQL, give or take an entry. */
  windowMax: number;
  /** Events noted in SQL that wait for a try; while there are as many, no more are read. */
  waitingMax: number;
  /** How long one try may take, from connecting to the end of the answer. */
  tryMs: number;
  /** An event is given up when its first try is so long ago. */
  giveUpMs: number;
  /** The pause after an event's first failed try; each further one is `pauseGrowth` times as long. */
  pauseMs: number;
  pauseGrowth: number;
  pauseMsMax: number;
  /** A longer Retry-After counts as this. */
  retryAfterMsMax: number;
  /** The receiver counts as down when so many events have failed since it last took one. */
  downAfter: number;
  /** Between the single tries of a receiver that is down; the pause doubles up to the maximum. */
  downPauseMs: number;
  downPauseMsMax: number;
  /** What has become of events is written into SQL so often. */
  recordMs: number;
  /** So many of the events delivered since are written with it, for the merchant to look at. */
  recentPerRecord: number;
}

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const dayMs = 24 * hourMs;

export const webhookTerms: WebhookTerms = {
  inFlightMax: 100,
  windowMax: 4_000,
  waitingMax: 10_000,
  tryMs: 15 * secondMs,
  giveUpMs: 3 * dayMs,
  // 2, 6, 18, 54 s, 3, 8, 24, 73, 219 minutes, then every 4 hours: some 26 tries in 3 days.
  pauseMs: 2 * secondMs,
  pauseGrowth: 3,
  pauseMsMax: 4 * hourMs,
  retryAfterMsMax: dayMs,
  downAfter: 8,
  downPauseMs: secondMs,
  downPauseMsMax: 60 * secondMs,
  recordMs: 500,
  recentPerRecord: 20,
};
