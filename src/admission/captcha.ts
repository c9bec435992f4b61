/**
 * What stands before a purchase token: a captcha of one of two kinds. Each is bound to one user and one
 * promo, valid for five minutes, and opens once. Both spread the rush and cost each request something;
 * see the files of the kinds for what.
 */
import type { Challenge } from 'altcha-lib/types';

/** The values of the setting. */
export const captchaKinds = ['proof', 'picture'] as const;
export type CaptchaKind = (typeof captchaKinds)[number];

/** How long a captcha may be answered. */
export const captchaTtlMs = 300_000;

export interface DrawnPicture {
  captchaId: string;
  /** A data URL of a PNG. */
  image: string;
}

export interface DrawnProof {
  captchaId: string;
  /** As ALTCHA's clients take it, version 2. */
  challenge: Challenge;
}

export interface Captchas {
  draw(userId: number, promoId: number): Promise<DrawnPicture | DrawnProof>;
  /** Whether an answer is right: true once for each captcha, to one of several who ask at once. */
  solve(captchaId: string, userId: number, promoId: number, answer: string): Promise<boolean>;
  /** Makes a captcha valid again after its right answer came to nothing through no fault of the user. */
  restore(captchaId: string, userId: number, promoId: number, answer: string): Promise<void>;
}

/** 128 random bits: nobody finds the captcha of another. */
export function newCaptchaId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
}
