/** Telephone numbers: one canonical form for each, and a masked form for logs. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/**
 * Mainland Chinese mobile numbers are accepted without their prefix, as people there write them.
 * With it nothing else is accepted: numbers in China have so many lengths that any would be possible.
 */
const chineseMobile = /^1[3-9]\d{9}$/;
const chinesePrefix = '+86';

/** What people put between the digits for legibility. */
const separators = /[\s().-]/g;

/**
 * A number in E.164, or null where the text is not one. Any number that a country could assign is
 * accepted, because ranges are opened more often than tables of them are updated.
 */
export function normalTelephone(text: string): string | null {
  const digits = text.replace(separators, '');
  if (chineseMobile.test(digits)) return chinesePrefix + digits;
  if (digits.startsWith(chinesePrefix)) {
    return chineseMobile.test(digits.slice(chinesePrefix.length)) ? digits : null;
  }
  if (!/^\+[1-9]\d{6,14}$/.test(digits)) return null;
  const parsed = parsePhoneNumberFromString(digits, { extract: false });
  return parsed?.isPossible() ? parsed.number : null;
}

/** A number in E.164 without the digits that identify its owner: its beginning and its end. */
export function maskedTelephone(telephone: string): string {
  const hidden = Math.max(4, telephone.length - 8);
  return telephone.slice(0, 4) + '*'.repeat(hidden) + telephone.slice(4 + hidden);
}
