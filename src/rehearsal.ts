/**
 * What an engine of a test or a bench does otherwise than a real one. It comes in as an argument of
 * `startEngine`, which `bun start` never gives: no setting, and so nothing that could be set in
 * production by mistake, leads here.
 */
import type { RateName } from './admission/rate-limits.ts';
import type { Rate } from './store/store.ts';

export interface Rehearsal {
  /** The text of every captcha. */
  captchaText?: string;
  /** Limits in place of those of the table. */
  rates?: Partial<Record<RateName, Rate>>;
}
