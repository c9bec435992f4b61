/** Telephone numbers: one canonical form for each, and a masked form for logs. */
import { telephoneLibrary } from './telephone-library.ts';
import { plainDigits } from './typed-digits.ts';

/** The scheme of a link that was copied with its number. */
const scheme = /^(?:tel|sms|callto)[:：]/i;

/** What people put between the digits for legibility, beside dashes and spaces: brackets, dots, strokes. */
const separators = /[\p{Ps}\p{Pe}.．。｡·•‧∙⋅・･․/／~∼～⁓]/gu;

const plusSigns = /[＋﹢⁺]/g;

/** What is dialled in front of a country's prefix, in China and in most of the world. */
const dialledPlus = /^\+?00/;

/**
 * Mainland Chinese mobile numbers are accepted without their prefix, as people there write them, and
 * with the 0 that calls from elsewhere in the country once began with. With the prefix nothing else is
 * accepted: numbers in China have so many lengths that any would be possible.
 */
const chineseMobile = /^(?:\+?86)?0?(1[3-9]\d{9})$/;
const chinesePrefix = '+86';

/**
 * A number in E.164, or null where the text is not one. Any number that a country could assign is
 * accepted, because ranges are opened more often than tables of them are updated. However a number is
 * written, its form is this one, and the form of that form is itself: so one number has one account.
 */
export function normalTelephone(text: string): string | null {
  const typed = plainDigits(text).replace(separators, '').replace(scheme, '');
  const digits = typed.replace(plusSigns, '+').replace(dialledPlus, '+');
  const mobile = chineseMobile.exec(digits)?.[1];
  if (mobile !== undefined) return chinesePrefix + mobile;
  if (digits.startsWith(chinesePrefix)) return null;
  const number = possibleNumber(digits);
  // A national prefix is left out once; where another follows, no country has assigned the number.
  return number !== null && possibleNumber(number) === number ? number : null;
}

function possibleNumber(digits: string): string | null {
  if (!/^\+[1-9]\d{6,14}$/.test(digits)) return null;
  const parsed = telephoneLibrary().parsePhoneNumberFromString(digits, { extract: false });
  return parsed?.isPossible() ? parsed.number : null;
}

/** A number in E.164 without the digits that identify its owner: its beginning and its end. */
export function maskedTelephone(telephone: string): string {
  const hidden = Math.max(4, telephone.length - 8);
  return telephone.slice(0, 4) + '*'.repeat(hidden) + telephone.slice(4 + hidden);
}
