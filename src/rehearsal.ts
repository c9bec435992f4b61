/**
 * What an engine in a test or a bench does differently from a real one. It is an argument of
 * `startEngine`, which `bun start` never gives: no setting leads here, so none can be set in production
 * by mistake.
 */
import { type SnapshotTerms, snapshotTerms } from '../actors/snapshot/due.ts';
import type { RateName } from './admission/rate-limits.ts';
import type { Rate } from './store/store.ts';
import type { WebhookTerms } from './webhooks/terms.ts';

export interface Rehearsal {
  /** The text of every captcha that is a picture. */
  captchaText?: string;
  /** The most hashes that a captcha takes which is a proof of work. */
  captchaWork?: number;
  /** Limits that replace those of the table. */
  rates?: Partial<Record<RateName, Rate>>;
  /** Hashes of passwords take next to no work. False when not given. */
  quickPasswords?: boolean;
  /** How long orders that can change no more are kept in memory. */
  retainMs?: number;
  /** How many live streams one address may have. */
  streamsByAddressMax?: number;
  /** Terms of snapshots that replace the usual ones. */
  snapshots?: Partial<SnapshotTerms>;
  /** Bounds and pauses of webhooks that replace the usual ones. */
  webhooks?: Partial<WebhookTerms>;
}

export function snapshotTermsOf({ snapshots }: Rehearsal = {}): SnapshotTerms {
  return { ...snapshotTerms, ...snapshots };
}
